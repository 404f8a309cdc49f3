#include "binding/operations.h"

#include <limits>
#include <optional>

#include "binding/batch.h"
#include "binding/columns.h"
#include "binding/config.h"
#include "binding/convert.h"
#include "binding/engine.h"
#include "nn/libtorch.h"
#include "objective/objective.h"
#include "ops/nearest.h"
#include "ops/patch_shuffle.h"
#include "ops/resize.h"
#include "ops/resize_grid.h"

namespace anagram::binding {

namespace {

// Rows of `width` floats; refused unless the length is a multiple of it.
torch::Tensor read_rows(const Napi::Value& value, const std::string& name, int64_t width) {
  const int64_t length = length_of(value, name, torch::kFloat32);
  if (length % width != 0) {
    refuse(value.Env(), name + " must have rows of " + std::to_string(width) +
                            " values, received " + std::to_string(length) + " values.");
  }
  return copy_in(value, name, torch::kFloat32, {length / width, width});
}

// Group numbers, one for each row of embeddings; at least one row for each pair.
torch::Tensor read_groups(const Settings& input, const char* name, const char* rows_name,
                          int64_t rows, int64_t pairs) {
  if (rows < pairs) {
    refuse(input.env(), input.path(rows_name) + " must have at least " + std::to_string(pairs) +
                            " rows, one for each pair, received " + std::to_string(rows) + ".");
  }
  return copy_in(input.value(name), input.path(name), torch::kInt32, {rows}).to(torch::kLong);
}

struct ObjectiveJob {
  ObjectiveInput input;
  ObjectiveConfig config;
  torch::Tensor images, texts;
  double logit_scale;
  std::optional<double> logit_bias;
  std::optional<torch::Tensor> paraphrases;
  std::optional<RegionRows> regions;
  std::optional<TeacherRows> teacher;  // its scale in double
  torch::Dtype dtype;
};

struct ObjectiveDone {
  double loss;
  std::map<std::string, double> terms;
  torch::Tensor image_gradients, text_gradients, paraphrase_gradients;
  torch::Tensor region_gradients, tag_gradients;
  double logit_scale_gradient, logit_bias_gradient;
};

ResizeConfig read_resize(const Settings& input) {
  ResizeConfig config;
  config.height = input.integer("height", 1);
  config.width = input.integer("width", 1);
  const Settings window = input.object("window");
  config.window_height = window.integer("height", 1, config.height);
  config.window_width = window.integer("width", 1, config.width);
  config.top = window.integer("top", 0, config.height - config.window_height);
  config.left = window.integer("left", 0, config.width - config.window_width);
  constexpr Interpolation kInterpolations[] = {Interpolation::nearest, Interpolation::bilinear,
                                               Interpolation::bicubic};
  config.interpolation =
      kInterpolations[input.choice("interpolation", {"nearest", "bilinear", "bicubic"})];
  return config;
}

ObjectiveJob read_objective(const Settings& input, const Settings& config) {
  ObjectiveJob job;
  job.config = read_objective_config(config);
  const int64_t width = input.integer("width", 1);
  const int64_t pairs = input.integer("pairs", 1);
  job.images = read_rows(input.value("images"), input.path("images"), width);
  job.texts = read_rows(input.value("texts"), input.path("texts"), width);
  const int64_t images = job.images.size(0);
  const int64_t texts = job.texts.size(0);
  job.input.pairs = pairs;
  job.input.image_groups = read_groups(input, "imageGroups", "images", images, pairs);
  job.input.text_groups = read_groups(input, "textGroups", "texts", texts, pairs);
  job.input.weights = read_weights(input, pairs);
  const OwnNegatives own_texts =
      read_own_negatives(input, "ownTextOffsets", "ownTextIndex", pairs, texts);
  const OwnNegatives own_images =
      read_own_negatives(input, "ownImageOffsets", "ownImageIndex", pairs, images);
  job.input.own_text_offsets = own_texts.offsets.to(torch::kLong);
  job.input.own_text_index = own_texts.index.to(torch::kLong);
  job.input.own_image_offsets = own_images.offsets.to(torch::kLong);
  job.input.own_image_index = own_images.index.to(torch::kLong);
  job.input.also_true = read_also_true(input, images, texts).to(torch::kLong);
  job.logit_scale = input.number("logitScale", 0);
  if (!input.value("logitBias").IsUndefined()) {
    job.logit_bias = input.number("logitBias", std::numeric_limits<double>::lowest());
  }
  if (!input.value("paraphrases").IsUndefined()) {
    job.paraphrases = read_rows(input.value("paraphrases"), input.path("paraphrases"), width);
    job.input.paraphrase_rows = read_rows_of_pairs(input, "paraphraseRows", pairs).to(torch::kLong);
  }
  if (!input.value("regions").IsUndefined()) {
    const Settings regions = input.object("regions");
    auto embedded = read_rows(regions.value("images"), regions.path("images"), width);
    const int64_t pictures = embedded.size(0);
    job.regions = {
        embedded, read_rows(regions.value("tags"), regions.path("tags"), width),
        copy_in(regions.value("tagGroups"), regions.path("tagGroups"), torch::kInt32, {pictures})
            .to(torch::kLong),
        read_region_rows(regions, "rows", pictures, pairs).to(torch::kLong)};
  }
  if (!input.value("teacher").IsUndefined()) {
    const Settings teacher = input.object("teacher");
    job.teacher = {read_rows(teacher.value("images"), teacher.path("images"), width),
                   read_rows(teacher.value("texts"), teacher.path("texts"), width),
                   torch::full({}, teacher.number("logitScale", 0), torch::kFloat64)};
  }
  job.dtype = !input.value("double").IsUndefined() && input.flag("double") ? torch::kFloat64
                                                                           : torch::kFloat32;
  return job;
}

ObjectiveDone run_objective(ObjectiveJob job) {
  auto leaf = [&](const torch::Tensor& values) {
    return values.to(job.dtype).detach().requires_grad_(true);
  };
  job.input.images = leaf(job.images);
  job.input.texts = leaf(job.texts);
  job.input.logit_scale = leaf(torch::full({}, job.logit_scale, torch::kFloat64));
  if (job.logit_bias)
    job.input.logit_bias = leaf(torch::full({}, *job.logit_bias, torch::kFloat64));
  if (job.paraphrases) job.input.paraphrases = leaf(*job.paraphrases);
  if (job.regions) {
    job.input.regions = {leaf(job.regions->images), leaf(job.regions->tags),
                         job.regions->tag_groups, job.regions->rows};
  }
  if (job.teacher) {
    job.input.teacher = {job.teacher->images.to(job.dtype), job.teacher->texts.to(job.dtype),
                         job.teacher->logit_scale.to(job.dtype)};
  }
  const ObjectiveOutput output = compute_objective(job.input, job.config, StructureConfig{});
  // No active term: a constant, whose gradients are zero.
  if (output.loss.requires_grad()) output.loss.backward();
  auto gradient = [](const torch::Tensor& tensor) {
    return to_host(tensor.grad().defined() ? tensor.grad() : torch::zeros_like(tensor));
  };
  return {output.loss.item<double>(),
          output.terms,
          gradient(job.input.images),
          gradient(job.input.texts),
          job.paraphrases ? gradient(*job.input.paraphrases) : torch::empty({0}, job.dtype),
          job.regions ? gradient(job.input.regions->images) : torch::empty({0}, job.dtype),
          job.regions ? gradient(job.input.regions->tags) : torch::empty({0}, job.dtype),
          gradient(job.input.logit_scale).item<double>(),
          job.logit_bias ? gradient(job.input.logit_bias).item<double>() : 0};
}

}  // namespace

Napi::Value resize_pixels(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    const int64_t height = read_integer(info[1], "height", 1);
    const int64_t width = read_integer(info[2], "width", 1);
    const torch::Tensor pixels = copy_in(info[0], "pixels", torch::kUInt8, {height, width, 3});
    const ResizeConfig config = read_resize({info[3], "resize"});
    return context_of(env).engine->run(
        env, [pixels, config] { return to_host(resize(pixels, config)); }, copy_out);
  });
}

