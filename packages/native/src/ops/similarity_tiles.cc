#include "similarity_tiles.h"

#include <limits>

namespace anagram {
namespace {

using at::Tensor;

Tensor true_entries(const SimilarityMatrix& in, Span rows, Span columns) {
  const bool pair_rows = rows.begin < in.pairs, pair_columns = columns.begin < in.pairs;
  auto mask = at::zeros({rows.end - rows.begin, columns.end - columns.begin},
                        in.images.options().dtype(at::kBool));  // (R, C)
  if (pair_rows) mask |= rows.of(in.text_groups).unsqueeze(1).eq(columns.of(in.text_groups));
  if (pair_columns) mask |= rows.of(in.image_groups).unsqueeze(1).eq(columns.of(in.image_groups));
  if (in.also_true.size(0) > 0) {
    const auto row = in.also_true.select(1, 0) - rows.begin;        // (M)
    const auto column = in.also_true.select(1, 1) - columns.begin;  // (M)
    const auto inside = row.ge(0) & row.lt(mask.size(0)) & column.ge(0) & column.lt(mask.size(1));
    const auto entry = (row * mask.size(1) + column).masked_select(inside);  // (≤ M)
    mask.view(-1).index_fill_(0, entry, true);
  }
  if (rows == columns) mask.fill_diagonal_(false);
  return mask;
}

}  // namespace

Tensor tile_logits(const SimilarityMatrix& in, Span rows, Span columns) {
  auto logits =
      at::mm(rows.of(in.images), columns.of(in.texts).t()).mul_(in.logit_scale);  // (R, C)
  return logits.masked_fill_(true_entries(in, rows, columns),
                             -std::numeric_limits<double>::infinity());
}

TileGradients::TileGradients(const SimilarityMatrix& in)
    : in_(in), images_(at::zeros_like(in.images)), texts_(at::zeros_like(in.texts)) {}

void TileGradients::add(Span rows, Span columns, const Tensor& gradient) {
  rows.of(images_).addmm_(gradient, columns.of(in_.texts));
  columns.of(texts_).addmm_(gradient.t(), rows.of(in_.images));
}

TileGradients::Totals TileGradients::totals() {
  // d loss / d s = Σ gradient_ij · I_i·T_j, which is Σ I ∘ (gradient · T): no further pass.
  const auto scale = (images_ * in_.images).sum();
  images_.mul_(in_.logit_scale);
  texts_.mul_(in_.logit_scale);
  return {images_, texts_, scale};
}

}  // namespace anagram
