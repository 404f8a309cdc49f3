#include "own_images.h"

namespace anagram {

at::Tensor own_images(const ObjectiveInput& in, const OwnNegatives& negatives,
                      const FocalConfig& focal) {
  return own_cross_entropy(in.texts, in.images, negatives, in.logit_scale, in.weights, focal);
}

}  // namespace anagram
