// SigLIP's vision transformer (Zhai et al. 2023): patches with a bias, learned positions, no class
// token and no layer norm before the blocks; pooled by attention whose one query is learned (Zhai
// et al. 2022, "Scaling vision transformers"), with a residual MLP behind it. The width is the
// length of an embedding.
#include <cmath>

#include "nn/image_tower.h"
#include "nn/siglip_blocks.h"
#include "nn/stem.h"

namespace anagram {

using torch::Tensor;

namespace {

class ProbePool : public torch::nn::Module {
 public:
  ProbePool(const VisionConfig& config, Activation activation, const Fresh& fresh) {
    const auto width = config.width;
    const auto hidden = static_cast<int64_t>(static_cast<double>(width) * config.mlp_ratio);
    const double bound = std::sqrt(3.0 / static_cast<double>(width));  // Xavier over (W, W)
    probe_ = register_parameter("probe", fresh.uniform({width}, bound));
    attn_ = register_module("attn", Attention(width, config.heads, fresh));
    ln_ = register_module("ln", LayerNorm(width, fresh, kSiglipEpsilon));
    mlp_ = register_module("mlp", Mlp(width, hidden, activation, fresh));
    redraw_siglip(attn_, fresh);
    redraw_siglip(mlp_, fresh);
  }

  Tensor forward(const Tensor& tokens) const {  // (B, L, W) → (B, W)
    const auto query = probe_.expand({tokens.size(0), 1, -1});
    const auto pooled = attn_->forward_at(tokens, query, {}).squeeze(1);  // (B, W)
    return pooled + mlp_->forward(ln_->forward(pooled));
  }

 private:
  Tensor probe_;  // (W)
  Attention attn_{nullptr};
  LayerNorm ln_{nullptr};
  Mlp mlp_{nullptr};
};

class SiglipImage : public ImageTower {
 public:
  SiglipImage(const ClipConfig& clip, const Fresh& fresh) {
    const auto& config = clip.vision;
    const auto width = config.width, patch = config.patch_size, grid = config.image_size / patch;
    positional_embedding_ = register_parameter(
        "positional_embedding",
        fresh.normal({grid * grid, width}, 1 / std::sqrt(static_cast<double>(width))));
    conv1_ = register_module("conv1", Conv(3, width, patch, patch, 0, fresh));
    redraw(conv1_->weight, 1 / std::sqrt(static_cast<double>(3 * patch * patch)), fresh);
    patch_bias_ = conv1_->register_parameter("bias", fresh.full({width}, 0));
    const auto activation = siglip_activation(clip);
    transformer_ =
        register_module("transformer", make_siglip_blocks(width, config.heads, config.layers,
                                                          config.mlp_ratio, activation, fresh));
    ln_post_ = register_module("ln_post", LayerNorm(width, fresh, kSiglipEpsilon));
    pool_ = register_module("attnpool", std::make_shared<ProbePool>(config, activation, fresh));
  }

  Tensor forward(const Tensor& pixels) override {
    const auto tokens = embed_patches(pixels, conv1_->weight, patch_bias_);  // (B, G², W)
    const auto x = transformer_->forward(tokens + positional_embedding_);    // (B, G², W)
    return pool_->forward(ln_post_->forward(x));                             // (B, W)
  }

 private:
  Tensor positional_embedding_, patch_bias_;
  Conv conv1_{nullptr};
  Transformer transformer_{nullptr};
  LayerNorm ln_post_{nullptr};
  std::shared_ptr<ProbePool> pool_;
};

}  // namespace

std::shared_ptr<ImageTower> make_siglip_image(const ClipConfig& config, const Fresh& fresh) {
  return std::make_shared<SiglipImage>(config, fresh);
}

}  // namespace anagram
