#include "train/ema.h"

#include <algorithm>
#include <utility>

namespace anagram {

void average_into(const std::vector<torch::Tensor>& averages,
                  const std::vector<NamedTensor>& tensors, double decay) {
  const torch::NoGradGuard no_grad;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const auto& values = tensors[i].tensor;
    if (values.is_floating_point()) {
      averages[i].lerp_(values, 1 - decay);
    } else {
      averages[i].copy_(values);
    }
  }
}

Ema::Ema(std::vector<NamedTensor> tensors, const EmaConfig& config)
    : config_(config), tensors_(std::move(tensors)) {
  TORCH_CHECK(config.decay >= 0 && config.decay < 1, "ema: expected a decay in [0, 1), received ",
              config.decay, ".");
  for (const auto& item : tensors_) averages_.push_back(item.tensor.detach().clone());
}

void Ema::update(int64_t step) {
  const auto t = static_cast<double>(step);
  const double decay = config_.warmup ? std::min(config_.decay, (1 + t) / (10 + t)) : config_.decay;
  average_into(averages_, tensors_, decay);
}

std::vector<NamedTensor> Ema::state_tensors() const {
  std::vector<NamedTensor> state;
  for (size_t i = 0; i < tensors_.size(); ++i)
    state.push_back({"ema." + tensors_[i].name, averages_[i], false});
  return state;
}

}  // namespace anagram
