// CLIP's vision transformer (Radford et al. 2021; Dosovitskiy et al. 2021): tokens, a class token,
// learned positions, a layer norm before the blocks, the class token's output projected into the
// shared space.
#include <cmath>

#include "nn/image_tower.h"
#include "nn/stem.h"
#include "nn/transformer.h"

namespace anagram {

using torch::Tensor;

namespace {

// Standard deviation of the positions beside a conv stem's tokens, whose own is about 0.4. Chosen
// among 0.09, 0.35, 0.7 and 1.8 on EmojiScenes' validation split: group score after 500 steps 0.56,
// 0.63, 0.65 and 0.60.
constexpr double kConvStemPositions = 0.7;

class VisionTransformer : public ImageTower {
 public:
  VisionTransformer(const ClipConfig& clip, const Fresh& fresh) {
    const auto& config = clip.vision;
    const auto width = config.width, grid = config.image_size / config.patch_size;
    const double scale = 1 / std::sqrt(static_cast<double>(width));
    class_embedding_ = register_parameter("class_embedding", fresh.normal({width}, scale));
    // open_clip's positions are that small beside tokens of a strided convolution. A conv stem's
    // tokens are larger and drown them: binding and position are then learned at half the pace.
    const double positions = config.stem == Stem::conv ? kConvStemPositions : scale;
    positional_embedding_ = register_parameter("positional_embedding",
                                               fresh.normal({grid * grid + 1, width}, positions));
    proj_ = register_parameter("proj", fresh.normal({width, clip.embed_dim}, scale));
    if (config.stem == Stem::conv) {
      stem_ = register_module("stem", ConvStem(config, fresh));
    } else {
      conv1_ =
          register_module("conv1", Conv(3, width, config.patch_size, config.patch_size, 0, fresh));
    }
    ln_pre_ = register_module("ln_pre", LayerNorm(width, fresh));
    const auto activation = clip.quick_gelu ? Activation::quick_gelu : Activation::gelu;
    transformer_ = register_module(
        "transformer",
        Transformer(TransformerConfig{width, config.heads, config.layers, config.mlp_ratio,
                                      activation, /*causal=*/false},
                    fresh));
    ln_post_ = register_module("ln_post", LayerNorm(width, fresh));
  }

  Tensor forward(const Tensor& pixels) override {
    const auto rows = pixels.size(0), width = class_embedding_.size(0);
    const auto tokens =
        stem_ ? stem_->forward(pixels) : embed_patches(pixels, conv1_->weight);  // (B, G², W)
    const auto first = class_embedding_.expand({rows, 1, width});
    const auto x = at::cat({first, tokens}, 1) + positional_embedding_;  // (B, 1 + G², W)
    const auto position = torch::zeros({rows}, pixels.options().dtype(torch::kInt64));
    const auto pooled = transformer_->forward_at(ln_pre_->forward(x), position, {});  // (B, W)
    return at::matmul(ln_post_->forward(pooled), proj_);                              // (B, D)
  }

 private:
  Tensor class_embedding_, positional_embedding_, proj_;
  ConvStem stem_{nullptr};
  Conv conv1_{nullptr};
  LayerNorm ln_pre_{nullptr}, ln_post_{nullptr};
  Transformer transformer_{nullptr};
};

}  // namespace

std::shared_ptr<ImageTower> make_vision_transformer(const ClipConfig& config, const Fresh& fresh) {
  return std::make_shared<VisionTransformer>(config, fresh);
}

}  // namespace anagram
