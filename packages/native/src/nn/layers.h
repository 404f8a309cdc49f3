// The leaf modules of both towers. libtorch's own draw their first weights from the process-wide
// generator when they are built; these draw from the generator that is handed in, so a seed alone
// decides a model's weights and two models can be built side by side. Defaults are PyTorch's:
// uniform within ±1/√fan_in.
#pragma once

#include "nn/libtorch.h"

namespace anagram {

// Where first weights come from and what they are. Everything is drawn on the CPU.
struct Fresh {
  at::Generator generator;
  torch::Dtype dtype = torch::kFloat32;

  torch::Tensor uniform(at::IntArrayRef shape, double bound) const;
  torch::Tensor normal(at::IntArrayRef shape, double standard_deviation) const;
  torch::Tensor full(at::IntArrayRef shape, double value) const;
};

// Overwrites `weight` with draws from N(0, standard_deviation²).
void redraw(const torch::Tensor& weight, double standard_deviation, const Fresh& fresh);
// Overwrites `weight` (out, in) with draws from ±√(6 / (in + out)) (Glorot and Bengio 2010).
void redraw_xavier(const torch::Tensor& weight, const Fresh& fresh);

class LinearImpl : public torch::nn::Module {
 public:
  LinearImpl(int64_t in, int64_t out, const Fresh& fresh);
  torch::Tensor forward(const torch::Tensor& x) const;  // (…, in) → (…, out)
  torch::Tensor weight, bias;
};
TORCH_MODULE(Linear);

class LayerNormImpl : public torch::nn::Module {
 public:
  LayerNormImpl(int64_t width, const Fresh& fresh, double epsilon = 1e-5);
  torch::Tensor forward(const torch::Tensor& x) const;  // (…, width)
  torch::Tensor weight, bias;

 private:
  double epsilon_;
};
TORCH_MODULE(LayerNorm);

class EmbeddingImpl : public torch::nn::Module {
 public:
  EmbeddingImpl(int64_t rows, int64_t width, double standard_deviation, const Fresh& fresh);
  torch::Tensor forward(const torch::Tensor& ids) const;  // (…) → (…, width)
  torch::Tensor weight;
};
TORCH_MODULE(Embedding);

// A square convolution without bias; a normalisation follows wherever one is used.
class ConvImpl : public torch::nn::Module {
 public:
  ConvImpl(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t padding,
           const Fresh& fresh);
  torch::Tensor forward(const torch::Tensor& x) const;  // (B, in, H, W) → (B, out, H', W')
  torch::Tensor weight;

 private:
  int64_t stride_, padding_;
};
TORCH_MODULE(Conv);

// Batch statistics and an update of the running ones in train mode, running statistics in eval mode
// and where the gain is frozen.
class BatchNormImpl : public torch::nn::Module {
 public:
  BatchNormImpl(int64_t channels, const Fresh& fresh);
  torch::Tensor forward(const torch::Tensor& x);  // (B, C, H, W)
  torch::Tensor weight, bias, running_mean, running_var, num_batches_tracked;
};
TORCH_MODULE(BatchNorm);

// Rows (…, D) at length 1.
torch::Tensor unit(const torch::Tensor& rows);

enum class Activation { gelu, gelu_tanh, quick_gelu };

// GELU (erf), its tanh approximation or QuickGELU x·σ(1.702x), any shape.
torch::Tensor activate(const torch::Tensor& x, Activation activation);

}  // namespace anagram
