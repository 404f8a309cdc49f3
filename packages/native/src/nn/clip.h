// Two towers and a logit scale; with SigLIP's towers a logit bias too. Parameters carry open_clip's
// state-dict names
// (`visual.conv1.weight`, `transformer.resblocks.0.attn.in_proj_weight`, …), so checkpoints of
// open_clip load by name; the text tower's parts therefore hang on the root, the image tower's
// under `visual`. SigLIP's are named alike.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nn/config.h"
#include "nn/image_tower.h"
#include "nn/knowledge.h"
#include "nn/libtorch.h"
#include "nn/regions.h"
#include "nn/text_tower.h"

namespace anagram {

// One tensor of a model's state: parameters, then buffers, in registration order.
struct NamedTensor {
  std::string name;
  torch::Tensor tensor;
  bool trainable = true;  // false for buffers (running statistics)
};

class ClipImpl : public torch::nn::Module {
 public:
  // Fresh weights as open_clip initialises them (SigLIP: as its authors do), drawn from `seed`
  // alone: on the CPU, then moved, so that every device starts from the same weights.
  ClipImpl(const ClipConfig& config, uint64_t seed, torch::Device device,
           torch::Dtype dtype = torch::kFloat32);

  // `pixels`: uint8 (B, S, S, 3) or float (B, 3, S, S), both 0–255 RGB; normalised by mean and
  // standard deviation on the model's device. Returns (B, D), rows of unit length. Batch
  // normalisation follows the module's mode: train() = batch statistics, eval() = running ones. The
  // model is born in eval mode.
  torch::Tensor encode_image(const torch::Tensor& pixels);

  // `ids`: int32 or int64 (B, L ≤ context length), the end-of-text token of row b at `lengths[b] -
  // 1`, what follows ignored; SigLIP has pad tokens there. `triples` of these texts, for a model
  // that reads them. Returns (B, D), rows of unit length.
  torch::Tensor encode_text(const torch::Tensor& ids, const torch::Tensor& lengths,
                            const Triples& triples = {});

  // What a detector says of K pictures' regions, for a model that reads it: `features` float (ΣN,
  // F), those of a picture side by side, `counts` int64 (K) of at least 1. Returns (K, D), rows of
  // unit length.
  torch::Tensor encode_regions(const torch::Tensor& features, const torch::Tensor& counts);

  // Everything a checkpoint holds.
  std::vector<NamedTensor> tensors() const;
  // The tensor called `name`; an error that names it when there is none.
  torch::Tensor tensor(const std::string& name) const;
  // Copies `values` (any shape with the right number of elements) into the tensor called `name`.
  void write_tensor(const std::string& name, const torch::Tensor& values);

  const ClipConfig& config() const { return config_; }
  torch::Device device() const { return logit_scale.device(); }
  torch::Dtype dtype() const { return logit_scale.scalar_type(); }

  torch::Tensor logit_scale;  // () ln s
  torch::Tensor logit_bias;   // () b; undefined for CLIP

 private:
  ClipConfig config_;
  torch::Tensor mean_;  // (1, 3, 1, 1) in 0–255, not part of the state
  torch::Tensor std_;   // (1, 3, 1, 1)
  std::shared_ptr<ImageTower> visual_;
  std::unique_ptr<TextTower> text_;
  Knowledge knowledge_{nullptr};  // empty where the config has none
  Regions regions_{nullptr};      // the same
};
TORCH_MODULE(Clip);

}  // namespace anagram
