// Every term of the objective against central finite differences in double: masks, weights, logit
// scale.
#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "check.h"
#include "objective/objective.h"

namespace anagram::test {
namespace {

using at::Tensor;

constexpr int64_t kPairs = 5, kImages = 7, kTexts = 8, kWidth = 4, kShuffled = 3;

Tensor unit_rows(int64_t count, const at::Generator& generator) {
  const auto rows = at::randn({count, kWidth}, generator, at::kDouble);
  return rows / rows.norm(2, {1}, true);
}

Tensor integers(const std::vector<int64_t>& values) { return at::tensor(values, at::kLong); }

// Pictures 0 and 3 are equal, so are texts 1 and 4, text 2 and lone text 6, picture 4 and lone
// picture 5; row 2 has no own text, row 3 none at all; own negatives point at pairs and at lone
// rows, one of them is true.
ObjectiveInput example(double logit_scale) {
  const auto generator = at::detail::createCPUGenerator(7);
  ObjectiveInput in;
  in.images = unit_rows(kImages, generator);
  in.texts = unit_rows(kTexts, generator);
  in.logit_scale = at::scalar_tensor(logit_scale, at::kDouble);
  in.logit_bias = at::scalar_tensor(-3.0, at::kDouble);
  in.pairs = kPairs;
  in.image_groups = integers({0, 1, 2, 0, 4, 4, 6});
  in.text_groups = integers({0, 1, 2, 3, 1, 5, 2, 7});
  in.weights = at::tensor({1.0, 0.25, 2.0, 0.5, 1.5}, at::kDouble);
  in.own_text_offsets = integers({0, 2, 5, 5, 5, 6});
  in.own_text_index = integers({5, 6, 7, 2, 5, 6});
  in.own_image_offsets = integers({0, 1, 2, 4, 4, 5});
  in.own_image_index = integers({5, 6, 0, 6, 5});
  in.also_true = integers({0, 2, 2, 7, 6, 1}).view({-1, 2});
  in.shuffled_images = unit_rows(kShuffled, generator);
  in.shuffled_image_rows = integers({4, 0, 2});
  in.shuffled_texts = unit_rows(kShuffled, generator);
  in.shuffled_text_rows = integers({1, 2, 4});
  in.paraphrases = unit_rows(kShuffled, generator);
  in.paraphrase_rows = integers({2, 0, 4});
  in.regions = {unit_rows(kShuffled, generator), unit_rows(kShuffled, generator),
                integers({0, 1, 1}), integers({3, 2, 0, 1, 4, 2}).view({2, kShuffled})};
  in.teacher = {unit_rows(kImages, generator), unit_rows(kTexts, generator),
                at::scalar_tensor(6.0, at::kDouble)};
  return in;
}

void expect_gradients(const ObjectiveConfig& config, const StructureConfig& structure,
                      double logit_scale) {
  auto in = example(logit_scale);
  const std::vector<Tensor> leaves{
      in.images,          in.texts,        in.logit_scale,     in.logit_bias,   *in.shuffled_images,
      *in.shuffled_texts, *in.paraphrases, in.regions->images, in.regions->tags};
  for (const auto& leaf : leaves) leaf.requires_grad_();
  const auto gradients =
      torch::autograd::grad({compute_objective(in, config, structure).loss}, leaves, {}, {}, false,
                            /*allow_unused=*/true);

  const at::NoGradGuard no_gradient;
  constexpr double kStep = 1e-6;
  for (size_t number = 0; number < leaves.size(); ++number) {
    auto flat = leaves[number].detach().view(-1);
    for (int64_t i = 0; i < flat.size(0); ++i) {
      const double before = flat[i].item<double>();
      const auto loss_at = [&](double value) {
        flat[i].fill_(value);
        return compute_objective(in, config, structure).loss.item<double>();
      };
      const double above = loss_at(before + kStep), below = loss_at(before - kStep);
      flat[i].fill_(before);
      const double numeric = (above - below) / (2 * kStep);
      const double analytic =
          gradients[number].defined() ? gradients[number].view(-1)[i].item<double>() : 0.0;
      expect(std::abs(numeric - analytic) <= 1e-7 + 1e-6 * std::abs(numeric), "input ", number,
             " entry ", i, ": analytic ", analytic, ", numeric ", numeric);
    }
  }
}

StructureConfig structure(Role image_role, Role text_role) {
  return {.image_role = image_role, .image_share = 0.5, .text_role = text_role, .weight = 0.7};
}

constexpr ObjectiveConfig kNone{.contrastive = 0};
constexpr StructureConfig kNoStructure{};

CHECK_THAT("objective gradients: contrastive, shared negatives, for any tile", {
  for (const int64_t tile : {1, 2, 3, 5, 512}) expect_gradients({.tile = tile}, kNoStructure, 14.0);
});

CHECK_THAT("objective gradients: contrastive without shared negatives",
           { expect_gradients({.shared_negatives = false, .tile = 2}, kNoStructure, 14.0); });

CHECK_THAT("objective gradients: contrastive without a row's own negatives",
           { expect_gradients({.own_in_contrastive = false, .tile = 2}, kNoStructure, 14.0); });

CHECK_THAT("objective gradients: contrastive at a logit scale of 100",
           { expect_gradients({.tile = 3}, kNoStructure, 100.0); });

CHECK_THAT("objective gradients: sigmoid, shared negatives, for any tile", {
  for (const int64_t tile : {1, 2, 3, 512}) {
    expect_gradients({.contrastive = 0, .sigmoid = 1, .tile = tile}, kNoStructure, 14.0);
  }
});

CHECK_THAT("objective gradients: sigmoid without shared and own negatives", {
  expect_gradients({.contrastive = 0,
                    .sigmoid = 0.5,
                    .shared_negatives = false,
                    .own_in_contrastive = false,
                    .tile = 2},
                   kNoStructure, 5.0);
});

CHECK_THAT("objective gradients: sigmoid at a logit scale of 100",
           { expect_gradients({.contrastive = 0, .sigmoid = 1, .tile = 3}, kNoStructure, 100.0); });

CHECK_THAT("objective gradients: own texts", {
  auto config = kNone;
  config.own_texts = 1.5;
  expect_gradients(config, kNoStructure, 5.0);
});

CHECK_THAT("objective gradients: own images", {
  auto config = kNone;
  config.own_images = 0.5;
  expect_gradients(config, kNoStructure, 5.0);
});

CHECK_THAT("objective gradients: shuffled pictures as negatives",
           { expect_gradients(kNone, structure(Role::negative, Role::off), 5.0); });

CHECK_THAT("objective gradients: shuffled texts as negatives",
           { expect_gradients(kNone, structure(Role::off, Role::negative), 5.0); });

CHECK_THAT("objective gradients: shuffled pictures as positives",
           { expect_gradients(kNone, structure(Role::positive, Role::off), 5.0); });

CHECK_THAT("objective gradients: shuffled texts as positives",
           { expect_gradients(kNone, structure(Role::off, Role::positive), 5.0); });

CHECK_THAT("objective gradients: focal weights and label smoothing over own negatives", {
  for (const double gamma : {0.0, 1.0, 2.0}) {
    auto config = kNone;
    config.own_texts = config.own_images = 1;
    config.focal = {.gamma = gamma, .smoothing = 0.1};
    expect_gradients(config, kNoStructure, 5.0);
  }
});

CHECK_THAT("objective gradients: rank with a fixed margin", {
  auto config = kNone;
  config.rank_texts = 1;
  config.rank_images = 0.5;
  expect_gradients(config, kNoStructure, 5.0);
});

CHECK_THAT("objective gradients: hinge on the hardest", {
  auto config = kNone;
  config.hardest = 1;
  expect_gradients(config, kNoStructure, 5.0);
});

CHECK_THAT("objective gradients: text contrast", {
  auto config = kNone;
  config.text_contrast = 1;
  expect_gradients(config, kNoStructure, 5.0);
});

CHECK_THAT("objective gradients: cross level", {
  auto config = kNone;
  config.cross_levels = 0.7;
  config.softened_share = 0.3;
  expect_gradients(config, kNoStructure, 14.0);
});

CHECK_THAT("objective gradients: softened contrast on two levels", {
  auto config = kNone;
  config.softened = 1;
  config.levels = 2;
  expect_gradients(config, kNoStructure, 14.0);
});

CHECK_THAT("objective gradients: softened contrast", {
  auto config = kNone;
  config.softened = 1;
  expect_gradients(config, kNoStructure, 5.0);
});

CHECK_THAT("objective gradients: complementary contrast", {
  auto config = kNone;
  config.complementary = 1;
  expect_gradients(config, kNoStructure, 5.0);
});

CHECK_THAT("objective gradients: distillation of similarities, of embeddings, and by contrast", {
  for (const auto weight : {&ObjectiveConfig::distil, &ObjectiveConfig::feature_distil,
                            &ObjectiveConfig::teacher_contrast}) {
    auto config = kNone;
    config.*weight = 0.7;
    expect_gradients(config, kNoStructure, 5.0);
  }
});

CHECK_THAT("objective gradients: paraphrases, and their distance", {
  for (const auto weight : {&ObjectiveConfig::paraphrases, &ObjectiveConfig::paraphrase_distance}) {
    auto config = kNone;
    config.*weight = 0.7;
    expect_gradients(config, kNoStructure, 5.0);
  }
});

CHECK_THAT("objective gradients: everything together", {
  expect_gradients(
      {.contrastive = 0.8, .sigmoid = 0.3, .own_texts = 0.6, .own_images = 0.4, .tile = 3},
      structure(Role::negative, Role::positive), 10.0);
});

CHECK_THAT("objective: a batch in which no term has a row has loss 0 and can go backward", {
  auto in = example(5.0);
  in.own_text_offsets = at::zeros({kPairs + 1}, at::kLong);
  in.own_text_index = at::empty({0}, at::kLong);
  in.shuffled_images.reset();
  in.shuffled_image_rows.reset();
  in.images.requires_grad_();
  auto config = kNone;
  config.own_texts = 1;
  const auto loss = compute_objective(in, config, structure(Role::negative, Role::off)).loss;
  const auto gradient = torch::autograd::grad({loss}, {in.images})[0];
  expect(loss.item<double>() == 0 && gradient.eq(0).all().item<bool>(), "loss ", loss);
});

CHECK_THAT("objective: distillation is refused without a teacher, and 0 where it is the student", {
  auto in = example(5.0);
  auto config = kNone;
  config.distil = config.feature_distil = 1;
  in.teacher = {in.images, in.texts, in.logit_scale};
  const double loss = compute_objective(in, config, kNoStructure).loss.item<double>();
  expect(std::abs(loss) < 1e-12, loss);
  in.teacher.reset();
  expect_refusal([&] { compute_objective(in, config, kNoStructure); }, "need what a teacher");
});

CHECK_THAT("objective: the pairs' own losses are told where a loss over pairs is minimised", {
  const auto in = example(5.0);
  expect(compute_objective(in, {}, kNoStructure).pair_loss.size(0) == kPairs, "contrastive");
  expect(compute_objective(in, kNone, kNoStructure).pair_loss.size(0) == 0, "neither");
});

CHECK_THAT("objective: structure terms are ln 2 and ln R when all similarities are equal", {
  auto in = example(5.0);
  for (auto* rows : {&in.images, &in.texts, &*in.shuffled_images, &*in.shuffled_texts}) {
    *rows = at::full_like(*rows, 0.5);
  }
  in.image_groups = at::arange(kImages);
  in.text_groups = at::arange(kTexts);
  in.also_true = at::empty({0, 2}, at::kLong);
  auto terms = compute_objective(in, kNone, structure(Role::negative, Role::positive)).terms;
  expect(std::abs(terms["structureImages"] - std::log(2.0)) < 1e-12, terms["structureImages"]);
  expect(std::abs(terms["structureTexts"] - std::log(3.0)) < 1e-12, terms["structureTexts"]);
  terms = compute_objective(in, kNone, structure(Role::positive, Role::negative)).terms;
  expect(std::abs(terms["structureImages"] - std::log(3.0)) < 1e-12, terms["structureImages"]);
  expect(std::abs(terms["structureTexts"] - std::log(2.0)) < 1e-12, terms["structureTexts"]);
});

CHECK_THAT("objective: the margin is the pair's cosine minus the best of its own false negatives", {
  const auto in = example(5.0);
  const auto margin = compute_objective(in, {}, kNoStructure).own_margin;
  const auto cosine = at::mm(in.images, in.texts.t());  // (NI, NT)
  const auto at_entry = [&](int64_t i, int64_t t) { return cosine[i][t].item<double>(); };
  // Row 0: texts 5 and 6, picture 5. Row 2: picture 0 is true of text 2, picture 6 is left. Row 3:
  // none.
  const double first = at_entry(0, 0) - std::max({at_entry(0, 5), at_entry(0, 6), at_entry(5, 0)});
  expect(std::abs(margin[0].item<double>() - first) < 1e-12, margin);
  expect(std::abs(margin[2].item<double>() - (at_entry(2, 2) - at_entry(6, 2))) < 1e-12, margin);
  expect(std::isnan(margin[3].item<double>()), margin);
});

}  // namespace
}  // namespace anagram::test
