#include "complementary.h"

#include "pair_logits.h"
#include "weighted_mean.h"

namespace anagram {

at::Tensor complementary(const ObjectiveInput& in, const ObjectiveConfig& config) {
  const auto all = pair_logits(in, config);                            // (P, P)
  const auto eye = at::eye(in.pairs, all.options().dtype(at::kBool));  // (P, P)
  const auto direction = [&](const at::Tensor& logits) {               // → (P)
    return -(logits.softmax(1).masked_fill(eye, 0) * -(1 - 1e-6)).log1p().sum(1);
  };
  return weighted_mean(direction(all) + direction(all.t()), in.weights);
}

}  // namespace anagram
