#include "structure_images.h"

#include "shuffled_view.h"

namespace anagram {

at::Tensor structure_images(const ObjectiveInput& in, const at::Tensor& shuffled,
                            const at::Tensor& rows, Role role, int64_t tile) {
  const auto texts = in.texts.index_select(0, rows);  // (R, D)
  if (role == Role::positive) return contrast_views(shuffled, texts, rows, in, tile);
  return prefer_own(texts, in.images.index_select(0, rows), shuffled, in.logit_scale,
                    in.weights.index_select(0, rows));
}

}  // namespace anagram
