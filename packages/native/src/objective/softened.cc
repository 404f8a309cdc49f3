#include "softened.h"

#include <limits>

#include "pair_logits.h"
#include "weighted_mean.h"

namespace anagram {

at::Tensor softened_rows(const at::Tensor& logits, double share) {
  const auto left_out = logits.isneginf();
  const auto cross_entropy = -logits.log_softmax(1).masked_fill(left_out, 0);  // (P, P)
  const auto own = cross_entropy.diagonal();                                   // (P)
  const auto negatives = left_out.logical_not().sum(1) - 1;                    // (P)
  const auto others = (cross_entropy.sum(1) - own) / negatives.clamp_min(1);   // (P)
  // Without a negative, the own entry has all of the target: its cross entropy is 0.
  return own * (1 - share) + others * share;
}

at::Tensor softened(const ObjectiveInput& in, const ObjectiveConfig& config) {
  const double share = config.softened_share;
  auto all = pair_logits(in, config);  // (P, P)
  if (config.levels > 1) {
    const auto level = at::arange(in.pairs, in.image_groups.options()) % config.levels;  // (P)
    all = all.masked_fill(level.unsqueeze(0).ne(level.unsqueeze(1)),
                          -std::numeric_limits<double>::infinity());
  }
  return weighted_mean((softened_rows(all, share) + softened_rows(all.t(), share)) / 2, in.weights);
}

}  // namespace anagram
