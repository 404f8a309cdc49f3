#include "nn/regions.h"

#include <cmath>

#include "nn/by_count.h"

namespace anagram {

using torch::Tensor;

RegionsImpl::RegionsImpl(const ClipConfig& config, const Fresh& fresh)
    : layers_(config.regions->layers) {
  const auto width = config.vision.width;
  projection_ = register_parameter(
      "projection",
      fresh.normal({config.regions->width, width}, 1 / std::sqrt(static_cast<double>(width))));
}

Tensor RegionsImpl::forward(const Tensor& features, const Tensor& counts, ImageTower& tower) const {
  const auto tokens = at::matmul(features.to(projection_.options()), projection_);  // (ΣN, W)
  return by_count(tokens, counts, [&](const Tensor& x) {
    return tower.forward_tokens(x, layers_);  // (k, N, W) → (k, D)
  });
}

}  // namespace anagram
