// Copies the columns of a batch and judges what only their values can show: lengths, offsets,
// indexes.
#pragma once

#include <torch/types.h>

#include <string>

#include "binding/settings.h"
#include "nn/knowledge.h"

namespace anagram::binding {

// Own negatives as compressed rows: those of row r are index[offsets[r]] … index[offsets[r + 1] -
// 1].
struct OwnNegatives {
  torch::Tensor offsets;  // (P + 1) int32
  torch::Tensor index;    // (·) int32
};

// `offsets` must run from 0 to the length of `index` without falling; `index` must lie in [0,
// count).
OwnNegatives read_own_negatives(const Settings& input, const char* offsets, const char* index,
                                int64_t pairs, int64_t count);

// (M, 2) int32 of (picture, text).
torch::Tensor read_also_true(const Settings& input, int64_t images, int64_t texts);

// (P) float, finite, none below 0, one above it.
torch::Tensor read_weights(const Settings& input, int64_t pairs);

// (R) int32 of numbers below `pairs`, each at most once.
torch::Tensor read_rows_of_pairs(const Settings& input, const char* name, int64_t pairs);

// (V, K) int32 of numbers below `pairs`, V at least 1.
torch::Tensor read_region_rows(const Settings& input, const char* name, int64_t pictures,
                               int64_t pairs);

// Nothing where `value` is undefined; else NativeTriples of `texts` texts.
Triples read_triples(const Napi::Value& value, const std::string& name, int64_t texts,
                     int64_t vocabulary);

// Every value of the int32 tensor lies in [least, most].
void require_range(Napi::Env env, const torch::Tensor& values, const std::string& name,
                   int64_t least, int64_t most);

}  // namespace anagram::binding
