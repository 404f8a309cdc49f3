#include "paraphrases.h"

#include <limits>

#include "weighted_mean.h"

namespace anagram {

using at::Tensor;

Tensor paraphrases(const ObjectiveInput& in) {
  const auto& rows = *in.paraphrase_rows;  // (R)
  const auto same = [&](const Tensor& groups) {
    return groups.index_select(0, rows).unsqueeze(1).eq(groups.slice(0, 0, in.pairs));  // (R, P)
  };
  auto left_out = same(in.text_groups) | same(in.image_groups);
  if (in.also_true.size(0) > 0) {
    auto listed = at::zeros({in.images.size(0), in.texts.size(0)}, left_out.options());
    listed.index_put_({in.also_true.select(1, 0), in.also_true.select(1, 1)},
                      at::ones({}, left_out.options()));
    left_out |= listed.index_select(0, rows).slice(1, 0, in.pairs);
  }
  const auto own = rows.unsqueeze(1);  // (R, 1)
  left_out.scatter_(1, own, false);
  const auto logits = (at::mm(*in.paraphrases, in.texts.slice(0, 0, in.pairs).t()) * in.logit_scale)
                          .masked_fill(left_out, -std::numeric_limits<double>::infinity());
  const auto cross_entropy = logits.logsumexp({1}) - logits.gather(1, own).squeeze(1);  // (R)
  return weighted_mean(cross_entropy, in.weights.index_select(0, rows));
}

}  // namespace anagram
