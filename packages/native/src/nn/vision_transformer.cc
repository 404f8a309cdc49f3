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
    const auto tokens =
        stem_ ? stem_->forward(pixels) : embed_patches(pixels, conv1_->weight);  // (B, G², W)
    return read(with_class(tokens) + positional_embedding_, 0);
  }

  Tensor forward_tokens(const Tensor& tokens, int64_t layers) override {
    return read(with_class(tokens), transformer_->blocks().size() - static_cast<size_t>(layers));
  }

 private:
  // (B, L, W) → (B, 1 + L, W)
  Tensor with_class(const Tensor& tokens) const {
    return at::cat({class_embedding_.expand({tokens.size(0), 1, tokens.size(2)}), tokens}, 1);
  }

  // What the class token has become after the blocks from `from` on: (B, 1 + L, W) → (B, D).
  Tensor read(const Tensor& x, size_t from) const {
    const auto position = torch::zeros({x.size(0)}, x.options().dtype(torch::kInt64));
    const auto pooled =
        transformer_->forward_at(ln_pre_->forward(x), position, {}, from);  // (B, W)
    return at::matmul(ln_post_->forward(pooled), proj_);                    // (B, D)
  }

  Tensor class_embedding_, positional_embedding_, proj_;
  ConvStem stem_{nullptr};
  Conv conv1_{nullptr};
  LayerNorm ln_pre_{nullptr}, ln_post_{nullptr};
  Transformer transformer_{nullptr};
};

}  // namespace

Tensor ImageTower::forward_tokens(const Tensor&, int64_t) {
  TORCH_CHECK(false, "image tower: regions are read by a vision transformer alone.");
}

std::shared_ptr<ImageTower> make_vision_transformer(const ClipConfig& config, const Fresh& fresh) {
  return std::make_shared<VisionTransformer>(config, fresh);
}

}  // namespace anagram
