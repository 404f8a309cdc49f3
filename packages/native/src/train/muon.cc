#include "train/muon.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nn/affine.h"

namespace anagram {

using torch::Tensor;

namespace {

constexpr double kA = 3.4445, kB = -4.7750, kC = 2.0315;
constexpr int kIterations = 5;
constexpr double kScale = 0.2;  // root mean square of an update of AdamW
const std::string kMomentum = "momentum_buffer.";
const std::string kJoint = "attn.in_proj_weight";

// The matrices that a parameter is made of, as views.
std::vector<Tensor> matrices_of(const Parameter& parameter, const Tensor& values) {
  if (!parameter.name.ends_with(kJoint)) return {values};
  return values.chunk(3);
}

}  // namespace

Tensor orthogonalise(const Tensor& matrix) {
  const bool tall = matrix.size(0) > matrix.size(1);
  auto x = tall ? matrix.t() : matrix;  // (R, C), R ≤ C
  x = x / at::linalg_vector_norm(x).clamp_min(1e-7);
  for (int i = 0; i < kIterations; ++i) {
    const auto gram = product(x, x);                                    // (R, R), symmetric
    const auto polynomial = (gram * kB).add_(product(gram, gram), kC);  // bG + cG²
    x = (x * kA).add_(product(polynomial, x.t()));                      // aX + (bG + cG²)X
  }
  return tall ? x.t() : x;
}

Muon::Muon(std::vector<Parameter> parameters, const MuonConfig& config)
    : config_(config), parameters_(std::move(parameters)) {
  TORCH_CHECK(config.momentum >= 0 && config.momentum < 1,
              "optimizer: expected a momentum in [0, 1), received ", config.momentum, ".");
  for (const auto& item : parameters_)
    momentum_.push_back(torch::zeros_like(item.tensor, torch::requires_grad(false)));
}

bool Muon::fits(const Parameter& parameter) {
  return parameter.tensor.dim() == 2 && parameter.name.ends_with("weight") &&
         parameter.name.find("resblocks.") != std::string::npos;
}

void Muon::step(double learning_rate, double coefficient) {
  torch::NoGradGuard no_grad;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    auto parameter = parameters_[i].tensor;
    const double rate = learning_rate * parameters_[i].rate;
    const auto gradient =
        parameter.grad().defined() ? parameter.grad() * coefficient : torch::zeros_like(parameter);
    momentum_[i].lerp_(gradient, 1 - config_.momentum);
    const auto update = gradient.lerp(momentum_[i], config_.momentum);
    parameter.mul_(1 - rate * config_.weight_decay);
    const auto targets = matrices_of(parameters_[i], parameter);
    const auto updates = matrices_of(parameters_[i], update);
    for (size_t k = 0; k < targets.size(); ++k) {
      const auto larger = static_cast<double>(std::max(targets[k].size(0), targets[k].size(1)));
      targets[k].add_(orthogonalise(updates[k]), -rate * kScale * std::sqrt(larger));
    }
  }
}

std::vector<NamedTensor> Muon::state_tensors() const {
  std::vector<NamedTensor> state;
  for (size_t i = 0; i < parameters_.size(); ++i)
    state.push_back({kMomentum + parameters_[i].name, momentum_[i], false});
  return state;
}

}  // namespace anagram
