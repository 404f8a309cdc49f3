#include "nn/affine.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/custom_function.h>

namespace anagram {
namespace {

// oneDNN compiles a kernel for every shape. A text batch has other lengths in each step, and with
// few rows compiling takes longer than MKL's product; a picture batch always has the same.
constexpr int64_t kFewestRows = 2048;

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

using OneDnnLinear = Tensor(const Tensor&, const Tensor&, const std::optional<Tensor>&,
                            std::string_view, c10::List<std::optional<at::Scalar>>,
                            std::optional<std::string_view>);

// oneDNN's product for dense tensors, which libtorch's compiler uses; absent in builds without it.
const std::optional<c10::TypedOperatorHandle<OneDnnLinear>>& one_dnn() {
  static const auto found = []() -> std::optional<c10::TypedOperatorHandle<OneDnnLinear>> {
    if (!at::globalContext().hasMKLDNN()) return {};
    const auto schema = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
    if (!schema) return {};
    return schema->typed<OneDnnLinear>();
  }();
  return found;
}

bool fits(const Tensor& a, const Tensor& b) {
  return a.is_cpu() && a.scalar_type() == at::kFloat && b.scalar_type() == at::kFloat &&
         a.numel() > 0 && b.numel() > 0 && one_dnn();
}

Tensor one_dnn_product(const Tensor& a, const Tensor& b, const std::optional<Tensor>& bias) {
  return one_dnn()->call(a, b, bias, "none", c10::List<std::optional<at::Scalar>>(), "");
}

class Affine : public torch::autograd::Function<Affine> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight,
                        const std::optional<Tensor>& bias) {
    context->save_for_backward({x, weight});
    context->saved_data["bias"] = bias.has_value();
    return one_dnn_product(x, weight, bias);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1];
    const auto rows = gradients[0].reshape({-1, weight.size(0)});  // (M, N)
    Tensor to_x, to_weight, to_bias;
    if (context->needs_input_grad(0)) to_x = product(rows, weight.t()).view(x.sizes());
    if (context->needs_input_grad(1)) {
      to_weight = product(rows.t(), x.reshape({-1, weight.size(1)}).t());  // (N, K)
    }
    if (context->saved_data["bias"].toBool()) to_bias = rows.sum(0);
    return {to_x, to_weight, to_bias};
  }
};

}  // namespace

Tensor affine(const Tensor& x, const Tensor& weight, const std::optional<Tensor>& bias) {
  if (!fits(x, weight) || x.numel() / weight.size(1) < kFewestRows) {
    return at::linear(x, weight, bias);
  }
  return Affine::apply(x, weight, bias);
}

Tensor product(const Tensor& a, const Tensor& b) {
  return fits(a, b) ? one_dnn_product(a, b, {}) : at::mm(a, b.t());
}

}  // namespace anagram
