#include "binding/batch.h"

#include <limits>

#include "binding/columns.h"
#include "binding/convert.h"
#include "binding/failure.h"

namespace anagram::binding {

namespace {

torch::Tensor column(const Settings& input, const char* name, at::IntArrayRef shape) {
  return copy_in(input.value(name), input.path(name), torch::kInt32, shape);
}

int64_t count_of(const Settings& input, const char* name, int64_t pairs) {
  const int64_t count = length_of(input.value(name), input.path(name), torch::kInt32);
  if (count < pairs) {
    refuse(input.env(), input.path(name) + " must have at least one value for each of the " +
                            std::to_string(pairs) + " pairs, received " + std::to_string(count) +
                            ".");
  }
  return count;
}

// L, the common length of all texts.
int64_t text_width(const Settings& input, int64_t texts, int64_t context_length) {
  const int64_t values = length_of(input.value("texts"), input.path("texts"), torch::kInt32);
  const int64_t width = values / texts;
  if (width * texts == values && width >= 1 && width <= context_length) return width;
  refuse(input.env(), input.path("texts") + " must have " + std::to_string(texts) +
                          " × L values, L from 1 to " + std::to_string(context_length) +
                          ", received " + std::to_string(values) + ".");
}

// How many pictures they are of.
int64_t read_regions(const Settings& input, const ClipConfig& model, int64_t width, Batch& batch) {
  const int64_t pictures = length_of(input.value("counts"), input.path("counts"), torch::kInt32);
  if (pictures == 0) return 0;
  if (!model.regions)
    refuse(input.env(), input.path("counts") + " must be empty for a model that reads no regions.");
  batch.region_counts = column(input, "counts", {pictures});
  require_range(input.env(), batch.region_counts, input.path("counts"), 1,
                std::numeric_limits<int32_t>::max());
  batch.region_features =
      copy_in(input.value("features"), input.path("features"), torch::kFloat32,
              {batch.region_counts.sum().item<int64_t>(), model.regions->width});
  if (!batch.region_features.isfinite().all().item<bool>())
    refuse(input.env(), input.path("features") + " must be finite numbers.");
  batch.region_rows = read_region_rows(input, "rows", pictures, batch.pairs);
  batch.tags = column(input, "tags", {pictures, width});
  batch.tag_lengths = column(input, "tagLengths", {pictures});
  batch.tag_groups = column(input, "tagGroups", {pictures});
  require_range(input.env(), batch.tags, input.path("tags"), 0, model.text.vocab_size - 1);
  require_range(input.env(), batch.tag_lengths, input.path("tagLengths"), 1, width);
  return pictures;
}

}  // namespace

Batch read_batch(const Settings& input, const ClipConfig& model) {
  Batch batch;
  batch.pairs = input.integer("pairs", 1);
  const int64_t images = count_of(input, "imageGroups", batch.pairs);
  const int64_t texts = count_of(input, "textGroups", batch.pairs);
  const int64_t size = model.vision.image_size;
  const int64_t width = text_width(input, texts, model.text.context_length);

  batch.images =
      copy_in(input.value("images"), input.path("images"), torch::kUInt8, {images, size, size, 3});
  batch.texts = column(input, "texts", {texts, width});
  batch.text_lengths = column(input, "textLengths", {texts});
  batch.image_groups = column(input, "imageGroups", {images});
  batch.text_groups = column(input, "textGroups", {texts});
  batch.weights = read_weights(input, batch.pairs);
  require_range(input.env(), batch.texts, input.path("texts"), 0, model.text.vocab_size - 1);
  require_range(input.env(), batch.text_lengths, input.path("textLengths"), 1, width);

  OwnNegatives own_texts =
      read_own_negatives(input, "ownTextOffsets", "ownTextIndex", batch.pairs, texts);
  OwnNegatives own_images =
      read_own_negatives(input, "ownImageOffsets", "ownImageIndex", batch.pairs, images);
  batch.own_text_offsets = own_texts.offsets;
  batch.own_text_index = own_texts.index;
  batch.own_image_offsets = own_images.offsets;
  batch.own_image_index = own_images.index;
  batch.also_true = read_also_true(input, images, texts);

  const int64_t shuffled = length_of(input.value("shuffledTextLengths"),
                                     input.path("shuffledTextLengths"), torch::kInt32) == 0
                               ? 0
                               : batch.pairs;
  batch.shuffled_text_lengths = column(input, "shuffledTextLengths", {shuffled});
  batch.shuffled_texts = column(input, "shuffledTexts", {shuffled, width});
  require_range(input.env(), batch.shuffled_text_lengths, input.path("shuffledTextLengths"), 0,
                width);
  require_range(input.env(), batch.shuffled_texts, input.path("shuffledTexts"), 0,
                model.text.vocab_size - 1);

  const int64_t paraphrases =
      length_of(input.value("paraphraseRows"), input.path("paraphraseRows"), torch::kInt32);
  batch.paraphrase_rows = read_rows_of_pairs(input, "paraphraseRows", batch.pairs);
  batch.paraphrase_lengths = column(input, "paraphraseLengths", {paraphrases});
  batch.paraphrases = column(input, "paraphrases", {paraphrases, width});
  require_range(input.env(), batch.paraphrase_lengths, input.path("paraphraseLengths"), 1, width);
  require_range(input.env(), batch.paraphrases, input.path("paraphrases"), 0,
                model.text.vocab_size - 1);
  int64_t pictures = 0;
  if (!input.value("regions").IsUndefined())
    pictures = read_regions(input.object("regions"), model, width, batch);
  batch.triples = read_triples(input.value("triples"), input.path("triples"),
                               texts + shuffled + paraphrases + pictures, model.text.vocab_size);
  batch.seed = static_cast<uint64_t>(input.integer("seed", 0, kLargestInteger));
  return batch;
}

Napi::Value write_terms(Napi::Env env, const std::map<std::string, double>& terms) {
  auto object = Napi::Object::New(env);
  for (const auto& [name, value] : terms) object.Set(name, value);
  return object;
}

Napi::Value write_step_result(Napi::Env env, const StepResult& result) {
  auto object = Napi::Object::New(env);
  object.Set("loss", result.loss);
  object.Set("gradientNorm", result.gradient_norm);
  object.Set("logitScale", result.logit_scale);
  object.Set("applied", result.applied);
  object.Set("imagesSeen", static_cast<double>(result.images_seen));
  object.Set("terms", write_terms(env, result.terms));
  object.Set("ownMargin", copy_out(env, result.own_margin));
  object.Set("pairLoss", copy_out(env, result.pair_loss));
  return object;
}

}  // namespace anagram::binding
