#include "own_texts.h"

namespace anagram {

at::Tensor own_texts(const ObjectiveInput& in, const OwnNegatives& negatives) {
  return own_cross_entropy(in.images, in.texts, negatives, in.logit_scale, in.weights);
}

}  // namespace anagram