Napi::Value resize_grid(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    const int64_t height = read_integer(info[1], "height", 1);
    const int64_t width = read_integer(info[2], "width", 1);
    const int64_t channels = length_of(info[0], "values", torch::kFloat32) / (height * width);
    const torch::Tensor values =
        copy_in(info[0], "values", torch::kFloat32, {height, width, channels});
    const int64_t out_height = read_integer(info[3], "outHeight", 1);
    const int64_t out_width = read_integer(info[4], "outWidth", 1);
    return context_of(env).engine->run(
        env,
        [values, out_height, out_width] {
          return to_host(anagram::resize_grid(values, out_height, out_width));
        },
        copy_out);
  });
}

Napi::Value shuffle_pixels(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    const int64_t count = read_integer(info[1], "count", 0);
    const int64_t size = read_integer(info[2], "size", 1);
    const torch::Tensor pixels = copy_in(info[0], "pixels", torch::kUInt8, {count, size, size, 3});
    const int64_t grid = read_integer(info[3], "grid", 2, size);
    const int64_t seed = read_integer(info[4], "seed", 0, kLargestInteger);
    return context_of(env).engine->run(
        env,
        [pixels, grid, seed] {
          return to_host(shuffle_patches(pixels, grid, static_cast<uint64_t>(seed)));
        },
        copy_out);
  });
}

