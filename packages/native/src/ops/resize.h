// Resizing of 8-bit pictures, level by level what Pillow 13 makes of them (Resample.c, Geometry.c).
//
// Antialiased: the filter f (triangle, or Keys' cubic with a = −0.5) is stretched by the scale s =
// in / out where s > 1. Output position p gathers
//   Σ_i w_i · in_i,   w_i = f((i + ½ − s(p + ½)) / max(s, 1)) / Σ_j f(…),   in 22 bits of fixed
//   point,
// along one axis, is rounded to 8 bits, and goes along the other. Rows come first, unless the
// height shrinks by more than twice what the width does. (Pillow before 13, and torch, always begin
// with the rows.)
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace anagram {

enum class Interpolation { nearest, bilinear, bicubic };

struct ResizeConfig {
  int64_t height = 0, width = 0;                                   // of the whole resized picture
  int64_t top = 0, left = 0, window_height = 0, window_width = 0;  // the part that is wanted
  Interpolation interpolation = Interpolation::bicubic;
};

at::Tensor resize(const at::Tensor& pixels,     // (H, W, 3) uint8
                  const ResizeConfig& config);  // → (window_height, window_width, 3) uint8

}  // namespace anagram
