// The model that a run holds on to: what it was when the trainer was made, or an average that
// follows it,
//   θᵗ ← d·θᵗ + (1 - d)·θ  after each applied step; d = 1: it stays what it was
// It sees the pictures and texts of each step as the student does, in eval mode, and is never
// trained.
#pragma once

#include <vector>

#include "nn/clip.h"
#include "nn/libtorch.h"
#include "objective/objective.h"

namespace anagram {

struct TeacherConfig {
  double decay = 1;  // 0–1
};

class Teacher {
 public:
  // `changing`: those of the model's tensors that a step may change; the others stay equal.
  Teacher(const Clip& model, std::vector<NamedTensor> changing, const TeacherConfig& config);

  // `pictures` (NI, 3, S, S) as the student has them, augmented; `texts` (NT, L), `lengths` (NT)
  // and their triples.
  TeacherRows embed(const torch::Tensor& pictures, const torch::Tensor& texts,
                    const torch::Tensor& lengths, const Triples& triples);
  void update();
  // `teacher.NAME` of each tensor that may change: where a run goes on, the model that it began
  // with may be gone.
  std::vector<NamedTensor> state_tensors() const;

 private:
  TeacherConfig config_;
  Clip copy_;
  std::vector<NamedTensor> student_;
  std::vector<torch::Tensor> own_;  // the teacher's, in the order of student_
};

}  // namespace anagram
