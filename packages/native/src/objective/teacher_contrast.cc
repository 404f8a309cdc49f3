#include "teacher_contrast.h"

namespace anagram {

at::Tensor teacher_contrast(const ObjectiveInput& in, const OwnNegatives& negatives) {
  constexpr double kScale = 10;
  const auto rows = rows_with_negatives(negatives);                              // (R)
  const auto own = own_similarities(in.texts, in.teacher->texts, {rows, rows});  // (R)
  const auto others = own_similarities(in.texts, in.texts, negatives);           // (E)
  return own_cross_entropy(own * kScale, others * kScale, negatives, in.weights, {});
}

}  // namespace anagram
