// Exact top-k by inner product.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace anagram {

struct Nearest {
  at::Tensor index;  // (Q, k) int32
  at::Tensor score;  // (Q, k) float
};

// Best first; equal scores keep the lower index first. Scores are computed block by block, so
// memory is O(Q·k) and one block, never Q×N. 1 ≤ k ≤ N; a score that is not a number ranks last.
Nearest nearest(const at::Tensor& queries,  // (Q, D) float
                const at::Tensor& rows,     // (N, D) float
                int64_t k);

}  // namespace anagram
