// Distillation of the embeddings themselves: pictures and texts, lone negatives among them, stay
// where the teacher has them (DeGLA's L_mse: Hu et al. 2025).
//
//   loss = 1/P · (Σ ‖I - Iᵗ‖² + Σ ‖T - Tᵗ‖²)   over all NI pictures and NT texts
//
// The official code has the sum, which grows with the batch; its weight of 0.005 at 256 pairs is
// 1.28 here. Weights of pairs play no part, as in distil.h.
// Range [0, 4(NI + NT)/P]. Known value: 0 for a student that is its teacher; 2(NI + NT)/P where
// each embedding stands at a right angle to the teacher's.
// Gradient flows to pictures and texts; the teacher is a constant.
#pragma once

#include "objective.h"

namespace anagram {

at::Tensor feature_distil(const ObjectiveInput& input);  // → ()

}  // namespace anagram
