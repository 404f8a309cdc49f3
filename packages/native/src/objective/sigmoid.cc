#include "sigmoid.h"

#include "similarity_matrix.h"

namespace anagram {

PairSigmoidOutput sigmoid(const ObjectiveInput& in, const ObjectiveConfig& config) {
  return pair_sigmoid(similarity_matrix(in, config), in.logit_bias, config.tile);
}

}  // namespace anagram
