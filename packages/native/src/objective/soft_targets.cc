#include "soft_targets.h"

#include <limits>

#include "pair_logits.h"
#include "weighted_mean.h"

namespace anagram {
namespace {

using at::Tensor;

constexpr double kLeftOut = -std::numeric_limits<double>::infinity();

// Σ_j target·(log target - log p) of each row: (P). What is left out has target 0.
Tensor divergence(const Tensor& target, const Tensor& log_target, const Tensor& logits,
                  const Tensor& left_out) {
  const auto log_p = logits.log_softmax(1).masked_fill(left_out, 0);
  return (target * (log_target - log_p)).masked_fill(left_out, 0).sum(1);
}

}  // namespace

Tensor soft_targets(const ObjectiveInput& in, const ObjectiveConfig& config, bool relations) {
  const auto& soft = config.soft;
  const auto all = pair_logits(in, config);                                  // (P, P)
  const auto eye = at::eye(in.pairs, in.images.options().dtype(at::kBool));  // (P, P)
  const auto own = eye.to(in.images.scalar_type());                          // (P, P)
  const auto direction = [&](const Tensor& logits, const Tensor& rows) {     // → (P)
    auto left_out = logits.isneginf();
    // A row without any negative keeps its own entry: its divergence is 0.
    if (relations) left_out = left_out | (eye & (left_out | eye).logical_not().any(1, true));
    const auto alike = at::mm(rows, rows.t()) / soft.temperature;  // (P, P)
    auto target = alike.masked_fill(left_out, kLeftOut).softmax(1);
    if (!relations) target = own * (1 - soft.share) + target * soft.share;
    const auto log_target = target.clamp_min(std::numeric_limits<float>::min()).log();
    return divergence(target, log_target, logits.masked_fill(left_out, kLeftOut), left_out);
  };
  const auto of_pairs = [&](const Tensor& rows) { return rows.slice(0, 0, in.pairs).detach(); };
  const auto losses = direction(all, of_pairs(in.images)) + direction(all.t(), of_pairs(in.texts));
  return weighted_mean(losses / 2, in.weights);
}

}  // namespace anagram
