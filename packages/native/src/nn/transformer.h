// Pre-norm residual transformer, as in CLIP: x ← x + attention(ln_1(x)), x ← x + mlp(ln_2(x)).
//
// Both towers read their result at one position (class token, end token), and in the last block
// that position alone needs a query, an output projection and an MLP; the others only serve as keys
// and values. `forward_at` computes just that: the same numbers for 2 of 12 parts of the block's
// work per token.
#pragma once

#include <optional>
#include <vector>

#include "nn/layers.h"
#include "nn/libtorch.h"

namespace anagram {

struct TransformerConfig {
  int64_t width, heads, layers;
  double mlp_ratio;
  Activation activation;
  bool causal;
  double epsilon = 1e-5;  // of the layer norms
};

class AttentionImpl : public torch::nn::Module {
 public:
  AttentionImpl(int64_t width, int64_t heads, const Fresh& fresh);
  torch::Tensor forward(const torch::Tensor& x, bool causal) const;  // (B, L, W) → (B, L, W)
  // One query per row: `x` (B, L, W) keys, `query` (B, 1, W), `mask` (B, 1, 1, L) added to the
  // logits → (B, 1, W).
  torch::Tensor forward_at(const torch::Tensor& x, const torch::Tensor& query,
                           const std::optional<torch::Tensor>& mask) const;

  torch::Tensor in_proj_weight, in_proj_bias;  // (3W, W), (3W)
  Linear out_proj{nullptr};

 private:
  int64_t heads_;
};
TORCH_MODULE(Attention);

class MlpImpl : public torch::nn::Module {
 public:
  MlpImpl(int64_t width, int64_t hidden, Activation activation, const Fresh& fresh);
  torch::Tensor forward(const torch::Tensor& x) const;  // (…, W) → (…, W)

  Linear c_fc{nullptr}, c_proj{nullptr};

 private:
  Activation activation_;
};
TORCH_MODULE(Mlp);

class ResidualBlockImpl : public torch::nn::Module {
 public:
  ResidualBlockImpl(const TransformerConfig& config, const Fresh& fresh);
  torch::Tensor forward(const torch::Tensor& x) const;  // (B, L, W) → (B, L, W)
  torch::Tensor forward_at(const torch::Tensor& x, const torch::Tensor& position,
                           const std::optional<torch::Tensor>& mask) const;

  LayerNorm ln_1{nullptr}, ln_2{nullptr};
  Attention attn{nullptr};
  Mlp mlp{nullptr};

 private:
  bool causal_;
};
TORCH_MODULE(ResidualBlock);

class TransformerImpl : public torch::nn::Module {
 public:
  TransformerImpl(const TransformerConfig& config, const Fresh& fresh);

  torch::Tensor forward(torch::Tensor x) const;  // (B, L, W) → (B, L, W)
  // The last block's output at one position of each row: `x` (B, L, W), `position` (B) int64 → (B,
  // W). `mask` (B, 1, 1, L) says which keys that position sees in the last block (0 or -inf); none
  // = all. `from`: the first block of those that read.
  torch::Tensor forward_at(torch::Tensor x, const torch::Tensor& position,
                           const std::optional<torch::Tensor>& mask, size_t from = 0) const;

  const std::vector<ResidualBlock>& blocks() const { return blocks_; }

 private:
  std::vector<ResidualBlock> blocks_;
};
TORCH_MODULE(Transformer);

}  // namespace anagram
