// CLIP's causal text transformer, pooled at the end-of-text token.
//
// Causal attention never looks right, so what stands after the end token cannot reach the result.
// The tower uses that twice, exactly: a batch is sorted by length and cut into a few buckets, each
// only as long as its longest text (padding to 77 costs 4× of this), and the last block is computed
// at the end token alone.
#pragma once

#include <torch/torch.h>

#include "nn/config.h"
#include "nn/transformer.h"

namespace anagram {

// Not a module of its own: open_clip keeps the text tower's parameters at the root of the model, so
// they are registered on `root`.
class TextTower {
 public:
  TextTower(torch::nn::Module& root, const ClipConfig& config, const Fresh& fresh);

  // `ids`: int32 or int64 (B, L), `lengths`: (B) tokens up to and with the end token. Returns (B,
  // D), raw.
  torch::Tensor forward(const torch::Tensor& ids, const torch::Tensor& lengths) const;

 private:
  torch::Tensor forward_bucket(const torch::Tensor& ids, const torch::Tensor& lengths) const;

  TextConfig config_;
  Embedding token_embedding_{nullptr};  // (V, W)
  torch::Tensor positional_embedding_;  // (L, W)
  Transformer transformer_{nullptr};
  LayerNorm ln_final_{nullptr};
  torch::Tensor text_projection_;  // (W, D)
};

}  // namespace anagram
