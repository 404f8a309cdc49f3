#include "contrastive.h"

#include "similarity_matrix.h"

namespace anagram {

InfoNceOutput contrastive(const ObjectiveInput& in, const ObjectiveConfig& config) {
  return info_nce(similarity_matrix(in, config), config.tile);
}

}  // namespace anagram
