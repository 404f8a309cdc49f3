#include "own_negatives.h"

#include <limits>
#include <tuple>

#include "weighted_mean.h"

namespace anagram {
namespace {

using at::Tensor;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// `groups` are those of the candidates' kind, `anchor_groups` those of the other; entries of
// also_true come as their pair's number and their candidate's.
OwnNegatives false_entries(const Tensor& offsets, const Tensor& index, const Tensor& groups,
                           const Tensor& anchor_groups, const Tensor& row_true,
                           const Tensor& candidate_true, int64_t pairs) {
  const auto row = at::repeat_interleave(offsets.diff());  // (E) 0 0 1 2 2 2 …
  const auto paired = index.clamp_max(pairs - 1);
  auto is_true = groups.index_select(0, index).eq(groups.index_select(0, row));
  is_true |= index.lt(pairs) &
             anchor_groups.index_select(0, paired).eq(anchor_groups.index_select(0, row));
  if (row_true.size(0) > 0) {
    const int64_t candidates = groups.size(0);
    is_true |= at::isin(row * candidates + index, row_true * candidates + candidate_true);
  }
  const auto is_false = is_true.logical_not();
  return {row.masked_select(is_false), index.masked_select(is_false)};
}

// Largest value of each of `count` segments, -inf for an empty one.
Tensor segment_max(const Tensor& values, const Tensor& segment, int64_t count) {
  return at::full({count}, -kInfinity, values.options())
      .scatter_reduce_(0, segment, values.detach(), "amax");
}

}  // namespace

OwnNegatives own_negative_texts(const ObjectiveInput& in) {
  return false_entries(in.own_text_offsets, in.own_text_index, in.text_groups, in.image_groups,
                       in.also_true.select(1, 0), in.also_true.select(1, 1), in.pairs);
}

OwnNegatives own_negative_images(const ObjectiveInput& in) {
  return false_entries(in.own_image_offsets, in.own_image_index, in.image_groups, in.text_groups,
                       in.also_true.select(1, 1), in.also_true.select(1, 0), in.pairs);
}

Tensor own_similarities(const Tensor& anchors, const Tensor& candidates,
                        const OwnNegatives& negatives) {
  return (anchors.index_select(0, negatives.row) * candidates.index_select(0, negatives.index))
      .sum(1);
}

Tensor rows_with_negatives(const OwnNegatives& negatives) {
  return std::get<0>(at::unique_consecutive(negatives.row));
}

Tensor own_cross_entropy(const Tensor& own, const Tensor& logits, const OwnNegatives& negatives,
                         const Tensor& weights, const FocalConfig& focal) {
  const auto [rows, segment, counts] = at::unique_consecutive(
      negatives.row, /*return_inverse=*/true, /*return_counts=*/true);  // (R), (E), (R)
  const auto row_weights = weights.index_select(0, rows);               // (R)

  const auto largest = segment_max(logits, segment, rows.size(0));  // (R)
  const auto sum = at::zeros_like(largest).index_add(
      0, segment, (logits - largest.index_select(0, segment)).exp());  // (R)
  // log(e^own + Σ e^negative) - own, precise also where the negatives are far below.
  const auto cross_entropy = at::softplus(largest + sum.log() - own, 1, /*threshold=*/40);  // (R)
  if (focal.gamma == 0 && focal.smoothing == 0) return weighted_mean(cross_entropy, row_weights);

  const auto focused = [&](const Tensor& surprise) {  // -log p → (1 - p)^gamma · -log p
    return focal.gamma == 0 ? surprise : (-(-surprise).expm1()).pow(focal.gamma) * surprise;
  };
  const auto share = focal.smoothing / (counts + 1).to(own.scalar_type());            // (R)
  const auto of_negatives = (own + cross_entropy).index_select(0, segment) - logits;  // (E)
  const auto losses =
      (focused(cross_entropy) * (1 - focal.smoothing + share))
          .index_add(0, segment, focused(of_negatives) * share.index_select(0, segment));
  return weighted_mean(losses, row_weights);
}

Tensor own_cross_entropy(const Tensor& anchors, const Tensor& candidates,
                         const OwnNegatives& negatives, const Tensor& logit_scale,
                         const Tensor& weights, const FocalConfig& focal) {
  const auto rows = rows_with_negatives(negatives);                                    // (R)
  const auto logits = own_similarities(anchors, candidates, negatives) * logit_scale;  // (E)
  const auto own = own_similarities(anchors, candidates, {rows, rows}) * logit_scale;  // (R)
  return own_cross_entropy(own, logits, negatives, weights, focal);
}

Tensor own_margin(const ObjectiveInput& in, const OwnNegatives& texts, const OwnNegatives& images) {
  const auto similarities = at::cat({own_similarities(in.images, in.texts, texts),
                                     own_similarities(in.texts, in.images, images)});       // (E)
  const auto best = segment_max(similarities, at::cat({texts.row, images.row}), in.pairs);  // (P)
  const auto own = (in.images.slice(0, 0, in.pairs) * in.texts.slice(0, 0, in.pairs)).sum(1);
  return (own - best).masked_fill(best.isneginf(), std::numeric_limits<double>::quiet_NaN());
}

}  // namespace anagram
