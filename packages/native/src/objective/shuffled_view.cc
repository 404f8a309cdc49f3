#include "shuffled_view.h"

#include "ops/info_nce.h"
#include "weighted_mean.h"

namespace anagram {
namespace {

using at::Tensor;

// (M, 2) numbers in the batch → numbers among `rows`; entries that have none are left out.
Tensor renumber(const Tensor& also_true, const Tensor& rows, int64_t largest) {
  auto number = at::full({largest}, -1, rows.options());
  number.index_copy_(0, rows, at::arange(rows.size(0), rows.options()));
  const auto entries = number.index_select(0, also_true.reshape(-1)).view({-1, 2});
  const auto kept = entries.ge(0).all(1).nonzero().squeeze(1);
  return entries.index_select(0, kept);
}

}  // namespace

Tensor prefer_own(const Tensor& anchors, const Tensor& own, const Tensor& shuffled,
                  const Tensor& logit_scale, const Tensor& weights) {
  const auto difference = (anchors * (shuffled - own)).sum(1) * logit_scale;  // (R)
  return weighted_mean(at::softplus(difference, 1, /*threshold=*/40), weights);
}

Tensor contrast_views(const Tensor& images, const Tensor& texts, const Tensor& rows,
                      const ObjectiveInput& in, int64_t tile) {
  const auto weights = in.weights.index_select(0, rows);  // (R)
  const auto largest = std::max(in.images.size(0), in.texts.size(0));
  return info_nce({images, texts, in.logit_scale, rows.size(0),
                   weights / weights.mean().clamp_min(std::numeric_limits<float>::min()),
                   in.image_groups.index_select(0, rows), in.text_groups.index_select(0, rows),
                   renumber(in.also_true, rows, largest)},
                  tile)
      .loss;
}

}  // namespace anagram
