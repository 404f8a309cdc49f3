// Low-rank adapters (LoRA; Hu et al. 2021, arXiv:2106.09685) of frozen matrices, or of some of a
// matrix's rows, as the joint projection holds query, key and value:
//   W = W₀ + (alpha / rank)·B·A,   A (rank, in) uniform within ±1/√in,   B (out, rank) zero
// The model holds W itself, so that between two steps it is the merged model that is embedded,
// validated and saved, and no tower knows of adapters. Their gradients follow from W's:
//   dA = (alpha / rank)·Bᵀ·dW,   dB = (alpha / rank)·dW·Aᵀ
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nn/clip.h"
#include "nn/libtorch.h"
#include "train/parameter.h"

namespace anagram {

struct AdapterConfig {
  std::string name;    // of its tensors: NAME.lora_A, NAME.lora_B
  std::string matrix;  // the model's tensor, (·, in)
  int64_t begin = 0;   // its rows [begin, begin + rows)
  int64_t rows = 0;
  double rate = 1;  // factor of each step's learning rate
};

struct LoraConfig {
  int64_t rank = 8;
  double alpha = 8;
  uint64_t seed = 0;  // decides the first A
  std::vector<AdapterConfig> adapters;
};

class Lora {
 public:
  Lora(const Clip& model, const LoraConfig& config);

  // A and B of each adapter, for the optimizer.
  std::vector<Parameter> parameters() const;
  // The model's tensors that have an adapter: frozen for the optimizer, but their gradient is
  // needed.
  std::vector<NamedTensor> matrices() const;

  // Turns the matrices' gradients into those of A and B, and drops the former.
  void backward();
  // W ← W₀ + (alpha / rank)·B·A
  void merge();

  // A and B, and `lora_base.MATRIX`, which is W₀.
  std::vector<NamedTensor> state_tensors() const;

 private:
  struct Adapter {
    AdapterConfig config;
    torch::Tensor a, b;  // (rank, in), (rows, rank)
    size_t matrix;       // position in matrices_
  };
  struct Matrix {
    std::string name;
    torch::Tensor merged, base;  // W, which is the model's own, and W₀
  };
  double scale_;  // alpha / rank
  std::vector<Matrix> matrices_;
  std::vector<Adapter> adapters_;
};

}  // namespace anagram
