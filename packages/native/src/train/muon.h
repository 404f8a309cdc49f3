// Muon (Jordan et al. 2024) for the matrices of transformer blocks: momentum whose singular values
// are all brought near 1 by five steps of a quintic Newton-Schulz iteration,
//   M ← μM + (1-μ)G,  θ ← θ - lr·λθ - lr·0.2·√max(rows, columns)·NS((1-μ)G + μM)
// which gives rare directions of a gradient the same pace as common ones. The factor makes an
// update as large as AdamW's (Liu et al. 2025, eq. 4), so that one learning rate serves both. As
// torch.optim.Muon with adjust_lr_fn="match_rms_adamw", but iterated in the parameters' own
// precision, and with the joint projection of query, key and value taken as three matrices.
#pragma once

#include <string>
#include <vector>

#include "nn/clip.h"
#include "nn/libtorch.h"
#include "train/parameter.h"

namespace anagram {

struct MuonConfig {
  double momentum, weight_decay;
};

class Muon {
 public:
  Muon(std::vector<Parameter> parameters, const MuonConfig& config);

  // The matrices it is meant for: weights of attention and MLP in a tower's blocks. Low-rank
  // adapters are none: they would not stay low in rank.
  static bool fits(const Parameter& parameter);

  void step(double learning_rate, double coefficient);
  // `momentum_buffer.NAME` of every parameter.
  std::vector<NamedTensor> state_tensors() const;

 private:
  MuonConfig config_;
  std::vector<Parameter> parameters_;
  std::vector<torch::Tensor> momentum_;
};

// Roughly the nearest semi-orthogonal matrix: (R, C) → (R, C), singular values of about 0.7 to 1.2.
torch::Tensor orthogonalise(const torch::Tensor& matrix);

}  // namespace anagram
