#include "patch_shuffle.h"

#include <numeric>
#include <random>
#include <utility>
#include <vector>

namespace anagram {
namespace {

// Fisher-Yates on the standard's own engine and not std::shuffle, whose result depends on the
// library.
void draw_permutation(std::mt19937_64& engine, int64_t* permutation, int64_t count) {
  bool identity = true;
  while (identity) {
    std::iota(permutation, permutation + count, 0);
    for (int64_t i = count - 1; i > 0; --i) {
      std::swap(permutation[i], permutation[engine() % static_cast<uint64_t>(i + 1)]);
    }
    for (int64_t i = 0; i < count && identity; ++i) identity = permutation[i] == i;
  }
}

}  // namespace

at::Tensor shuffle_patches(const at::Tensor& pixels, int64_t grid, uint64_t seed) {
  TORCH_CHECK(pixels.dim() == 4 && pixels.size(1) == pixels.size(2),
              "patch shuffle: expected square pixels (batch, size, size, channels), received ",
              pixels.sizes());
  const int64_t batch = pixels.size(0), size = pixels.size(1), channels = pixels.size(3);
  TORCH_CHECK(grid >= 2 && grid <= size,
              "patch shuffle: expected a grid from 2 to the picture's size ", size, ", received ",
              grid);

  const int64_t tiles = grid * grid, tile = size / grid, offset = (size - grid * tile) / 2;
  std::mt19937_64 engine(seed);
  std::vector<int64_t> permutations(batch * tiles);
  for (int64_t b = 0; b < batch; ++b) {
    draw_permutation(engine, permutations.data() + b * tiles, tiles);
    for (int64_t i = 0; i < tiles; ++i) permutations[b * tiles + i] += b * tiles;
  }
  const auto order = at::tensor(permutations, at::kLong).to(pixels.device());  // (B·N²)

  auto shuffled = pixels.clone(at::MemoryFormat::Contiguous);  // (B, S, S, 3)
  auto centre = shuffled.narrow(1, offset, grid * tile).narrow(2, offset, grid * tile);
  const auto permuted = centre.unflatten(2, {grid, tile})
                            .unflatten(1, {grid, tile})  // (B, N, t, N, t, 3)
                            .transpose(2, 3)             // (B, N, N, t, t, 3)
                            .reshape({batch * tiles, tile, tile, channels})
                            .index_select(0, order)  // (B·N², t, t, 3)
                            .view({batch, grid, grid, tile, tile, channels})
                            .transpose(2, 3)           // (B, N, t, N, t, 3)
                            .reshape(centre.sizes());  // (B, N·t, N·t, 3)
  centre.copy_(permuted);
  return shuffled;
}

}  // namespace anagram
