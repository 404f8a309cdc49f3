// What the model needs of a text tower, and the two there are. No modules of their own: open_clip
// keeps the text tower's parameters at the root of the model, so they are registered on `root`.
#pragma once

#include <memory>

#include "nn/config.h"
#include "nn/layers.h"
#include "nn/libtorch.h"

namespace anagram {

class TextTower {
 public:
  virtual ~TextTower() = default;

  // `ids`: int32 or int64 (B, L), `lengths`: (B) tokens up to and with the end token; what follows
  // is ignored. Returns (B, D), not of unit length.
  virtual torch::Tensor forward(const torch::Tensor& ids, const torch::Tensor& lengths) const = 0;
  // (V, W) the embedding of each token.
  virtual const torch::Tensor& token_table() const = 0;
};

std::unique_ptr<TextTower> make_text_transformer(torch::nn::Module& root, const ClipConfig& config,
                                                 const Fresh& fresh);
std::unique_ptr<TextTower> make_siglip_text(torch::nn::Module& root, const ClipConfig& config,
                                            const Fresh& fresh);

}  // namespace anagram
