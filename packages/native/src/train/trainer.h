// One optimizer step: pixels and tokens in, changed weights and a few numbers out. The loop around
// it (order, schedule, abort, checkpoints) is TypeScript; nothing here remembers more than the
// moments and the step count, so restoring those by name makes a resumed run bit-equal (same build,
// CPU family and thread count).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nn/clip.h"
#include "nn/libtorch.h"
#include "objective/objective.h"
#include "train/config.h"
#include "train/ema.h"
#include "train/lora.h"
#include "train/optimizer.h"
#include "train/teacher.h"

namespace anagram {

// Mirrors NativeBatch of lib/binding.ts; every tensor on the CPU. `NI`, `NT` ≥ P: the first P are
// the pairs.
struct Batch {
  int64_t pairs = 0;                    // P
  torch::Tensor images;                 // uint8 (NI, S, S, 3)
  torch::Tensor texts;                  // int32 (NT, L)
  torch::Tensor text_lengths;           // int32 (NT)
  torch::Tensor image_groups;           // int32 (NI)
  torch::Tensor text_groups;            // int32 (NT)
  torch::Tensor weights;                // float (P)
  torch::Tensor own_text_offsets;       // int32 (P+1)
  torch::Tensor own_text_index;         // int32 (·)
  torch::Tensor own_image_offsets;      // int32 (P+1)
  torch::Tensor own_image_index;        // int32 (·)
  torch::Tensor also_true;              // int32 (M, 2), M ≥ 0
  torch::Tensor shuffled_texts;         // int32 (P, L), or (0, L) for none
  torch::Tensor shuffled_text_lengths;  // int32 (P) or (0); 0 = too short to be shuffled
  torch::Tensor paraphrases;            // int32 (R, L), R ≤ P
  torch::Tensor paraphrase_lengths;     // int32 (R)
  torch::Tensor paraphrase_rows;        // int32 (R) pairs, each at most once
  // What a detector says of K pairs, on V levels of each; undefined tensors: of none.
  torch::Tensor region_features;  // float (ΣN, F)
  torch::Tensor region_counts;    // int32 (K), regions of each
  torch::Tensor region_rows;      // int32 (V, K) pair numbers
  torch::Tensor tags;             // int32 (K, L)
  torch::Tensor tag_lengths;      // int32 (K)
  torch::Tensor tag_groups;       // int32 (K)
  Triples triples;    // of texts, shuffled texts, paraphrases and tags, counted on in this order
  uint64_t seed = 0;  // augmentation and patch shuffle
};

struct StepResult {
  double loss = 0;
  double gradient_norm = 0;  // before clipping
  double logit_scale = 0;    // s after the step
  bool applied = false;     // false: loss or gradient was not finite, everything was left as it was
  int64_t images_seen = 0;  // shuffled ones included
  std::map<std::string, double> terms;
  torch::Tensor own_margin;  // float (P), CPU
  torch::Tensor pair_loss;   // float (P), CPU; (0) where no loss over pairs is minimised
};

// What a loss of the caller's own is computed from.
struct Embedded {
  torch::Tensor images;                   // float (NI, D), CPU, rows of unit length
  torch::Tensor texts;                    // float (NT, D)
  double logit_scale = 0;                 // s
  std::optional<double> logit_bias = {};  // of SigLIP's towers
};

// A loss of the caller's own, with respect to what it was computed from.
struct EmbeddingGradients {
  double loss = 0;
  torch::Tensor images;  // (NI, D)
  torch::Tensor texts;   // (NT, D)
  double logit_scale = 0;
  double logit_bias = 0;
};

class Trainer {
 public:
  Trainer(Clip model, const TrainerConfig& config);
  ~Trainer();

  StepResult step(const Batch& batch, double learning_rate);

  // The same in two phases, for a loss of the caller's own: `begin` embeds the batch and keeps the
  // graph, `finish` sends the gradients back through it and changes the weights. The objective's
  // weights play no part. Whatever begins next drops a step that was not finished.
  Embedded begin(const Batch& batch);
  StepResult finish(const EmbeddingGradients& gradients, double learning_rate);

  // `exp_avg.NAME` and `exp_avg_sq.NAME` of what AdamW trains, `momentum_buffer.NAME` of what Muon
  // does, what Lora, Ema and Teacher keep.
  std::vector<NamedTensor> state_tensors() const;
  torch::Tensor state_tensor(const std::string& name) const;
  void write_state(const std::string& name, const torch::Tensor& values);
  // Optimizer steps applied so far (Adam's t).
  int64_t step_count() const { return optimizer_.step_count(); }
  void set_step_count(int64_t count) { optimizer_.set_step_count(count); }

 private:
  // The batch's pictures and texts, shuffled views and paraphrases as rows of unit length; the
  // teacher's too.
  ObjectiveInput embed(const Batch& batch);
  // Clips and applies the gradients, if they and the loss are finite.
  void update(StepResult& result, double learning_rate);

  Clip model_;
  TrainerConfig config_;
  std::optional<Lora> lora_;
  std::vector<NamedTensor> frozen_;  // without those that have an adapter
  Optimizer optimizer_;
  std::optional<Ema> ema_;
  std::optional<Teacher> teacher_;
  struct Begun;
  std::unique_ptr<Begun> begun_;
};

}  // namespace anagram
