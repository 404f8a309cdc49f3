#include "structure_texts.h"

#include "shuffled_view.h"

namespace anagram {

at::Tensor structure_texts(const ObjectiveInput& in, const at::Tensor& shuffled,
                           const at::Tensor& rows, Role role, int64_t tile) {
  const auto images = in.images.index_select(0, rows);  // (R, D)
  if (role == Role::positive) return contrast_views(images, shuffled, rows, in, tile);
  return prefer_own(images, in.texts.index_select(0, rows), shuffled, in.logit_scale,
                    in.weights.index_select(0, rows));
}

}  // namespace anagram