Napi::Value find_nearest(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    const int64_t width = read_integer(info[2], "width", 1);
    const torch::Tensor queries = read_rows(info[0], "queries", width);
    const torch::Tensor rows = read_rows(info[1], "rows", width);
    const int64_t k = read_integer(info[3], "k", 1, std::max<int64_t>(rows.size(0), 1));
    return context_of(env).engine->run(
        env,
        [queries, rows, k] {
          const Nearest found = nearest(queries, rows, k);
          return Nearest{to_host(found.index), to_host(found.score)};
        },
        [](Napi::Env env, const Nearest& found) {
          auto object = Napi::Object::New(env);
          object.Set("index", copy_out(env, found.index));
          object.Set("score", copy_out(env, found.score));
          return object;
        });
  });
}

Napi::Value inner_products(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    const int64_t width = read_integer(info[2], "width", 1);
    const torch::Tensor left = read_rows(info[0], "left", width);    // (N, D)
    const torch::Tensor right = read_rows(info[1], "right", width);  // (M, D)
    return context_of(env).engine->run(
        env, [left, right] { return to_host(at::mm(left, right.t())); },  // (N, M)
        [](Napi::Env env, const torch::Tensor& products) { return copy_out(env, products); });
  });
}

Napi::Value evaluate_objective(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return promised(env, [&] {
    ObjectiveJob job = read_objective({info[0], "input"}, {info[1], "config"});
    return context_of(env).engine->run(
        env, [job = std::move(job)] { return run_objective(job); },
        [](Napi::Env env, const ObjectiveDone& done) {
          auto object = Napi::Object::New(env);
          object.Set("loss", done.loss);
          object.Set("terms", write_terms(env, done.terms));
          object.Set("imageGradients", copy_out(env, done.image_gradients));
          object.Set("textGradients", copy_out(env, done.text_gradients));
          object.Set("paraphraseGradients", copy_out(env, done.paraphrase_gradients));
          object.Set("regionGradients", copy_out(env, done.region_gradients));
          object.Set("tagGradients", copy_out(env, done.tag_gradients));
          object.Set("logitScaleGradient", done.logit_scale_gradient);
          object.Set("logitBiasGradient", done.logit_bias_gradient);
          return object;
        });
  });
}

}  // namespace anagram::binding
