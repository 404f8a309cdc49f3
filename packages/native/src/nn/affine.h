// x·Wᵀ + b, forward and backward. ATen takes MKL for float matrices, which on processors that are
// not Intel's stays with AVX2; oneDNN, which libtorch carries too, takes whatever there is and is
// then about twice as fast. Both are plain float32 arithmetic. Where libtorch has no oneDNN, on
// other devices and for other types this is ATen's own.
#pragma once

#include <ATen/ATen.h>

#include <optional>

namespace anagram {

// (…, K), (N, K), (N) → (…, N).
at::Tensor affine(const at::Tensor& x, const at::Tensor& weight,
                  const std::optional<at::Tensor>& bias = {});

// a·bᵀ: (M, K), (N, K) → (M, N), any strides, no gradient.
at::Tensor product(const at::Tensor& a, const at::Tensor& b);

}  // namespace anagram
