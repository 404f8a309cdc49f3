#include "own_texts.h"

namespace anagram {

at::Tensor own_texts(const ObjectiveInput& in, const OwnNegatives& negatives,
                     const FocalConfig& focal) {
  return own_cross_entropy(in.images, in.texts, negatives, in.logit_scale, in.weights, focal);
}

}  // namespace anagram
