#include "cross_levels.h"

#include <limits>

#include "softened.h"
#include "weighted_mean.h"

namespace anagram {

using at::Tensor;

Tensor cross_levels(const ObjectiveInput& in, const ObjectiveConfig& config) {
  const auto& regions = *in.regions;
  const auto levels = regions.rows.size(0);
  const auto equal = [](const Tensor& groups) {
    return groups.unsqueeze(0).eq(groups.unsqueeze(1));  // (K, K)
  };
  const auto contrast = [&](const Tensor& images, const Tensor& texts, Tensor left_out,
                            const Tensor& weights) {
    left_out.fill_diagonal_(false);
    const auto logits = (at::mm(images, texts.t()) * in.logit_scale)
                            .masked_fill(left_out, -std::numeric_limits<double>::infinity());
    const auto both = softened_rows(logits, config.softened_share) +
                      softened_rows(logits.t(), config.softened_share);  // (K)
    return weighted_mean(both / 2, weights);
  };
  auto sum = at::zeros({}, in.images.options());
  for (int64_t level = 0; level < levels; ++level) {
    const auto rows = regions.rows.select(0, level);  // (K)
    const auto weights = in.weights.index_select(0, rows);
    const auto same_image = equal(in.image_groups.index_select(0, rows));
    const auto same_text = equal(in.text_groups.index_select(0, rows));
    sum =
        sum +
        contrast(regions.images, in.texts.index_select(0, rows), same_image | same_text, weights) +
        contrast(in.images.index_select(0, rows), regions.tags,
                 same_image | equal(regions.tag_groups), weights);
  }
  return sum / (2 * levels);
}

}  // namespace anagram
