// Distance of paraphrases: two wordings of one text have one embedding (CLIC's uni-modal term:
// Peleg et al. 2025).
//
//   loss = Σ w_r · ‖T_r - T'_r‖² / Σ w_r over the R pairs that have a paraphrase
//
// Range [0, 4]. Known value: 0 where both are equal, 2 where they stand at a right angle; 0 when no
// pair has a paraphrase. By itself it is least where all texts are one.
// Gradient flows to texts and paraphrases.
#pragma once

#include "objective.h"

namespace anagram {

at::Tensor paraphrase_distance(const ObjectiveInput& input);  // → ()

}  // namespace anagram
