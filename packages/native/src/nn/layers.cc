#include "nn/layers.h"

#include <cmath>

#include "nn/affine.h"

namespace anagram {

using torch::Tensor;

Tensor Fresh::uniform(at::IntArrayRef shape, double bound) const {
  return torch::empty(shape, dtype).uniform_(-bound, bound, generator);
}

Tensor Fresh::normal(at::IntArrayRef shape, double standard_deviation) const {
  return torch::empty(shape, dtype).normal_(0, standard_deviation, generator);
}

Tensor Fresh::full(at::IntArrayRef shape, double value) const {
  return torch::full(shape, value, dtype);
}

void redraw(const Tensor& weight, double standard_deviation, const Fresh& fresh) {
  torch::NoGradGuard no_grad;
  weight.normal_(0, standard_deviation, fresh.generator);
}

void redraw_xavier(const Tensor& weight, const Fresh& fresh) {
  torch::NoGradGuard no_grad;
  const double bound = std::sqrt(6.0 / static_cast<double>(weight.size(0) + weight.size(1)));
  weight.uniform_(-bound, bound, fresh.generator);
}

LinearImpl::LinearImpl(int64_t in, int64_t out, const Fresh& fresh) {
  const double bound = 1 / std::sqrt(static_cast<double>(in));
  weight = register_parameter("weight", fresh.uniform({out, in}, bound));
  bias = register_parameter("bias", fresh.uniform({out}, bound));
}

Tensor LinearImpl::forward(const Tensor& x) const { return affine(x, weight, bias); }

LayerNormImpl::LayerNormImpl(int64_t width, const Fresh& fresh, double epsilon)
    : epsilon_(epsilon) {
  weight = register_parameter("weight", fresh.full({width}, 1));
  bias = register_parameter("bias", fresh.full({width}, 0));
}

Tensor LayerNormImpl::forward(const Tensor& x) const {
  return at::layer_norm(x, weight.sizes(), weight, bias, epsilon_);
}

EmbeddingImpl::EmbeddingImpl(int64_t rows, int64_t width, double standard_deviation,
                             const Fresh& fresh) {
  weight = register_parameter("weight", fresh.normal({rows, width}, standard_deviation));
}

Tensor EmbeddingImpl::forward(const Tensor& ids) const { return at::embedding(weight, ids); }

ConvImpl::ConvImpl(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t padding,
                   const Fresh& fresh)
    : stride_(stride), padding_(padding) {
  const double bound = 1 / std::sqrt(static_cast<double>(in * kernel * kernel));
  weight = register_parameter("weight", fresh.uniform({out, in, kernel, kernel}, bound));
}

Tensor ConvImpl::forward(const Tensor& x) const {
  return at::conv2d(x, weight, /*bias=*/{}, stride_, padding_);
}

BatchNormImpl::BatchNormImpl(int64_t channels, const Fresh& fresh) {
  weight = register_parameter("weight", fresh.full({channels}, 1));
  bias = register_parameter("bias", fresh.full({channels}, 0));
  running_mean = register_buffer("running_mean", fresh.full({channels}, 0));
  running_var = register_buffer("running_var", fresh.full({channels}, 1));
  num_batches_tracked = register_buffer("num_batches_tracked", torch::zeros({}, torch::kInt64));
}

Tensor BatchNormImpl::forward(const Tensor& x) {
  const bool learning = is_training() && weight.requires_grad();
  if (learning) {
    TORCH_CHECK(x.numel() > x.size(1),
                "ResNet: batch normalisation needs more than one value per channel. Expected "
                "several pictures "
                "or larger ones, received one whose features shrank to (1, 1). Use more pairs or a "
                "larger image size.");
    num_batches_tracked.add_(1);
  }
  return at::batch_norm(x, weight, bias, running_mean, running_var, learning, /*momentum=*/0.1,
                        /*eps=*/1e-5,
                        /*cudnn_enabled=*/true);
}

namespace {

// x·σ(1.702x) = silu(1.702x)/1.702: one vectorised kernel each way, and a single tensor kept for
// backward, where the plain product of three would keep three.
class QuickGelu : public torch::autograd::Function<QuickGelu> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& x) {
    const auto scaled = x * 1.702;
    context->save_for_backward({scaled});
    return at::silu(scaled).mul_(1 / 1.702);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    // d silu(1.702x)/1.702 / dx = silu'(1.702x): the two factors cancel.
    return {at::silu_backward(gradients[0], context->get_saved_variables()[0])};
  }
};

}  // namespace

Tensor unit(const Tensor& rows) {
  return rows / at::linalg_vector_norm(rows, 2, {-1}, /*keepdim=*/true).clamp_min(1e-12);
}

Tensor activate(const Tensor& x, Activation activation) {
  if (activation == Activation::quick_gelu) return QuickGelu::apply(x);
  return at::gelu(x, activation == Activation::gelu_tanh ? "tanh" : "none");
}

}  // namespace anagram
