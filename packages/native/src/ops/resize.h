// Antialiased bicubic resize: on uint8 within one level of Pillow's BICUBIC, on floats PyTorch's.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace anagram {

at::Tensor resize(const at::Tensor& pixels,        // (H, W, 3) uint8, or (H, W, C) floats
                  int64_t height, int64_t width);  // → (height, width, C), of the same type

}  // namespace anagram
