// SigLIP's text transformer (Zhai et al. 2023): no mask of any kind, so every position sees every
// other. A text is filled up to the full context length with the pad token, which is attended to
// like any other, and read at the last position.
#include <cmath>

#include "nn/siglip_blocks.h"
#include "nn/text_tower.h"

namespace anagram {

using torch::Tensor;

namespace {

class SiglipText : public TextTower {
 public:
  SiglipText(torch::nn::Module& root, const ClipConfig& config, const Fresh& fresh)
      : pad_token_(config.siglip->pad_token) {
    const auto& text = config.text;
    const double spread = 1 / std::sqrt(static_cast<double>(text.width));
    positional_embedding_ = root.register_parameter(
        "positional_embedding", fresh.normal({text.context_length, text.width}, spread));
    transformer_ = root.register_module(
        "transformer", make_siglip_blocks(text.width, text.heads, text.layers, text.mlp_ratio,
                                          siglip_activation(config), fresh));
    token_embedding_ = root.register_module("token_embedding",
                                            Embedding(text.vocab_size, text.width, spread, fresh));
    ln_final_ = root.register_module("ln_final", LayerNorm(text.width, fresh, kSiglipEpsilon));
    text_projection_ =
        root.register_module("text_projection", Linear(text.width, config.embed_dim, fresh));
    redraw(text_projection_->weight, spread, fresh);
    const torch::NoGradGuard no_grad;
    text_projection_->bias.zero_();
  }

  Tensor forward(const Tensor& ids, const Tensor& lengths) const override {
    const auto context = positional_embedding_.size(0);
    const auto tokens = token_embedding_->forward(filled(ids, lengths));  // (B, L, W)
    const auto last =
        torch::full({ids.size(0)}, context - 1, tokens.options().dtype(torch::kInt64));
    const auto pooled = transformer_->forward_at(tokens + positional_embedding_, last, {});
    return text_projection_->forward(ln_final_->forward(pooled));  // (B, D)
  }

  const Tensor& token_table() const override { return token_embedding_->weight; }

 private:
  // (B, ≤ L) → (B, L) on the model's device, the pad token wherever a text has ended.
  Tensor filled(const Tensor& ids, const Tensor& lengths) const {
    const auto device = positional_embedding_.device();
    auto full = torch::full({ids.size(0), positional_embedding_.size(0)}, pad_token_,
                            ids.options().device(device));
    const auto given = full.slice(1, 0, ids.size(1));
    const auto positions = torch::arange(ids.size(1), full.options());
    const auto ended = positions >= lengths.to(device).unsqueeze(1);  // (B, ≤ L)
    given.copy_(ids).masked_fill_(ended, pad_token_);
    return full;
  }

  int64_t pad_token_;
  Embedding token_embedding_{nullptr};  // (V, W)
  Tensor positional_embedding_;         // (L, W)
  Transformer transformer_{nullptr};
  LayerNorm ln_final_{nullptr};
  Linear text_projection_{nullptr};  // (D, W)
};

}  // namespace

std::unique_ptr<TextTower> make_siglip_text(torch::nn::Module& root, const ClipConfig& config,
                                            const Fresh& fresh) {
  return std::make_unique<SiglipText>(root, config, fresh);
}

}  // namespace anagram
