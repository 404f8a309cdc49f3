#include "feature_distil.h"

namespace anagram {

at::Tensor feature_distil(const ObjectiveInput& in) {
  const auto apart = [](const at::Tensor& rows, const at::Tensor& teacher) {
    return (rows - teacher).square().sum();
  };
  return (apart(in.images, in.teacher->images) + apart(in.texts, in.teacher->texts)) /
         static_cast<double>(in.pairs);
}

}  // namespace anagram
