#include "train/adamw.h"

#include <algorithm>
#include <cmath>

namespace anagram {

using torch::Tensor;

namespace {

bool ends_with_embedding(const std::string& name) {
  return name.ends_with("positional_embedding") || name.ends_with("class_embedding");
}

const std::string kFirst = "exp_avg.";
const std::string kSecond = "exp_avg_sq.";

}  // namespace

AdamW::AdamW(const std::vector<Parameter>& parameters, const AdamWConfig& config)
    : config_(config) {
  TORCH_CHECK(config.beta1 >= 0 && config.beta1 < 1 && config.beta2 >= 0 && config.beta2 < 1,
              "optimizer: expected beta1 and beta2 in [0, 1), received ", config.beta1, " and ",
              config.beta2, ".");
  TORCH_CHECK(config.epsilon > 0 && config.weight_decay >= 0,
              "optimizer: expected epsilon > 0 and weightDecay ≥ 0, received ", config.epsilon,
              " and ", config.weight_decay, ".");
  const auto group_of = [&](double weight_decay, double rate) -> Group& {
    for (auto& group : groups_) {
      if (group.weight_decay == weight_decay && group.rate == rate) return group;
    }
    return groups_.emplace_back(Group{{}, {}, {}, {}, weight_decay, rate});
  };
  for (const auto& [name, parameter, rate] : parameters) {
    const bool spared = parameter.dim() <= 1 || ends_with_embedding(name);
    auto& group = group_of(spared ? 0 : config.weight_decay, rate);
    group.names.push_back(name);
    group.parameters.push_back(parameter);
    group.exp_avgs.push_back(torch::zeros_like(parameter, torch::requires_grad(false)));
    group.exp_avg_sqs.push_back(torch::zeros_like(parameter, torch::requires_grad(false)));
  }
}

void AdamW::step(double learning_rate, double coefficient, int64_t count) {
  torch::NoGradGuard no_grad;
  for (auto& group : groups_) {
    std::vector<Tensor> gradients;
    for (const auto& parameter : group.parameters) {
      gradients.push_back(parameter.grad().defined() ? parameter.grad()
                                                     : torch::zeros_like(parameter));
    }
    const auto options = group.parameters[0].options().dtype(torch::kFloat32).requires_grad(false);
    // The kernel reads Adam's t from here, one tensor per parameter, and leaves it as it is.
    const std::vector<Tensor> steps(gradients.size(),
                                    torch::full({}, static_cast<double>(count), options));
    // The kernel divides by grad_scale while it updates: clipping without a pass of its own.
    std::optional<Tensor> grad_scale;
    if (coefficient != 1) grad_scale = torch::full({}, 1 / coefficient, options);
    at::_fused_adamw_(group.parameters, gradients, group.exp_avgs, group.exp_avg_sqs,
                      /*max_exp_avg_sqs=*/{}, steps, learning_rate * group.rate, config_.beta1,
                      config_.beta2, group.weight_decay, config_.epsilon, /*amsgrad=*/false,
                      /*maximize=*/false, grad_scale);
  }
}

std::vector<NamedTensor> AdamW::state_tensors() const {
  std::vector<NamedTensor> state;
  for (const auto& group : groups_) {
    for (size_t i = 0; i < group.names.size(); ++i) {
      state.push_back({kFirst + group.names[i], group.exp_avgs[i], false});
      state.push_back({kSecond + group.names[i], group.exp_avg_sqs[i], false});
    }
  }
  return state;
}

}  // namespace anagram
