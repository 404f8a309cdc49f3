// From pixels to tokens. The patch stem is CLIP's: one convolution whose stride is its kernel. The
// convolutional stem follows Xiao et al. 2021 (Early Convolutions Help Transformers See Better):
// 3×3 convolutions of stride 2 whose channels double up to the width, then a 1×1 projection. It
// gives the same number of tokens and learns small pictures much sooner. Its normalisation is free
// of the batch, so a picture's features do not depend on its neighbours.
#pragma once

#include <optional>

#include "nn/config.h"
#include "nn/layers.h"
#include "nn/libtorch.h"

namespace anagram {

// (B, 3, S, S) → (B, G², W) with G = S / patch; border pixels that fill no patch are left out, as a
// convolution would. `weight` is a convolution's, (W, 3, patch, patch), `bias` (W) or none.
torch::Tensor embed_patches(const torch::Tensor& pixels, const torch::Tensor& weight,
                            const std::optional<torch::Tensor>& bias = {});

class ConvStemImpl : public torch::nn::Module {
 public:
  ConvStemImpl(const VisionConfig& config, const Fresh& fresh);
  torch::Tensor forward(const torch::Tensor& pixels) const;  // (B, 3, S, S) → (B, G², W)

 private:
  struct Stage {
    Conv conv;
    LayerNorm norm;
  };
  std::vector<Stage> stages_;
  Linear projection_{nullptr};
  int64_t used_;  // pixels of the side that fill whole patches
};
TORCH_MODULE(ConvStem);

}  // namespace anagram
