#include "objective.h"

#include "complementary.h"
#include "contrastive.h"
#include "cross_levels.h"
#include "distil.h"
#include "feature_distil.h"
#include "hardest.h"
#include "own_images.h"
#include "own_rank.h"
#include "own_texts.h"
#include "paraphrase_distance.h"
#include "paraphrases.h"
#include "sigmoid.h"
#include "soft_targets.h"
#include "softened.h"
#include "structure_images.h"
#include "structure_texts.h"
#include "teacher_contrast.h"
#include "text_contrast.h"

namespace anagram {
namespace {

using at::Tensor;

void check_rows(const char* name, const Tensor& tensor, int64_t rows) {
  TORCH_CHECK(tensor.defined() && tensor.dim() == 1 && tensor.size(0) == rows,
              "objective: expected ", rows, " ", name, ", received ",
              tensor.defined() ? tensor.sizes() : at::IntArrayRef{});
}

void check_index(const char* name, const Tensor& index, int64_t end) {
  TORCH_CHECK(
      index.numel() == 0 || (index.min().item<int64_t>() >= 0 && index.max().item<int64_t>() < end),
      "objective: expected ", name, " from 0 to ", end - 1, ", received ",
      index.min().item<int64_t>(), " to ", index.max().item<int64_t>());
}

void check_own(const char* name, const Tensor& offsets, const Tensor& index, int64_t pairs,
               int64_t end) {
  check_rows(name, offsets, pairs + 1);
  TORCH_CHECK(index.dim() == 1 && offsets[0].item<int64_t>() == 0 &&
                  offsets[pairs].item<int64_t>() == index.size(0) &&
                  offsets.diff().ge(0).all().item<bool>(),
              "objective: expected ", name, " to rise from 0 to the ", index.size(0),
              " own negatives");
  check_index(name, index, end);
}

void check_views(const char* name, const std::optional<Tensor>& views,
                 const std::optional<Tensor>& rows, const ObjectiveInput& in) {
  TORCH_CHECK(views.has_value() == rows.has_value(), "objective: expected ", name,
              " with their rows");
  if (!views) return;
  TORCH_CHECK(views->dim() == 2 && views->size(1) == in.images.size(1), "objective: expected ",
              name, " (R, ", in.images.size(1), "), received ", views->sizes());
  check_rows(name, *rows, views->size(0));
  check_index(name, *rows, in.pairs);
}

void check_regions(const RegionRows& regions, const ObjectiveInput& in) {
  const auto& images = regions.images;
  TORCH_CHECK(images.dim() == 2 && images.size(1) == in.images.size(1) &&
                  regions.tags.sizes() == images.sizes(),
              "objective: expected regions and tags (K, ", in.images.size(1), "), received ",
              images.sizes(), " and ", regions.tags.sizes());
  check_rows("tag groups", regions.tag_groups, images.size(0));
  TORCH_CHECK(regions.rows.dim() == 2 && regions.rows.size(0) >= 1 &&
                  regions.rows.size(1) == images.size(0),
              "objective: expected rows of regions (at least 1, ", images.size(0), "), received ",
              regions.rows.sizes());
  check_index("rows of regions", regions.rows, in.pairs);
}

void check(const ObjectiveInput& in) {
  TORCH_CHECK(in.images.dim() == 2 && in.texts.dim() == 2 &&
                  in.images.size(1) == in.texts.size(1) &&
                  in.images.scalar_type() == in.texts.scalar_type(),
              "objective: expected images (NI, D) and texts (NT, D) of one type, received ",
              in.images.sizes(), " and ", in.texts.sizes());
  TORCH_CHECK(in.pairs >= 1 && in.pairs <= in.images.size(0) && in.pairs <= in.texts.size(0),
              "objective: expected from 1 pair to ", std::min(in.images.size(0), in.texts.size(0)),
              ", the rows of images and texts, received ", in.pairs);
  TORCH_CHECK(in.logit_scale.dim() == 0, "objective: expected a logit scale (), received ",
              in.logit_scale.sizes());
  check_rows("image groups", in.image_groups, in.images.size(0));
  check_rows("text groups", in.text_groups, in.texts.size(0));
  check_rows("weights", in.weights, in.pairs);
  TORCH_CHECK(in.weights.ge(0).all().item<bool>() && in.weights.sum().item<double>() > 0,
              "objective: expected weights of at least 0 that are not all 0");
  check_own("own text offsets", in.own_text_offsets, in.own_text_index, in.pairs, in.texts.size(0));
  check_own("own image offsets", in.own_image_offsets, in.own_image_index, in.pairs,
            in.images.size(0));
  TORCH_CHECK(in.also_true.dim() == 2 && in.also_true.size(1) == 2,
              "objective: expected also-true entries (M, 2), received ", in.also_true.sizes());
  check_index("also-true images", in.also_true.select(1, 0), in.images.size(0));
  check_index("also-true texts", in.also_true.select(1, 1), in.texts.size(0));
  check_views("shuffled images", in.shuffled_images, in.shuffled_image_rows, in);
  check_views("shuffled texts", in.shuffled_texts, in.shuffled_text_rows, in);
  check_views("paraphrases", in.paraphrases, in.paraphrase_rows, in);
  if (in.regions) check_regions(*in.regions, in);
  TORCH_CHECK(!in.teacher || (in.teacher->images.sizes() == in.images.sizes() &&
                              in.teacher->texts.sizes() == in.texts.sizes()),
              "objective: expected a teacher's rows ", in.images.sizes(), " and ", in.texts.sizes(),
              ", received ", in.teacher->images.sizes(), " and ", in.teacher->texts.sizes());
}

// Everything on the embeddings' device, weights in their type and of mean 1.
ObjectiveInput prepared(ObjectiveInput in) {
  const auto device = in.images.device();
  for (auto* tensor : {&in.image_groups, &in.text_groups, &in.own_text_offsets, &in.own_text_index,
                       &in.own_image_offsets, &in.own_image_index, &in.also_true}) {
    *tensor = tensor->to(device);
  }
  for (auto* rows : {&in.shuffled_image_rows, &in.shuffled_text_rows, &in.paraphrase_rows}) {
    if (*rows) *rows = (*rows)->to(device);
  }
  if (in.regions) {
    for (auto* index : {&in.regions->tag_groups, &in.regions->rows}) *index = index->to(device);
  }
  in.weights = in.weights.detach().to(in.images.options());
  in.weights = in.weights / in.weights.mean();
  return in;
}

bool any(const std::optional<Tensor>& views) { return views && views->size(0) > 0; }

}  // namespace

ObjectiveOutput compute_objective(const ObjectiveInput& input, const ObjectiveConfig& config,
                                  const StructureConfig& structure) {
  check(input);
  const auto in = prepared(input);
  const auto own_negative_text = own_negative_texts(in),
             own_negative_image = own_negative_images(in);

  TORCH_CHECK(in.teacher || !config.needs_teacher(),
              "objective: the terms distil, featureDistil and teacherContrast need what a teacher "
              "makes of the batch.");

  ObjectiveOutput out;
  out.pair_loss = at::empty({0}, in.images.options());
  // Connected to the embeddings, so that backward also works in a batch in which no term has a row.
  out.loss = (in.images.slice(0, 0, 1).sum() + in.texts.slice(0, 0, 1).sum()) * 0;
  const auto add = [&](const char* name, double weight, const Tensor& term) {
    out.terms[name] = term.item<double>();
    out.loss = out.loss + term * weight;
  };

  if (config.sigmoid != 0) {
    TORCH_CHECK(in.logit_bias.defined(),
                "objective: the sigmoid term needs a logit bias, which models with SigLIP's towers "
                "have. Use the contrastive term.");
    const auto [loss, pair_loss] = sigmoid(in, config);
    add("sigmoid", config.sigmoid, loss);
    out.pair_loss = pair_loss;
  }
  if (config.contrastive != 0) {
    const auto [loss, pair_loss] = contrastive(in, config);
    add("contrastive", config.contrastive, loss);
    out.pair_loss = pair_loss;
  }
  if (config.own_texts != 0)
    add("ownTexts", config.own_texts, own_texts(in, own_negative_text, config.focal));
  if (config.own_images != 0)
    add("ownImages", config.own_images, own_images(in, own_negative_image, config.focal));
  if (config.rank_texts != 0) {
    add("rankTexts", config.rank_texts,
        own_rank(in.images, in.texts, own_negative_text, in.logit_scale, in.weights, config.rank));
  }
  if (config.rank_images != 0) {
    add("rankImages", config.rank_images,
        own_rank(in.texts, in.images, own_negative_image, in.logit_scale, in.weights, config.rank));
  }
  if (config.text_contrast != 0)
    add("textContrast", config.text_contrast, text_contrast(in, own_negative_text));
  if (config.hardest != 0) add("hardest", config.hardest, hardest(in, config));
  if (config.soft_targets != 0)
    add("softTargets", config.soft_targets, soft_targets(in, config, /*relations=*/false));
  if (config.soft_relations != 0)
    add("softRelations", config.soft_relations, soft_targets(in, config, /*relations=*/true));
  if (config.softened != 0) add("softened", config.softened, softened(in, config));
  if (config.cross_levels != 0 && in.regions && in.regions->images.size(0) > 0)
    add("crossLevels", config.cross_levels, cross_levels(in, config));
  if (config.complementary != 0)
    add("complementary", config.complementary, complementary(in, config));
  if (config.distil != 0) add("distil", config.distil, distil(in));
  if (config.feature_distil != 0) add("featureDistil", config.feature_distil, feature_distil(in));
  if (config.teacher_contrast != 0)
    add("teacherContrast", config.teacher_contrast, teacher_contrast(in, own_negative_text));
  if (config.paraphrases != 0 && any(in.paraphrases))
    add("paraphrases", config.paraphrases, paraphrases(in));
  if (config.paraphrase_distance != 0 && any(in.paraphrases))
    add("paraphraseDistance", config.paraphrase_distance, paraphrase_distance(in));
  if (structure.weight != 0 && structure.image_role != Role::off && any(in.shuffled_images)) {
    add("structureImages", structure.weight,
        structure_images(in, *in.shuffled_images, *in.shuffled_image_rows, structure.image_role,
                         config.tile));
  }
  if (structure.weight != 0 && structure.text_role != Role::off && any(in.shuffled_texts)) {
    add("structureTexts", structure.weight,
        structure_texts(in, *in.shuffled_texts, *in.shuffled_text_rows, structure.text_role,
                        config.tile));
  }

  const at::NoGradGuard no_gradient;
  out.own_margin = own_margin(in, own_negative_text, own_negative_image);
  return out;
}

}  // namespace anagram
