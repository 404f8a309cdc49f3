#include "paraphrase_distance.h"

#include "weighted_mean.h"

namespace anagram {

at::Tensor paraphrase_distance(const ObjectiveInput& in) {
  const auto& rows = *in.paraphrase_rows;                                          // (R)
  const auto apart = (in.texts.index_select(0, rows) - *in.paraphrases).square();  // (R, D)
  return weighted_mean(apart.sum(1), in.weights.index_select(0, rows));
}

}  // namespace anagram
