// The smallest models that still have every part, in double.
#pragma once

#include "nn/clip.h"
#include "nn/libtorch.h"

namespace anagram::test {

inline ClipConfig tiny_config() {
  ClipConfig config;
  config.embed_dim = 5;
  config.vision = {
      .image_size = 8, .width = 8, .heads = 2, .patch_size = 4, .layers = 2, .mlp_ratio = 2};
  config.text = {
      .context_length = 7, .vocab_size = 11, .width = 8, .heads = 2, .layers = 2, .mlp_ratio = 2};
  return config;
}

inline ClipConfig tiny_resnet_config() {
  auto config = tiny_config();
  config.vision = {.kind = VisionKind::resnet,
                   .image_size = 64,
                   .width = 2,
                   .heads = 4,
                   .resnet_layers = {2, 1, 1, 1}};
  return config;
}

inline ClipConfig tiny_siglip_config() {
  auto config = tiny_config();
  config.quick_gelu = false;
  config.embed_dim = config.vision.width;
  config.siglip = SiglipConfig{.pad_token = 4};
  return config;
}

// Every parameter moved off its first value, so that none of them (a gain of 0, a bias of 0) hides
// another.
inline Clip stirred(const ClipConfig& config, uint64_t seed = 3) {
  Clip model(config, seed, torch::kCPU, torch::kFloat64);
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed + 1);
  torch::NoGradGuard no_grad;
  for (auto& parameter : model->parameters()) {
    parameter.add_(torch::empty_like(parameter).normal_(0, 0.2, generator));
  }
  return model;
}

inline torch::Tensor example_pixels(int64_t count, int64_t side) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(7);
  return torch::randint(0, 256, {count, side, side, 3}, generator, torch::kUInt8);
}

}  // namespace anagram::test
