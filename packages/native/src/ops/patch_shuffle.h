// Patch shuffle I'_S: cuts each picture N×N and permutes the tiles. What is in the picture stays;
// where it is does not.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace anagram {

// One permutation per picture, never the identity (it is drawn again), all from `seed`. Tiles
// measure t = floor(S / N) pixels and cover the central N·t square; the remaining S - N·t border
// rows and columns keep theirs, so every pixel of the picture is still there. 2 ≤ `grid` ≤ S.
at::Tensor shuffle_patches(const at::Tensor& pixels,      // (B, S, S, 3) uint8 or float
                           int64_t grid, uint64_t seed);  // → (B, S, S, 3), same type

}  // namespace anagram
