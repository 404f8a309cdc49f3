// What turns gradients into changed weights: AdamW for everything, or Muon for the blocks' matrices
// and AdamW for the rest. Also the one place that clips, counts steps and knows the state by name.
#pragma once

#include <string>
#include <vector>

#include "nn/clip.h"
#include "nn/libtorch.h"
#include "train/adamw.h"
#include "train/config.h"
#include "train/muon.h"
#include "train/parameter.h"

namespace anagram {

class Optimizer {
 public:
  Optimizer(std::vector<Parameter> parameters, const TrainerConfig& config);

  // Global Euclidean norm of the gradients at hand; parameters without a gradient count as zero.
  double gradient_norm() const;
  // One update by gradients times `coefficient` (1 = as they are).
  void step(double learning_rate, double coefficient);
  void drop_gradients();

  std::vector<NamedTensor> state_tensors() const;
  // Updates applied so far (Adam's t).
  int64_t step_count() const { return step_count_; }
  void set_step_count(int64_t count);

 private:
  std::vector<Parameter> parameters_;
  AdamW adamw_;
  Muon muon_;
  int64_t step_count_ = 0;
};

}  // namespace anagram
