// CLIP's causal text transformer, pooled at the end-of-text token.
//
// Causal attention never looks right, so what stands after the end token cannot reach the result.
// The tower uses that twice, exactly: a batch is sorted by length and cut into a few buckets, each
// only as long as its longest text (padding to 77 costs 4× of this), and the last block is computed
// at the end token alone.
#include <cmath>
#include <limits>
#include <vector>

#include "nn/buckets.h"
#include "nn/text_tower.h"
#include "nn/transformer.h"

namespace anagram {

using torch::Tensor;

namespace {

class TextTransformer : public TextTower {
 public:
  TextTransformer(torch::nn::Module& root, const ClipConfig& config, const Fresh& fresh);
  Tensor forward(const Tensor& ids, const Tensor& lengths) const override;
  const Tensor& token_table() const override { return token_embedding_->weight; }

 private:
  Tensor forward_bucket(const Tensor& ids, const Tensor& lengths) const;

  TextConfig config_;
  Embedding token_embedding_{nullptr};  // (V, W)
  Tensor positional_embedding_;         // (L, W)
  Transformer transformer_{nullptr};
  LayerNorm ln_final_{nullptr};
  Tensor text_projection_;  // (W, D)
};

TextTransformer::TextTransformer(torch::nn::Module& root, const ClipConfig& config,
                                 const Fresh& fresh)
    : config_(config.text) {
  const auto width = config_.width;
  // open_clip's scheme. Token embeddings of standard deviation 1 beside positions of 0.01 would
  // drown word order.
  const double attention = 1 / std::sqrt(static_cast<double>(width));
  const double residual = attention / std::sqrt(2.0 * static_cast<double>(config_.layers));
  positional_embedding_ = root.register_parameter(
      "positional_embedding", fresh.normal({config_.context_length, width}, 0.01));
  text_projection_ = root.register_parameter("text_projection",
                                             fresh.normal({width, config.embed_dim}, attention));
  const auto activation = config.quick_gelu ? Activation::quick_gelu : Activation::gelu;
  transformer_ = root.register_module(
      "transformer", Transformer(TransformerConfig{width, config_.heads, config_.layers,
                                                   config_.mlp_ratio, activation, /*causal=*/true},
                                 fresh));
  for (const auto& block : transformer_->blocks()) {
    redraw(block->attn->in_proj_weight, attention, fresh);
    redraw(block->attn->out_proj->weight, residual, fresh);
    redraw(block->mlp->c_fc->weight, attention / std::sqrt(2.0), fresh);
    redraw(block->mlp->c_proj->weight, residual, fresh);
  }
  token_embedding_ =
      root.register_module("token_embedding", Embedding(config_.vocab_size, width, 0.02, fresh));
  ln_final_ = root.register_module("ln_final", LayerNorm(width, fresh));
}

Tensor TextTransformer::forward(const Tensor& ids, const Tensor& lengths) const {
  const auto on_cpu = lengths.to(torch::kCPU, torch::kInt64);  // (B)
  const auto [sorted, order] = on_cpu.sort(/*stable=*/true, /*dim=*/0, /*descending=*/false);
  const auto* first = sorted.const_data_ptr<int64_t>();
  const auto buckets = cut_buckets({first, first + sorted.numel()});
  const auto device = text_projection_.device();
  if (buckets.size() == 1) {
    return forward_bucket(ids.slice(1, 0, buckets[0].length).to(device), on_cpu.to(device));
  }
  const auto ordered = ids.index_select(0, order.to(ids.device()));
  std::vector<Tensor> pooled;
  for (const auto& [begin, end, length] : buckets) {
    pooled.push_back(forward_bucket(ordered.slice(0, begin, end).slice(1, 0, length).to(device),
                                    sorted.slice(0, begin, end).to(device)));
  }
  return at::cat(pooled).index_select(0, order.argsort().to(device));  // (B, D)
}

Tensor TextTransformer::forward_bucket(const Tensor& ids, const Tensor& lengths) const {
  const auto length = ids.size(1);
  const auto x =
      token_embedding_->forward(ids) + positional_embedding_.slice(0, 0, length);  // (B, L, W)
  // The end token sees itself and what stands before it.
  const auto positions = torch::arange(length, lengths.options());
  const auto mask =
      torch::zeros({ids.size(0), length}, x.options().requires_grad(false))
          .masked_fill_(positions >= lengths.unsqueeze(1), -std::numeric_limits<double>::infinity())
          .view({-1, 1, 1, length});
  const auto pooled = transformer_->forward_at(x, lengths - 1, mask);  // (B, W)
  return at::matmul(ln_final_->forward(pooled), text_projection_);
}

}  // namespace

std::unique_ptr<TextTower> make_text_transformer(torch::nn::Module& root, const ClipConfig& config,
                                                 const Fresh& fresh) {
  return std::make_unique<TextTransformer>(root, config, fresh);
}

}  // namespace anagram
