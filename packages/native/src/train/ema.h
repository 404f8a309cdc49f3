// Exponential moving average of the weights, kept beside them (Polyak & Juditsky 1992; timm's
// ModelEmaV3):
//   θ̄ ← d·θ̄ + (1 - d)·θ  after each applied step t = 1, 2, …
// with d = decay, or with warm-up min(decay, (1 + t) / (10 + t)), so that a short run does not
// average its start. Running statistics are averaged too; counters are copied.
#pragma once

#include <vector>

#include "nn/clip.h"
#include "nn/libtorch.h"

namespace anagram {

struct EmaConfig {
  double decay = 0.999;
  bool warmup = true;
};

// averages ← d·averages + (1 - d)·tensors; what is no floating-point number is copied.
void average_into(const std::vector<torch::Tensor>& averages,
                  const std::vector<NamedTensor>& tensors, double decay);

class Ema {
 public:
  // Of `tensors`, from their values at this moment on.
  Ema(std::vector<NamedTensor> tensors, const EmaConfig& config);

  void update(int64_t step);
  // `ema.NAME` of each tensor.
  std::vector<NamedTensor> state_tensors() const;

 private:
  EmaConfig config_;
  std::vector<NamedTensor> tensors_;
  std::vector<torch::Tensor> averages_;
};

}  // namespace anagram
