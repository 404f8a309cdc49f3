// Random pairs, all different, without negatives.
#pragma once

#include "nn/libtorch.h"
#include "towers.h"
#include "train/trainer.h"

namespace anagram::test {

inline Batch example_batch(int64_t pairs, int64_t side, uint64_t seed = 1) {
  const auto numbers = torch::arange(pairs, torch::kInt32), none = torch::zeros({0}, torch::kInt32);
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  Batch batch;
  batch.pairs = pairs;
  batch.images = example_pixels(pairs, side);
  batch.texts = torch::randint(0, 11, {pairs, 7}, generator, torch::kInt32);
  batch.text_lengths = torch::randint(2, 8, {pairs}, generator, torch::kInt32);
  batch.image_groups = numbers;
  batch.text_groups = numbers;
  batch.weights = torch::ones({pairs});
  batch.own_text_offsets = torch::zeros({pairs + 1}, torch::kInt32);
  batch.own_text_index = none;
  batch.own_image_offsets = torch::zeros({pairs + 1}, torch::kInt32);
  batch.own_image_index = none;
  batch.also_true = torch::zeros({0, 2}, torch::kInt32);
  batch.shuffled_texts = torch::zeros({0, 7}, torch::kInt32);
  batch.shuffled_text_lengths = none;
  batch.paraphrases = torch::zeros({0, 7}, torch::kInt32);
  batch.paraphrase_lengths = none;
  batch.paraphrase_rows = none;
  batch.seed = seed;
  return batch;
}

}  // namespace anagram::test
