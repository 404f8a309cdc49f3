#pragma once

#include <cstdint>

namespace anagram {

// Random picture changes; each field is explained in augment.h. All 0 = off.
struct AugmentConfig {
  double scale = 0;
  double shift = 0;
  double rotation = 0;  // degrees
  double contrast = 0;
  double tint = 0;
};

// What a shuffled picture or text is to its pair: a hard negative, one more view, or not made.
enum class Role { negative, positive, off };

struct StructureConfig {
  int64_t grid = 3;  // N of the N×N cut
  Role image_role = Role::off;
  double image_share = 0;  // share of a batch's pairs whose picture is shuffled, 0–1
  Role text_role = Role::off;
  double weight = 0;  // of both structure terms
};

}  // namespace anagram
