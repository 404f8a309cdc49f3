#include "text_contrast.h"

namespace anagram {

at::Tensor text_contrast(const ObjectiveInput& in, const OwnNegatives& negatives) {
  const auto rows = rows_with_negatives(negatives);                      // (R)
  const auto own = own_similarities(in.images, in.texts, {rows, rows});  // (R)
  const auto others = own_similarities(in.texts, in.texts, negatives);   // (E)
  return own_cross_entropy(own * in.logit_scale, others * in.logit_scale, negatives, in.weights,
                           {});
}

}  // namespace anagram
