// The training objective: a weighted sum of named terms over one batch of embeddings.
//
//   loss = Σ weight·term over the weights of ObjectiveConfig + structure.weight·(SI + ST)
//
// Formula, range and a known value of each term stand in the header of its name. Gradient flows to
// images, texts, logit scale, logit bias, shuffled views, paraphrases, regions and tags.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "config.h"
#include "ops/config.h"

namespace anagram {

// What another model makes of the same batch; constants.
struct TeacherRows {
  at::Tensor images;       // (NI, D) rows of unit length
  at::Tensor texts;        // (NT, D)
  at::Tensor logit_scale;  // ()
};

// What a detector says of K pairs' pictures. Their levels (one, or global and local) are pairs of
// their own.
struct RegionRows {
  at::Tensor images;      // (K, D) rows of unit length, R
  at::Tensor tags;        // (K, D) rows of unit length, A
  at::Tensor tag_groups;  // (K) equal numbers = equal tags
  at::Tensor rows;        // (V, K) pair numbers, by level
};

// The first P images and texts are the pairs (row r: image r, text r); what follows are lone
// negatives. Index tensors are int64; best left on the CPU, where they are checked before they go
// to the embeddings' device.
struct ObjectiveInput {
  at::Tensor images;       // (NI, D) rows of unit length, NI ≥ P
  at::Tensor texts;        // (NT, D) rows of unit length, NT ≥ P
  at::Tensor logit_scale;  // () s, exp'ed and clamped by the model
  at::Tensor logit_bias;   // () b, of the sigmoid term; undefined where the model has none
  int64_t pairs = 0;       // P ≥ 1

  at::Tensor image_groups;  // (NI) equal numbers = equal pictures: no negatives of each other
  at::Tensor text_groups;   // (NT) equal numbers = equal texts
  at::Tensor weights;       // (P) ≥ 0; normalised to mean 1 inside

  // Own negatives as compressed rows: row r has index[offsets[r]] up to index[offsets[r + 1] - 1].
  at::Tensor own_text_offsets;   // (P + 1)
  at::Tensor own_text_index;     // numbers into texts
  at::Tensor own_image_offsets;  // (P + 1)
  at::Tensor own_image_index;    // numbers into images

  at::Tensor also_true;  // (M, 2) image, text: true though their groups differ; never negatives

  // Shuffled views I'_S and T'_S of some pairs' pictures and texts; each row at most once.
  std::optional<at::Tensor> shuffled_images;      // (R, D)
  std::optional<at::Tensor> shuffled_image_rows;  // (R) pair numbers
  std::optional<at::Tensor> shuffled_texts;       // (R', D)
  std::optional<at::Tensor> shuffled_text_rows;   // (R')

  // Other wordings of some pairs' texts; each row at most once.
  std::optional<at::Tensor> paraphrases;      // (R", D) rows of unit length
  std::optional<at::Tensor> paraphrase_rows;  // (R") pair numbers

  std::optional<RegionRows> regions;

  std::optional<TeacherRows> teacher;
};

struct ObjectiveOutput {
  at::Tensor loss;  // ()
  // Unweighted value of each active term, by the name that lib/binding.ts has for its weight;
  // structureImages and structureTexts.
  std::map<std::string, double> terms;
  // (P) cosine of the pair minus the largest cosine of its own negatives, both directions; NaN
  // where a row has none. No gradient.
  at::Tensor own_margin;
  // (P) the pair's own contrastive loss, mean of both directions; with the sigmoid term in place of
  // the contrastive one, its own part of that. Unweighted, no gradient. (0) where neither is
  // minimised: it is told, not computed for its own sake.
  at::Tensor pair_loss;
};

ObjectiveOutput compute_objective(const ObjectiveInput& input, const ObjectiveConfig& config,
                                  const StructureConfig& structure);

}  // namespace anagram
