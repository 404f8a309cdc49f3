#include "nn/transformer.h"

#include <cmath>

#include "nn/affine.h"

namespace anagram {

using torch::Tensor;

AttentionImpl::AttentionImpl(int64_t width, int64_t heads, const Fresh& fresh) : heads_(heads) {
  // Xavier over the joint (3W, W) matrix, as nn.MultiheadAttention.
  const double bound = std::sqrt(6.0 / static_cast<double>(4 * width));
  in_proj_weight = register_parameter("in_proj_weight", fresh.uniform({3 * width, width}, bound));
  in_proj_bias = register_parameter("in_proj_bias", fresh.full({3 * width}, 0));
  out_proj = register_module("out_proj", Linear(width, width, fresh));
  torch::NoGradGuard no_grad;
  out_proj->bias.zero_();
}

Tensor AttentionImpl::forward(const Tensor& x, bool causal) const {
  const auto rows = x.size(0), length = x.size(1), width = x.size(2);
  // unbind, not three selects: its backward is one stack instead of three zero-padded sums.
  const auto qkv = affine(x, in_proj_weight, in_proj_bias)
                       .view({rows, length, 3, heads_, width / heads_})
                       .permute({2, 0, 3, 1, 4})
                       .unbind(0);  // 3 × (B, H, L, W/H)
  const auto mixed = at::scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], /*attn_mask=*/{},
                                                      /*dropout_p=*/0, causal);  // (B, H, L, W/H)
  return out_proj->forward(mixed.transpose(1, 2).reshape({rows, length, width}));
}

Tensor AttentionImpl::forward_at(const Tensor& x, const Tensor& query,
                                 const std::optional<Tensor>& mask) const {
  const auto rows = x.size(0), length = x.size(1), width = x.size(2);
  const auto weights = in_proj_weight.split({width, 2 * width});  // (W, W), (2W, W)
  const auto biases = in_proj_bias.split({width, 2 * width});
  const auto q = affine(query, weights[0], biases[0])
                     .view({rows, 1, heads_, width / heads_})
                     .transpose(1, 2);  // (B, H, 1, W/H)
  const auto kv = affine(x, weights[1], biases[1])
                      .view({rows, length, 2, heads_, width / heads_})
                      .permute({2, 0, 3, 1, 4})
                      .unbind(0);  // 2 × (B, H, L, W/H)
  const auto mixed = at::scaled_dot_product_attention(q, kv[0], kv[1], mask);  // (B, H, 1, W/H)
  return out_proj->forward(mixed.transpose(1, 2).reshape({rows, 1, width}));
}

MlpImpl::MlpImpl(int64_t width, int64_t hidden, Activation activation, const Fresh& fresh)
    : activation_(activation) {
  c_fc = register_module("c_fc", Linear(width, hidden, fresh));
  c_proj = register_module("c_proj", Linear(hidden, width, fresh));
}

Tensor MlpImpl::forward(const Tensor& x) const {
  return c_proj->forward(activate(c_fc->forward(x), activation_));
}

ResidualBlockImpl::ResidualBlockImpl(const TransformerConfig& config, const Fresh& fresh)
    : causal_(config.causal) {
  const auto hidden = static_cast<int64_t>(static_cast<double>(config.width) * config.mlp_ratio);
  ln_1 = register_module("ln_1", LayerNorm(config.width, fresh, config.epsilon));
  attn = register_module("attn", Attention(config.width, config.heads, fresh));
  ln_2 = register_module("ln_2", LayerNorm(config.width, fresh, config.epsilon));
  mlp = register_module("mlp", Mlp(config.width, hidden, config.activation, fresh));
}

Tensor ResidualBlockImpl::forward(const Tensor& x) const {
  const auto attended = x + attn->forward(ln_1->forward(x), causal_);  // (B, L, W)
  return attended + mlp->forward(ln_2->forward(attended));
}

Tensor ResidualBlockImpl::forward_at(const Tensor& x, const Tensor& position,
                                     const std::optional<Tensor>& mask) const {
  const auto index = position.view({-1, 1, 1}).expand({x.size(0), 1, x.size(2)});  // (B, 1, W)
  const auto keys = ln_1->forward(x);                                              // (B, L, W)
  const auto attended =
      x.gather(1, index) + attn->forward_at(keys, keys.gather(1, index), mask);  // (B, 1, W)
  return attended + mlp->forward(ln_2->forward(attended));
}

TransformerImpl::TransformerImpl(const TransformerConfig& config, const Fresh& fresh) {
  auto blocks = register_module("resblocks", torch::nn::ModuleList());
  for (int64_t layer = 0; layer < config.layers; ++layer) {
    blocks_.emplace_back(config, fresh);
    blocks->push_back(blocks_.back());
  }
}

Tensor TransformerImpl::forward(Tensor x) const {
  for (const auto& block : blocks_) x = block->forward(x);
  return x;
}

Tensor TransformerImpl::forward_at(Tensor x, const Tensor& position,
                                   const std::optional<Tensor>& mask, size_t from) const {
  for (size_t layer = from; layer + 1 < blocks_.size(); ++layer) x = blocks_[layer]->forward(x);
  return blocks_.back()->forward_at(x, position, mask).squeeze(1);  // (B, W)
}

}  // namespace anagram
