#include "similarity_matrix.h"

namespace anagram {

namespace {

// Row of each entry of compressed rows: (index.size).
at::Tensor rows_of(const at::Tensor& offsets) { return at::repeat_interleave(offsets.diff()); }

// (picture, text) of every row with each of its own negatives: (M, 2).
at::Tensor own_links(const ObjectiveInput& in) {
  const auto texts = at::stack({rows_of(in.own_text_offsets), in.own_text_index}, 1);
  const auto images = at::stack({in.own_image_index, rows_of(in.own_image_offsets)}, 1);
  return at::cat({texts, images});
}

}  // namespace

SimilarityMatrix similarity_matrix(const ObjectiveInput& in, const ObjectiveConfig& config) {
  const auto shared = [&](const at::Tensor& rows) {
    return config.shared_negatives ? rows : rows.slice(0, 0, in.pairs);
  };
  const auto masked =
      config.own_in_contrastive ? in.also_true : at::cat({in.also_true, own_links(in)});
  return {shared(in.images), shared(in.texts), in.logit_scale, in.pairs,
          in.weights,        in.image_groups,  in.text_groups, masked};
}

}  // namespace anagram
