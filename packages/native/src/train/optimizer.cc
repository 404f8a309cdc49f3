#include "train/optimizer.h"

namespace anagram {

using torch::Tensor;

namespace {

std::vector<Parameter> share_of(OptimizerKind kind, const std::vector<Parameter>& parameters,
                                const TrainerConfig& config) {
  std::vector<Parameter> share;
  for (const auto& item : parameters) {
    const bool to_muon = config.optimizer == OptimizerKind::muon && Muon::fits(item);
    if (to_muon == (kind == OptimizerKind::muon)) share.push_back(item);
  }
  return share;
}

}  // namespace

Optimizer::Optimizer(std::vector<Parameter> parameters, const TrainerConfig& config)
    : parameters_(std::move(parameters)),
      adamw_(share_of(OptimizerKind::adamw, parameters_, config),
             {config.beta1, config.beta2, config.epsilon, config.weight_decay}),
      muon_(share_of(OptimizerKind::muon, parameters_, config),
            {config.momentum, config.weight_decay}) {}

double Optimizer::gradient_norm() const {
  std::vector<Tensor> gradients;
  for (const auto& item : parameters_) {
    if (item.tensor.grad().defined()) gradients.push_back(item.tensor.grad());
  }
  if (gradients.empty()) return 0;
  return at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients))).item<double>();
}

void Optimizer::step(double learning_rate, double coefficient) {
  ++step_count_;
  adamw_.step(learning_rate, coefficient, step_count_);
  muon_.step(learning_rate, coefficient);
}

void Optimizer::drop_gradients() {
  for (auto& item : parameters_) item.tensor.mutable_grad().reset();
}

std::vector<NamedTensor> Optimizer::state_tensors() const {
  auto state = adamw_.state_tensors();
  for (auto& item : muon_.state_tensors()) state.push_back(std::move(item));
  return state;
}

void Optimizer::set_step_count(int64_t count) {
  TORCH_CHECK(count >= 0, "trainer: expected a step count of at least 0, received ", count, ".");
  step_count_ = count;
}

}  // namespace anagram
