// Random picture changes for training, one draw per picture, all from `seed`:
//
//   scale     the content grows by a factor from [1 - scale, 1 + scale]
//   shift     it moves by [-shift, shift] parts of the width, on each axis
//   rotation  it turns by [-rotation, rotation] degrees about the centre
//   contrast  distances from the picture's mean are multiplied by a factor from
//             [1 - contrast, 1 + contrast], and then its brightness by another
//   tint      each channel is multiplied by a factor from [1 - tint, 1 + tint]
//
// Never mirrors: left and right carry meaning. What comes in from outside repeats the border.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

#include "config.h"

namespace anagram {

// With everything 0 the pixels are the input's, exactly.
at::Tensor augment(const at::Tensor& pixels,                     // (B, S, S, 3) uint8
                   const AugmentConfig& config, uint64_t seed);  // → (B, 3, S, S) float, 0–255

}  // namespace anagram
