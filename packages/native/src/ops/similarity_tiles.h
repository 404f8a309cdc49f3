// The similarity matrix of a batch, tile by tile, for losses that must never hold all of it.
#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace anagram {

struct SimilarityMatrix {
  at::Tensor images;        // (NI, D)
  at::Tensor texts;         // (NT, D), same floating type
  at::Tensor logit_scale;   // () s
  int64_t pairs = 0;        // P: the first P images and texts belong together
  at::Tensor weights;       // (P) mean 1
  at::Tensor image_groups;  // (NI) int64
  at::Tensor text_groups;   // (NT) int64
  at::Tensor also_true;     // (M, 2) int64 image, text
};

struct Span {
  int64_t begin;
  int64_t end;
  at::Tensor of(const at::Tensor& tensor) const { return tensor.slice(0, begin, end); }
  bool operator==(const Span&) const = default;
};

inline std::vector<Span> cut(int64_t begin, int64_t end, int64_t tile) {
  std::vector<Span> spans;
  for (int64_t at = begin; at < end; at += tile) spans.push_back({at, std::min(at + tile, end)});
  return spans;
}

// s·I·Tᵀ of one tile (R, C); true entries off the diagonal at -inf, so that they are no negatives:
// equal texts, equal pictures (a lone negative has a group only among its own kind) and the pairs
// listed in also_true.
at::Tensor tile_logits(const SimilarityMatrix& in, Span rows, Span columns);

// The gradients of a loss over tiles with respect to both embeddings and the logit scale, gathered
// from those with respect to each tile's logits.
class TileGradients {
 public:
  explicit TileGradients(const SimilarityMatrix& input);

  // `gradient` (R, C) of one tile.
  void add(Span rows, Span columns, const at::Tensor& gradient);

  struct Totals {
    at::Tensor images, texts;  // (NI, D), (NT, D)
    at::Tensor logit_scale;    // ()
  };
  // Once, after the last tile.
  Totals totals();

 private:
  const SimilarityMatrix& in_;
  at::Tensor images_, texts_;
};

// Visits every tile that has a pair's row or a pair's column. Tiles never straddle P, so that each
// one serves the row direction, the column direction, or both.
template <class Visit>
void for_each_tile(const SimilarityMatrix& in, int64_t tile, Visit visit) {
  const auto pairs = cut(0, in.pairs, tile);
  const auto lone_images = cut(in.pairs, in.images.size(0), tile);
  const auto lone_texts = cut(in.pairs, in.texts.size(0), tile);
  for (const auto& rows : pairs) {
    for (const auto& columns : pairs) visit(rows, columns);
    for (const auto& columns : lone_texts) visit(rows, columns);
  }
  for (const auto& rows : lone_images) {
    for (const auto& columns : pairs) visit(rows, columns);
  }
}

}  // namespace anagram
