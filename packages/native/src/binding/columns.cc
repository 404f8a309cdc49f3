#include "binding/columns.h"

#include <cmath>
#include <span>
#include <vector>

#include "binding/convert.h"
#include "binding/failure.h"

namespace anagram::binding {

namespace {

std::span<const int32_t> values_of(const torch::Tensor& tensor) {
  return {tensor.const_data_ptr<int32_t>(), static_cast<size_t>(tensor.numel())};
}

std::string at(const std::string& name, size_t position) {
  return name + "[" + std::to_string(position) + "]";
}

}  // namespace

void require_range(Napi::Env env, const torch::Tensor& tensor, const std::string& name,
                   int64_t least, int64_t most) {
  const auto values = values_of(tensor);
  for (size_t i = 0; i < values.size(); i++) {
    if (values[i] < least || values[i] > most) {
      refuse(env, at(name, i) + " must lie from " + std::to_string(least) + " to " +
                      std::to_string(most) + ", received " + std::to_string(values[i]) + ".");
    }
  }
}

OwnNegatives read_own_negatives(const Settings& input, const char* offsets_name,
                                const char* index_name, int64_t pairs, int64_t count) {
  const std::string name = input.path(offsets_name);
  OwnNegatives own;
  own.offsets = copy_in(input.value(offsets_name), name, torch::kInt32, {pairs + 1});
  const int64_t length = length_of(input.value(index_name), input.path(index_name), torch::kInt32);
  own.index = copy_in(input.value(index_name), input.path(index_name), torch::kInt32, {length});

  const auto offsets = values_of(own.offsets);
  if (offsets.front() != 0 || offsets.back() != length) {
    refuse(input.env(), name + " must run from 0 to the length of " + input.path(index_name) +
                            ", " + std::to_string(length) + "; received " +
                            std::to_string(offsets.front()) + " to " +
                            std::to_string(offsets.back()) + ".");
  }
  for (size_t i = 1; i < offsets.size(); i++) {
    if (offsets[i] < offsets[i - 1]) {
      refuse(input.env(), at(name, i) + " must not be below the offset before it, " +
                              std::to_string(offsets[i - 1]) + "; received " +
                              std::to_string(offsets[i]) + ".");
    }
  }
  require_range(input.env(), own.index, input.path(index_name), 0, count - 1);
  return own;
}

torch::Tensor read_also_true(const Settings& input, int64_t images, int64_t texts) {
  const std::string name = input.path("alsoTrue");
  const int64_t length = length_of(input.value("alsoTrue"), name, torch::kInt32);
  if (length % 2 != 0) {
    refuse(input.env(), name + " must hold (picture, text) pairs, received " +
                            std::to_string(length) + " values.");
  }
  torch::Tensor pairs = copy_in(input.value("alsoTrue"), name, torch::kInt32, {length / 2, 2});
  const auto values = values_of(pairs);
  for (size_t i = 0; i < values.size(); i++) {
    const int64_t count = i % 2 == 0 ? images : texts;
    if (values[i] < 0 || values[i] >= count) {
      refuse(input.env(), at(name, i) + " must lie from 0 to " + std::to_string(count - 1) +
                              ", received " + std::to_string(values[i]) + ".");
    }
  }
  return pairs;
}

Triples read_triples(const Napi::Value& value, const std::string& name, int64_t texts,
                     int64_t vocabulary) {
  if (value.IsUndefined()) return {};
  const Settings input(value, name);
  const int64_t count = length_of(input.value("texts"), input.path("texts"), torch::kInt32);
  if (count == 0) return {};
  const int64_t tokens = length_of(input.value("tokens"), input.path("tokens"), torch::kInt32);
  const int64_t width = tokens / (3 * count);
  if (width < 1 || tokens % (3 * count) != 0) {
    refuse(input.env(), input.path("tokens") + " must have " + std::to_string(count) +
                            " × 3 × C values, C at least 1, received " + std::to_string(tokens) +
                            ".");
  }
  Triples triples;
  triples.tokens =
      copy_in(input.value("tokens"), input.path("tokens"), torch::kInt32, {count, 3, width});
  triples.lengths =
      copy_in(input.value("lengths"), input.path("lengths"), torch::kInt32, {count, 3});
  triples.texts = copy_in(input.value("texts"), input.path("texts"), torch::kInt32, {count});
  require_range(input.env(), triples.tokens, input.path("tokens"), 0, vocabulary - 1);
  require_range(input.env(), triples.lengths, input.path("lengths"), 1, width);
  require_range(input.env(), triples.texts, input.path("texts"), 0, texts - 1);
  return triples;
}

torch::Tensor read_rows_of_pairs(const Settings& input, const char* name, int64_t pairs) {
  const std::string path = input.path(name);
  const int64_t length = length_of(input.value(name), path, torch::kInt32);
  torch::Tensor rows = copy_in(input.value(name), path, torch::kInt32, {length});
  require_range(input.env(), rows, path, 0, pairs - 1);
  std::vector<bool> seen(static_cast<size_t>(pairs));
  for (const int32_t row : values_of(rows)) {
    if (seen[static_cast<size_t>(row)])
      refuse(input.env(), path + " must name each pair at most once, received " +
                              std::to_string(row) + " twice.");
    seen[static_cast<size_t>(row)] = true;
  }
  return rows;
}

torch::Tensor read_region_rows(const Settings& input, const char* name, int64_t pictures,
                               int64_t pairs) {
  const std::string path = input.path(name);
  const int64_t length = length_of(input.value(name), path, torch::kInt32);
  const int64_t levels = pictures == 0 ? 1 : length / pictures;
  if (levels < 1 || levels * pictures != length) {
    refuse(input.env(), path + " must have V × " + std::to_string(pictures) +
                            " values, V at least 1, received " + std::to_string(length) + ".");
  }
  torch::Tensor rows = copy_in(input.value(name), path, torch::kInt32, {levels, pictures});
  require_range(input.env(), rows, path, 0, pairs - 1);
  return rows;
}

torch::Tensor read_weights(const Settings& input, int64_t pairs) {
  const std::string name = input.path("weights");
  torch::Tensor weights = copy_in(input.value("weights"), name, torch::kFloat32, {pairs});
  const std::span<const float> values(weights.const_data_ptr<float>(), static_cast<size_t>(pairs));
  bool any = false;
  for (size_t i = 0; i < values.size(); i++) {
    if (!std::isfinite(values[i]) || values[i] < 0) {
      refuse(input.env(), at(name, i) + " must be a finite number of at least 0.");
    }
    any = any || values[i] > 0;
  }
  if (!any) refuse(input.env(), name + " must hold at least one number above 0.");
  return weights;
}

}  // namespace anagram::binding
