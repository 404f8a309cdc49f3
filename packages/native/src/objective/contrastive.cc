#include "contrastive.h"

namespace anagram {

InfoNceOutput contrastive(const ObjectiveInput& in, bool shared_negatives, int64_t tile) {
  const auto shared = [&](const at::Tensor& rows) {
    return shared_negatives ? rows : rows.slice(0, 0, in.pairs);
  };
  return info_nce({shared(in.images), shared(in.texts), in.logit_scale, in.pairs, in.weights,
                   in.image_groups, in.text_groups, in.also_true},
                  tile);
}

}  // namespace anagram
