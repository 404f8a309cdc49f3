#pragma once

#include <cstdint>

namespace anagram {

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
  int64_t tile = 512;  // rows and columns of a tile of the similarity matrix
};

}  // namespace anagram
