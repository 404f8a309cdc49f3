#include "nn/stem.h"

#include <algorithm>
#include <bit>
#include <string>

#include "nn/affine.h"

namespace anagram {

using torch::Tensor;

Tensor embed_patches(const Tensor& pixels, const Tensor& weight,
                     const std::optional<Tensor>& bias) {
  const auto width = weight.size(0), channels = weight.size(1), patch = weight.size(2);
  const auto rows = pixels.size(0), grid = pixels.size(2) / patch;
  const auto patches = pixels.slice(2, 0, grid * patch)
                           .slice(3, 0, grid * patch)
                           .reshape({rows, channels, grid, patch, grid, patch})
                           .permute({0, 2, 4, 1, 3, 5})
                           .reshape({rows, grid * grid, channels * patch * patch});
  return affine(patches, weight.view({width, -1}), bias);  // (B, G², W)
}

ConvStemImpl::ConvStemImpl(const VisionConfig& config, const Fresh& fresh)
    : used_(config.image_size / config.patch_size * config.patch_size) {
  const auto halvings = std::countr_zero(static_cast<uint64_t>(config.patch_size));
  int64_t channels = 3, index = 0;
  for (int stage = 1; stage <= halvings; ++stage) {
    const auto wider = std::max<int64_t>(config.width >> (halvings - stage), 1);
    stages_.push_back({Conv(channels, wider, 3, 2, 1, fresh), LayerNorm(wider, fresh)});
    // Numbered as a sequence of convolution, normalisation, activation.
    register_module(std::to_string(index), stages_.back().conv);
    register_module(std::to_string(index + 1), stages_.back().norm);
    channels = wider;
    index += 3;
  }
  projection_ = register_module(std::to_string(index), Linear(channels, config.width, fresh));
}

Tensor ConvStemImpl::forward(const Tensor& pixels) const {
  auto x = pixels.slice(2, 0, used_).slice(3, 0, used_).contiguous(at::MemoryFormat::ChannelsLast);
  for (const auto& [conv, norm] : stages_) {
    // Channels lie together in memory, so the normalisation over them is the transformer's own
    // fused kernel.
    const auto mapped = conv->forward(x).permute({0, 2, 3, 1});              // (B, H, W, C)
    x = at::gelu(norm->forward(mapped.contiguous())).permute({0, 3, 1, 2});  // (B, C, H, W)
  }
  return projection_->forward(x.permute({0, 2, 3, 1}).flatten(1, 2));  // (B, G², W)
}

}  // namespace anagram
