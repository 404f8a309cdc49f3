// Antialiased bicubic resize of a grid of floats, PyTorch's own: position embeddings for another
// picture size.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace anagram {

at::Tensor resize_grid(const at::Tensor& values,        // (H, W, C) floats
                       int64_t height, int64_t width);  // → (height, width, C)

}  // namespace anagram
