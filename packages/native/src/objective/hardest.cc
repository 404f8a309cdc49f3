#include "hardest.h"

#include <limits>

#include "pair_logits.h"
#include "weighted_mean.h"

namespace anagram {

at::Tensor hardest(const ObjectiveInput& in, const ObjectiveConfig& config) {
  auto unscaled = in;
  unscaled.logit_scale = at::ones_like(in.logit_scale);
  const auto cosines = pair_logits(unscaled, config);  // (P, P)
  const auto own = cosines.diagonal();                 // (P)
  const auto diagonal = at::eye(in.pairs, cosines.options().dtype(at::kBool));
  const auto negatives =
      cosines.masked_fill(diagonal, -std::numeric_limits<double>::infinity());  // (P, P)
  const auto behind = [&](int64_t dim) {
    return (negatives.amax({dim}) - own + config.hardest_margin).relu();  // (P)
  };
  return weighted_mean(behind(1) + behind(0), in.weights);
}

}  // namespace anagram
