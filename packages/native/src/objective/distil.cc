#include "distil.h"

namespace anagram {

using at::Tensor;

Tensor distil(const ObjectiveInput& in) {
  const auto logits = [&](const Tensor& images, const Tensor& texts, const Tensor& scale) {
    return at::mm(images.slice(0, 0, in.pairs), texts.slice(0, 0, in.pairs).t()) * scale;  // (P, P)
  };
  const auto direction = [](const Tensor& student, const Tensor& teacher) {
    const auto target = teacher.log_softmax(1);                        // (P, P)
    return (target.exp() * (target - student.log_softmax(1))).sum(1);  // (P)
  };
  const auto student = logits(in.images, in.texts, in.logit_scale);
  const auto teacher = logits(in.teacher->images, in.teacher->texts, in.teacher->logit_scale);
  return (direction(student, teacher) + direction(student.t(), teacher.t())).mean() / 2;
}

}  // namespace anagram
