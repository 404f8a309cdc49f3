#include "train/lora.h"

#include <algorithm>
#include <cmath>

namespace anagram {

using torch::Tensor;

Lora::Lora(const Clip& model, const LoraConfig& config)
    : scale_(config.alpha / static_cast<double>(config.rank)) {
  TORCH_CHECK(config.rank >= 1 && std::isfinite(config.alpha) && config.alpha > 0,
              "lora: expected a rank of at least 1 and a positive alpha, received ", config.rank,
              " and ", config.alpha, ".");
  const torch::NoGradGuard no_grad;
  auto generator = at::make_generator<at::CPUGeneratorImpl>(config.seed);
  for (const auto& adapter : config.adapters) {
    auto found = std::find_if(matrices_.begin(), matrices_.end(),
                              [&](const Matrix& matrix) { return matrix.name == adapter.matrix; });
    if (found == matrices_.end()) {
      const auto merged = model->tensor(adapter.matrix);
      TORCH_CHECK(merged.dim() == 2, "lora: expected a matrix as '", adapter.matrix,
                  "', received shape ", merged.sizes(), ".");
      matrices_.push_back({adapter.matrix, merged, merged.detach().clone()});
      found = std::prev(matrices_.end());
    }
    const auto& base = found->base;
    TORCH_CHECK(
        adapter.begin >= 0 && adapter.rows >= 1 && adapter.begin + adapter.rows <= base.size(0),
        "lora: expected rows of '", adapter.matrix, "' ", base.sizes(), ", received ", adapter.rows,
        " from ", adapter.begin, ".");
    const auto bound = 1 / std::sqrt(static_cast<double>(base.size(1)));
    // Drawn on the CPU and moved, so that every device starts from the same numbers.
    const auto a = torch::empty({config.rank, base.size(1)}, base.scalar_type())
                       .uniform_(-bound, bound, generator)
                       .to(base.device());
    adapters_.push_back({adapter, a, torch::zeros({adapter.rows, config.rank}, base.options()),
                         static_cast<size_t>(found - matrices_.begin())});
  }
}

std::vector<Parameter> Lora::parameters() const {
  std::vector<Parameter> all;
  for (const auto& [config, a, b, matrix] : adapters_) {
    all.push_back({config.name + ".lora_A", a, config.rate});
    all.push_back({config.name + ".lora_B", b, config.rate});
  }
  return all;
}

std::vector<NamedTensor> Lora::matrices() const {
  std::vector<NamedTensor> all;
  for (const auto& matrix : matrices_) all.push_back({matrix.name, matrix.merged, true});
  return all;
}

void Lora::backward() {
  const torch::NoGradGuard no_grad;
  for (auto& [config, a, b, matrix] : adapters_) {
    const auto& whole = matrices_[matrix].merged.grad();
    if (!whole.defined()) continue;
    const auto gradient = whole.slice(0, config.begin, config.begin + config.rows);  // (out, in)
    a.mutable_grad() = at::mm(b.t(), gradient).mul_(scale_);                         // (rank, in)
    b.mutable_grad() = at::mm(gradient, a.t()).mul_(scale_);                         // (out, rank)
  }
  for (auto& matrix : matrices_) matrix.merged.mutable_grad().reset();
}

void Lora::merge() {
  const torch::NoGradGuard no_grad;
  for (auto& [config, a, b, matrix] : adapters_) {
    const auto rows = [&, begin = config.begin, end = config.begin + config.rows](const Tensor& w) {
      return w.slice(0, begin, end);
    };
    rows(matrices_[matrix].merged)
        .copy_(at::addmm(rows(matrices_[matrix].base), b, a, /*beta=*/1, scale_));
  }
}

std::vector<NamedTensor> Lora::state_tensors() const {
  std::vector<NamedTensor> state;
  for (const auto& [name, tensor, rate] : parameters()) state.push_back({name, tensor, false});
  for (const auto& matrix : matrices_)
    state.push_back({"lora_base." + matrix.name, matrix.base, false});
  return state;
}

}  // namespace anagram
