// What the model needs of an image tower, and the three there are.
#pragma once

#include <memory>

#include "nn/config.h"
#include "nn/layers.h"
#include "nn/libtorch.h"

namespace anagram {

class ImageTower : public torch::nn::Module {
 public:
  // Normalised pixels (B, 3, S, S) → (B, D), not of unit length.
  virtual torch::Tensor forward(const torch::Tensor& pixels) = 0;
  // Tokens of another kind (B, L, W) through the last blocks → (B, D), not of unit length. Of a
  // vision transformer alone.
  virtual torch::Tensor forward_tokens(const torch::Tensor& tokens, int64_t layers);
};

std::shared_ptr<ImageTower> make_vision_transformer(const ClipConfig& config, const Fresh& fresh);
std::shared_ptr<ImageTower> make_resnet(const ClipConfig& config, const Fresh& fresh);
std::shared_ptr<ImageTower> make_siglip_image(const ClipConfig& config, const Fresh& fresh);

}  // namespace anagram
