// Sequences of different lengths through a Transformer without padding: those of equal length go
// together.
#pragma once

#include <vector>

#include "nn/libtorch.h"

namespace anagram {

// `rows` (ΣN, W), those of a sequence side by side; `counts` (K) int64 on the CPU, the length of
// each. `pool` makes (k, N, W) → (k, D). Returns (K, D).
template <typename Pool>
torch::Tensor by_count(const torch::Tensor& rows, const torch::Tensor& counts, const Pool& pool) {
  const auto offsets = counts.cumsum(0) - counts;
  const auto sizes = std::get<0>(at::_unique(counts));
  std::vector<torch::Tensor> pooled, order;
  for (int64_t i = 0; i < sizes.size(0); ++i) {
    const auto size = sizes[i].item<int64_t>();
    const auto which = (counts == size).nonzero().squeeze(1);  // (k)
    const auto places = offsets.index_select(0, which).unsqueeze(1) + torch::arange(size);
    pooled.push_back(pool(rows.index_select(0, places.flatten().to(rows.device()))
                              .view({which.size(0), size, rows.size(1)})));  // (k, N, W)
    order.push_back(which);
  }
  return at::cat(pooled).index_select(0, at::cat(order).argsort().to(rows.device()));
}

}  // namespace anagram
