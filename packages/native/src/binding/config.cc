#include "binding/config.h"

#include <limits>
#include <map>
#include <string>
#include <utility>

namespace anagram::binding {

namespace {

constexpr double kLowest = std::numeric_limits<double>::lowest();

std::array<double, 3> channels(const Settings& settings, const char* name) {
  const std::vector<double> values = settings.numbers(name, 3);
  return {values[0], values[1], values[2]};
}

VisionConfig read_vision(const Settings& settings) {
  VisionConfig config;
  config.kind = settings.choice("kind", {"transformer", "resnet"}) == 0 ? VisionKind::transformer
                                                                        : VisionKind::resnet;
  config.image_size = settings.integer("imageSize", 1);
  config.width = settings.integer("width", 1);
  config.heads = settings.integer("heads", 1);
  if (config.kind == VisionKind::transformer) {
    config.patch_size = settings.integer("patchSize", 1);
    config.layers = settings.integer("layers", 1);
    config.mlp_ratio = settings.number("mlpRatio", 0);
    config.stem = settings.choice("stem", {"patch", "conv"}) == 0 ? Stem::patch : Stem::conv;
  } else {
    const std::vector<double> layers = settings.numbers("layers", 4);
    for (size_t i = 0; i < layers.size(); i++)
      config.resnet_layers[i] = static_cast<int64_t>(layers[i]);
  }
  return config;
}

TextConfig read_text(const Settings& settings) {
  TextConfig config;
  config.context_length = settings.integer("contextLength", 1);
  config.vocab_size = settings.integer("vocabSize", 1);
  config.width = settings.integer("width", 1);
  config.heads = settings.integer("heads", 1);
  config.layers = settings.integer("layers", 1);
  config.mlp_ratio = settings.number("mlpRatio", 0);
  return config;
}

std::optional<SiglipConfig> read_siglip(const Settings& settings) {
  if (settings.value("siglip").IsUndefined()) return {};
  const Settings given = settings.object("siglip");
  SiglipConfig config;
  config.pad_token = given.integer("padToken", 0);
  config.tanh_gelu = given.flag("tanhGelu");
  config.logit_bias_init = given.number("logitBiasInit", kLowest);
  return config;
}

std::optional<KnowledgeConfig> read_knowledge(const Settings& settings) {
  if (settings.value("knowledge").IsUndefined()) return {};
  const Settings given = settings.object("knowledge");
  return KnowledgeConfig{.layers = given.integer("layers", 1), .weight = given.number("weight", 0)};
}

std::optional<RegionsConfig> read_regions(const Settings& settings) {
  if (settings.value("regions").IsUndefined()) return {};
  const Settings given = settings.object("regions");
  return RegionsConfig{.width = given.integer("width", 1), .layers = given.integer("layers", 1)};
}

Role read_role(const Settings& settings, const char* name) {
  constexpr Role kRoles[] = {Role::negative, Role::positive, Role::off};
  return kRoles[settings.choice(name, {"negative", "positive", "off"})];
}

StructureConfig read_structure(const Settings& settings) {
  StructureConfig config;
  config.grid = settings.integer("grid", 1);
  config.image_role = read_role(settings, "imageRole");
  config.image_share = settings.number("imageShare", 0, 1);
  config.text_role = read_role(settings, "textRole");
  config.weight = settings.number("weight", 0);
  return config;
}

AugmentConfig read_augment(const Settings& settings) {
  AugmentConfig config;
  config.scale = settings.number("scale", 0);
  config.shift = settings.number("shift", 0);
  config.rotation = settings.number("rotation", 0);
  config.contrast = settings.number("contrast", 0);
  config.tint = settings.number("tint", 0);
  return config;
}

LoraConfig read_lora(const Settings& settings, const std::map<std::string, double>& rates) {
  LoraConfig config;
  config.rank = settings.integer("rank", 1);
  config.alpha = settings.number("alpha", 0);
  config.seed = static_cast<uint64_t>(settings.integer("seed", 0, kLargestInteger));
  for (const Settings& each : settings.objects("adapters")) {
    AdapterConfig adapter;
    adapter.name = each.word("name");
    adapter.matrix = each.word("matrix");
    adapter.begin = each.integer("begin", 0);
    adapter.rows = each.integer("rows", 1);
    const auto rate = rates.find(adapter.matrix);
    if (rate != rates.end()) adapter.rate = rate->second;
    config.adapters.push_back(std::move(adapter));
  }
  return config;
}

EmaConfig read_ema(const Settings& settings) {
  return {.decay = settings.number("decay", 0, 1), .warmup = settings.flag("warmup")};
}

}  // namespace

ClipConfig read_clip_config(const Settings& settings) {
  ClipConfig config;
  config.embed_dim = settings.integer("embedDim", 1);
  config.quick_gelu = settings.flag("quickGelu");
  config.image_mean = channels(settings, "imageMean");
  config.image_std = channels(settings, "imageStd");
  config.logit_scale_init = settings.number("logitScaleInit", kLowest);
  config.vision = read_vision(settings.object("vision"));
  config.text = read_text(settings.object("text"));
  config.siglip = read_siglip(settings);
  config.knowledge = read_knowledge(settings);
  config.regions = read_regions(settings);
  return config;
}

namespace {

// Leaves the default where the field is absent.
void read_optional(const Settings& settings, const char* name, double& into,
                   double most = std::numeric_limits<double>::max()) {
  if (!settings.value(name).IsUndefined()) into = settings.number(name, 0, most);
}

}  // namespace

ObjectiveConfig read_objective_config(const Settings& settings) {
  ObjectiveConfig config;
  config.contrastive = settings.number("contrastive", 0);
  config.sigmoid = settings.number("sigmoid", 0);
  config.shared_negatives = settings.flag("sharedNegatives");
  config.own_in_contrastive = settings.flag("ownInContrastive");
  config.own_texts = settings.number("ownTexts", 0);
  config.own_images = settings.number("ownImages", 0);
  read_optional(settings, "focal", config.focal.gamma);
  read_optional(settings, "labelSmoothing", config.focal.smoothing, 1);
  read_optional(settings, "rankTexts", config.rank_texts);
  read_optional(settings, "rankImages", config.rank_images);
  config.rank.adaptive = settings.value("margin").IsNull();
  if (!config.rank.adaptive) read_optional(settings, "margin", config.rank.margin);
  read_optional(settings, "hardest", config.hardest);
  read_optional(settings, "hardestMargin", config.hardest_margin);
  read_optional(settings, "textContrast", config.text_contrast);
  read_optional(settings, "softTargets", config.soft_targets);
  read_optional(settings, "softRelations", config.soft_relations);
  read_optional(settings, "softShare", config.soft.share, 1);
  read_optional(settings, "softTemperature", config.soft.temperature);
  read_optional(settings, "softened", config.softened);
  read_optional(settings, "softenedShare", config.softened_share, 1);
  if (!settings.value("levels").IsUndefined()) config.levels = settings.integer("levels", 1);
  read_optional(settings, "crossLevels", config.cross_levels);
  read_optional(settings, "complementary", config.complementary);
  read_optional(settings, "distil", config.distil);
  read_optional(settings, "featureDistil", config.feature_distil);
  read_optional(settings, "teacherContrast", config.teacher_contrast);
  read_optional(settings, "paraphrases", config.paraphrases);
  read_optional(settings, "paraphraseDistance", config.paraphrase_distance);
  config.tile = settings.integer("tile", 1);
  return config;
}

TrainerConfig read_trainer_config(const Settings& settings) {
  TrainerConfig config;
  config.objective = read_objective_config(settings.object("objective"));
  config.structure = read_structure(settings.object("structure"));
  config.augment = read_augment(settings.object("augment"));
  config.optimizer = settings.choice("optimizer", {"adamw", "muon"}) == 0 ? OptimizerKind::adamw
                                                                          : OptimizerKind::muon;
  config.momentum = settings.number("momentum", 0, 1);
  config.beta1 = settings.number("beta1", 0, 1);
  config.beta2 = settings.number("beta2", 0, 1);
  config.epsilon = settings.number("epsilon", 0);
  config.weight_decay = settings.number("weightDecay", 0);
  config.gradient_clip = settings.number("gradientClip", 0);
  config.max_log_scale = settings.number("maxLogScale", 0);
  config.frozen = settings.words("frozen");
  for (const auto& [name, rate] : settings.numbers_by_name("rates", 0)) config.rates[name] = rate;
  if (settings.has("lora")) config.lora = read_lora(settings.object("lora"), config.rates);
  if (settings.has("ema")) config.ema = read_ema(settings.object("ema"));
  if (!settings.value("teacher").IsUndefined() && settings.has("teacher"))
    config.teacher = {.decay = settings.object("teacher").number("decay", 0, 1)};
  return config;
}

}  // namespace anagram::binding
