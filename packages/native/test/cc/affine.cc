// oneDNN's products against ATen's: what is computed does not depend on who computes it.
#include "nn/affine.h"

#include "check.h"
#include "nn/libtorch.h"

namespace anagram::test {
namespace {

using torch::Tensor;

// Rows on either side of the number from which oneDNN takes over.
constexpr int64_t kRows[] = {7, 3000};

Tensor example(at::IntArrayRef shape, uint64_t seed) {
  return torch::randn(shape, at::make_generator<at::CPUGeneratorImpl>(seed));
}

void expect_close(const Tensor& received, const Tensor& expected, const char* what) {
  expect(received.sizes() == expected.sizes(), what, ": ", received.sizes());
  const auto error = (received - expected).abs().max().item<double>();
  // Sums of thousands of float32 products in another order.
  expect(error < 2e-6 * expected.norm().item<double>() + 1e-5, what, " differs by ", error);
}

CHECK_THAT("affine: value and gradients are those of ATen's linear, with and without a bias", {
  for (const auto rows : kRows) {
    for (const bool biased : {true, false}) {
      // (1, rows, K) laid out the other way round, so that strides count.
      const auto x = example({24, rows, 1}, 1).permute({2, 1, 0});
      const auto weight = example({40, 24}, 2), bias = example({40}, 3);
      const auto upstream = example({1, rows, 40}, 4);
      std::vector<std::vector<Tensor>> results;
      for (const bool own : {true, false}) {
        std::vector<Tensor> leaves{x.detach().clone().requires_grad_(),
                                   weight.detach().clone().requires_grad_()};
        if (biased) leaves.push_back(bias.detach().clone().requires_grad_());
        const auto b = biased ? std::optional(leaves[2]) : std::nullopt;
        const auto y = own ? affine(leaves[0], leaves[1], b) : at::linear(leaves[0], leaves[1], b);
        auto result = torch::autograd::grad({y}, leaves, {upstream});
        result.push_back(y.detach());
        results.push_back(std::move(result));
      }
      for (size_t i = 0; i < results[0].size(); ++i)
        expect_close(results[0][i], results[1][i], "a value or gradient");
    }
  }
});

CHECK_THAT("affine: double precision and no rows are ATen's own", {
  const auto weight = example({5, 4}, 1);
  expect(affine(torch::zeros({0, 4}), weight).sizes() == at::IntArrayRef({0, 5}), "no rows");
  const auto x = example({3000, 4}, 2).to(torch::kFloat64);
  const auto y = affine(x, weight.to(torch::kFloat64));
  expect(y.equal(at::linear(x, weight.to(torch::kFloat64))), "double");
});

CHECK_THAT("product: rows with rows, whatever the strides", {
  const auto a = example({30, 50}, 1), b = example({20, 50}, 2);
  expect_close(product(a, b), a.mm(b.t()), "contiguous");
  const auto at = example({50, 30}, 3).t(), bt = example({50, 20}, 4).t();
  expect_close(product(at, bt), at.mm(bt.t()), "transposed");
});

}  // namespace
}  // namespace anagram::test
