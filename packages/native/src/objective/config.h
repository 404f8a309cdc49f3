#pragma once

#include <cstdint>

namespace anagram {

// How the own terms judge: own_negatives.h.
struct FocalConfig {
  double gamma = 0;      // 0, or at least 1
  double smoothing = 0;  // 0–1
};

// See own_rank.h.
struct RankConfig {
  double margin = 0.2;
  bool adaptive = false;
};

// See soft_targets.h.
struct SoftConfig {
  double share = 1;
  double temperature = 0.1;
};

// Weights of the terms of the objective; 0 leaves a term out.
struct ObjectiveConfig {
  double contrastive = 1;
  double sigmoid = 0;
  bool shared_negatives = true;  // lone negatives are columns for every row (NegCLIP)
  // False: a row's own negatives are no columns of its contrastive softmax and no entries of its
  // sigmoid term, the own terms alone see them. In one softmax the nearest negative crowds out all
  // others until it is mastered.
  bool own_in_contrastive = true;
  double own_texts = 0;
  double own_images = 0;
  FocalConfig focal;  // of own_texts and own_images
  double rank_texts = 0;
  double rank_images = 0;
  RankConfig rank;
  double hardest = 0;
  double hardest_margin = 0.2;
  double text_contrast = 0;
  double soft_targets = 0;
  double soft_relations = 0;
  SoftConfig soft;
  double softened = 0;
  double softened_share = 0.2;
  // Of softened: V pairs in a row are V levels of one, and rows of different levels no negatives.
  int64_t levels = 1;
  double cross_levels = 0;  // softened by softened_share too
  double complementary = 0;
  double distil = 0;
  double feature_distil = 0;
  double teacher_contrast = 0;
  double paraphrases = 0;
  double paraphrase_distance = 0;
  int64_t tile = 512;  // rows and columns of a tile of the similarity matrix

  bool needs_teacher() const { return distil != 0 || feature_distil != 0 || teacher_contrast != 0; }
};

}  // namespace anagram
