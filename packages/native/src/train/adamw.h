// AdamW with decoupled weight decay (Loshchilov & Hutter 2019) over libtorch's fused kernel, 3–10×
// faster on CPU than a loop over tensors:
//   m ← β₁m + (1-β₁)g,  v ← β₂v + (1-β₂)g²,  θ ← θ - lr·λθ - lr·m̂/(√v̂ + ε)
// As open_clip has it, λ = 0 for what has at most one dimension (gains, biases, the logit scale)
// and for class and position embeddings. One kernel call for each λ and each factor of the rate.
#pragma once

#include <string>
#include <vector>

#include "nn/clip.h"
#include "nn/libtorch.h"
#include "train/parameter.h"

namespace anagram {

struct AdamWConfig {
  double beta1, beta2, epsilon, weight_decay;
};

class AdamW {
 public:
  AdamW(const std::vector<Parameter>& parameters, const AdamWConfig& config);

  // Update number `count` (1, 2, …) by gradients times `coefficient` (1 = as they are); parameters
  // without a gradient are decayed and moved by a gradient of zero, so that every parameter has
  // seen the same number of steps.
  void step(double learning_rate, double coefficient, int64_t count);

  // `exp_avg.NAME` and `exp_avg_sq.NAME` of every parameter.
  std::vector<NamedTensor> state_tensors() const;

 private:
  struct Group {
    std::vector<std::string> names;
    std::vector<torch::Tensor> parameters, exp_avgs, exp_avg_sqs;
    double weight_decay = 0;
    double rate = 1;
  };
  AdamWConfig config_;
  std::vector<Group> groups_;
};

}  // namespace anagram
