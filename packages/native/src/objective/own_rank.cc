#include "own_rank.h"

#include "weighted_mean.h"

namespace anagram {

at::Tensor own_rank(const at::Tensor& anchors, const at::Tensor& candidates,
                    const OwnNegatives& negatives, const at::Tensor& logit_scale,
                    const at::Tensor& weights, const RankConfig& config) {
  constexpr double kLargestMargin = 10;
  const auto entry_weights = weights.index_select(0, negatives.row);  // (E)
  auto behind = own_similarities(anchors, candidates, negatives) -
                own_similarities(anchors, candidates, {negatives.row, negatives.row});  // (E)
  if (!config.adaptive) return weighted_mean((behind + config.margin).relu(), entry_weights);
  behind = behind * logit_scale;
  const auto margin = weighted_mean(-behind.detach(), entry_weights).clamp(0, kLargestMargin);
  return weighted_mean((behind + margin).relu(), entry_weights);
}

}  // namespace anagram
