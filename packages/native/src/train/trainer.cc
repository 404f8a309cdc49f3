#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "ops/augment.h"
#include "ops/patch_shuffle.h"

namespace anagram {

using torch::Tensor;

namespace {

// Independent streams from the step's one seed (splitmix64).
enum class Stream : uint64_t { augment = 1, shuffled_rows = 2, shuffle = 3 };

uint64_t stream_seed(uint64_t seed, Stream stream) {
  uint64_t z = seed + static_cast<uint64_t>(stream) * 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

void check_length(const char* what, const Tensor& tensor, int64_t length) {
  TORCH_CHECK(tensor.defined() && tensor.dim() == 1 && tensor.size(0) == length, "step: expected ",
              what, " of shape [", length, "], received ",
              tensor.defined() ? tensor.sizes() : at::IntArrayRef{}, ".");
}

void check_batch(const Batch& batch, const ClipConfig& model) {
  const auto side = model.vision.image_size, pairs = batch.pairs;
  const auto& images = batch.images;
  const auto& texts = batch.texts;
  TORCH_CHECK(pairs >= 1, "step: expected at least one pair, received ", pairs, ".");
  TORCH_CHECK(images.dim() == 4 && images.size(0) >= pairs && images.size(1) == side &&
                  images.size(2) == side && images.size(3) == 3 &&
                  images.scalar_type() == torch::kUInt8,
              "step: expected uint8 images (at least ", pairs, ", ", side, ", ", side,
              ", 3), received ", images.scalar_type(), " ", images.sizes(), ".");
  TORCH_CHECK(
      texts.dim() == 2 && texts.size(0) >= pairs && texts.size(1) <= model.text.context_length,
      "step: expected texts (at least ", pairs, ", at most ", model.text.context_length,
      "), received ", texts.sizes(), ".");
  check_length("textLengths", batch.text_lengths, texts.size(0));
  check_length("imageGroups", batch.image_groups, images.size(0));
  check_length("textGroups", batch.text_groups, texts.size(0));
  check_length("weights", batch.weights, pairs);
  const auto& paraphrases = batch.paraphrases;
  TORCH_CHECK(paraphrases.dim() == 2 && paraphrases.size(0) <= pairs &&
                  paraphrases.size(1) == texts.size(1),
              "step: expected paraphrases (at most ", pairs, ", ", texts.size(1), "), received ",
              paraphrases.sizes(), ".");
  check_length("paraphraseLengths", batch.paraphrase_lengths, paraphrases.size(0));
  check_length("paraphraseRows", batch.paraphrase_rows, paraphrases.size(0));
  if (batch.region_counts.defined()) {
    const auto pictures = batch.region_counts.size(0);
    TORCH_CHECK(batch.tags.dim() == 2 && batch.tags.size(0) == pictures &&
                    batch.tags.size(1) == texts.size(1),
                "step: expected tags (", pictures, ", ", texts.size(1), "), received ",
                batch.tags.sizes(), ".");
    check_length("tagLengths", batch.tag_lengths, pictures);
  }
  if (batch.shuffled_texts.size(0) == 0) return;
  TORCH_CHECK(batch.shuffled_texts.dim() == 2 && batch.shuffled_texts.size(0) == pairs &&
                  batch.shuffled_texts.size(1) == texts.size(1),
              "step: expected shuffledTexts (", pairs, ", ", texts.size(1), ") or none, received ",
              batch.shuffled_texts.sizes(), ".");
  check_length("shuffledTextLengths", batch.shuffled_text_lengths, pairs);
}

void check_rate(double learning_rate) {
  TORCH_CHECK(std::isfinite(learning_rate) && learning_rate >= 0,
              "step: expected a learning rate of at least 0, received ", learning_rate, ".");
}

// What a step tells beside its loss.
void describe(const ObjectiveInput& embedded, ObjectiveOutput& objective, StepResult& result) {
  result.images_seen = embedded.images.size(0);
  if (embedded.shuffled_images) result.images_seen += embedded.shuffled_images->size(0);
  result.terms = std::move(objective.terms);
  result.own_margin = objective.own_margin.to(torch::kCPU, torch::kFloat32);
  result.pair_loss = objective.pair_loss.to(torch::kCPU, torch::kFloat32);
}

// Which pairs' pictures are shuffled: a share of them, drawn without repetition, in ascending
// order.
Tensor shuffled_image_rows(int64_t pairs, double share, uint64_t seed) {
  const auto count =
      std::min(pairs, static_cast<int64_t>(std::llround(share * static_cast<double>(pairs))));
  if (count == pairs) return torch::arange(pairs);
  auto generator =
      at::make_generator<at::CPUGeneratorImpl>(stream_seed(seed, Stream::shuffled_rows));
  return std::get<0>(torch::randperm(pairs, generator).slice(0, 0, count).sort());  // (R)
}

bool contains(const std::vector<NamedTensor>& items, const std::string& name) {
  return std::any_of(items.begin(), items.end(),
                     [&](const NamedTensor& item) { return item.name == name; });
}

// The tensors that need no gradient at all; those with an adapter do.
std::vector<NamedTensor> frozen(const Clip& model, const TrainerConfig& config,
                                const std::optional<Lora>& lora) {
  const auto adapted = lora ? lora->matrices() : std::vector<NamedTensor>{};
  std::vector<NamedTensor> items;
  for (const auto& name : config.frozen) {
    if (!contains(adapted, name)) items.push_back({name, model->tensor(name), false});
  }
  for (const auto& [name, tensor, trainable] : adapted) {
    TORCH_CHECK(std::find(config.frozen.begin(), config.frozen.end(), name) != config.frozen.end(),
                "trainer: expected '", name, "', which has an adapter, among what is frozen.");
  }
  return items;
}

std::vector<Parameter> trained(const Clip& model, const TrainerConfig& config,
                               const std::optional<Lora>& lora) {
  const std::set<std::string> left_out(config.frozen.begin(), config.frozen.end());
  std::vector<Parameter> parameters;
  for (const auto& [name, tensor, trainable] : model->tensors()) {
    if (!trainable || left_out.contains(name)) continue;
    const auto rate = config.rates.find(name);
    parameters.push_back({name, tensor, rate == config.rates.end() ? 1 : rate->second});
  }
  if (lora) {
    for (auto& parameter : lora->parameters()) parameters.push_back(std::move(parameter));
  }
  TORCH_CHECK(!parameters.empty(), "trainer: everything is frozen. Expected something to train.");
  return parameters;
}

// What a step may change in the model.
std::vector<NamedTensor> changing(const Clip& model, const std::vector<NamedTensor>& frozen) {
  std::vector<NamedTensor> items;
  for (auto& item : model->tensors()) {
    if (!contains(frozen, item.name)) items.push_back(std::move(item));
  }
  return items;
}

}  // namespace

// A step that has not been kept leaves no trace: running statistics are put back, gradients dropped
// and the model is in eval mode again, also when something throws on the way. What is frozen is so
// within a step alone: another trainer of the same model may freeze something else.
class Attempt {
 public:
  Attempt(Clip& model, Optimizer& optimizer, std::vector<NamedTensor>& frozen)
      : model_(model), optimizer_(optimizer), frozen_(frozen) {
    for (const auto& buffer : model_->buffers()) before_.push_back(buffer.clone());
    for (auto& item : frozen_) item.tensor.requires_grad_(false);
    model_->train();
  }
  ~Attempt() {
    for (auto& item : frozen_) item.tensor.requires_grad_(true);
    for (auto& parameter : model_->parameters()) parameter.mutable_grad().reset();
    optimizer_.drop_gradients();
    model_->eval();
    if (kept_) return;
    const auto buffers = model_->buffers();
    for (size_t i = 0; i < buffers.size(); ++i) buffers[i].copy_(before_[i]);
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  void keep() { kept_ = true; }

 private:
  Clip& model_;
  Optimizer& optimizer_;
  std::vector<NamedTensor>& frozen_;
  std::vector<Tensor> before_;
  bool kept_ = false;
};

Trainer::Trainer(Clip model, const TrainerConfig& config)
    : model_(std::move(model)),
      config_(config),
      lora_(config.lora ? std::make_optional<Lora>(model_, *config.lora) : std::nullopt),
      frozen_(frozen(model_, config, lora_)),
      optimizer_(trained(model_, config, lora_), config) {
  TORCH_CHECK(
      config.objective.sigmoid == 0 || model_->logit_bias.defined(),
      "trainer: the sigmoid term needs a logit bias, which models with SigLIP's towers have. "
      "Give it weight 0 and use the contrastive term.");
  TORCH_CHECK(config.gradient_clip >= 0, "trainer: expected gradientClip of at least 0, received ",
              config.gradient_clip, ".");
  TORCH_CHECK(config.max_log_scale >= 0, "trainer: expected maxLogScale of at least 0, received ",
              config.max_log_scale, ".");
  TORCH_CHECK(config.structure.image_share >= 0 && config.structure.image_share <= 1,
              "trainer: expected structure imageShare from 0 to 1, received ",
              config.structure.image_share, ".");
  TORCH_CHECK(config.teacher || !config.objective.needs_teacher(),
              "trainer: the terms distil, featureDistil and teacherContrast need a teacher.");
  if (config.ema) ema_.emplace(changing(model_, frozen_), *config.ema);
  if (config.teacher) teacher_.emplace(model_, changing(model_, frozen_), *config.teacher);
}

ObjectiveInput Trainer::embed(const Batch& batch) {
  const auto& structure = config_.structure;
  const auto index = [](const Tensor& numbers) { return numbers.to(torch::kInt64); };
  ObjectiveInput in;
  in.pairs = batch.pairs;
  in.image_groups = index(batch.image_groups);
  in.text_groups = index(batch.text_groups);
  in.weights = batch.weights;
  in.own_text_offsets = index(batch.own_text_offsets);
  in.own_text_index = index(batch.own_text_index);
  in.own_image_offsets = index(batch.own_image_offsets);
  in.own_image_index = index(batch.own_image_index);
  in.also_true = index(batch.also_true);
  in.logit_scale = model_->logit_scale.exp();
  in.logit_bias = model_->logit_bias;

  // Shuffled views go through the towers in the same batch as everything else.
  auto pixels = batch.images;  // (NI + R, S, S, 3)
  if (structure.weight != 0 && structure.image_role != Role::off) {
    const auto rows = shuffled_image_rows(batch.pairs, structure.image_share, batch.seed);
    if (rows.numel() > 0) {
      const auto seed = stream_seed(batch.seed, Stream::shuffle);
      pixels =
          at::cat({pixels, shuffle_patches(pixels.index_select(0, rows), structure.grid, seed)});
      in.shuffled_image_rows = rows;
    }
  }
  auto texts = batch.texts, lengths = batch.text_lengths;  // (NT + R' + R", L), (NT + R' + R")
  const auto all_texts = batch.texts.size(0), all_shuffled = batch.shuffled_texts.size(0);
  auto kept = torch::arange(all_texts);  // of all of the batch's texts, those that are embedded
  if (structure.weight != 0 && structure.text_role != Role::off &&
      batch.shuffled_texts.size(0) > 0) {
    const auto rows = batch.shuffled_text_lengths.nonzero().squeeze(1);
    if (rows.numel() > 0) {
      texts = at::cat({texts, batch.shuffled_texts.index_select(0, rows)});
      lengths = at::cat({lengths, batch.shuffled_text_lengths.index_select(0, rows)});
      kept = at::cat({kept, rows + all_texts});
      in.shuffled_text_rows = rows;
    }
  }

  auto given = all_texts + all_shuffled;  // texts of the batch, embedded or not
  if (batch.paraphrases.size(0) > 0) {
    texts = at::cat({texts, batch.paraphrases});
    lengths = at::cat({lengths, batch.paraphrase_lengths});
    kept = at::cat({kept, torch::arange(batch.paraphrases.size(0)) + given});
    given += batch.paraphrases.size(0);
    in.paraphrase_rows = index(batch.paraphrase_rows);
  }

  if (batch.region_counts.defined()) {
    texts = at::cat({texts, batch.tags});
    lengths = at::cat({lengths, batch.tag_lengths});
    kept = at::cat({kept, torch::arange(batch.tags.size(0)) + given});
    given += batch.tags.size(0);
  }

  const auto augmented = augment(pixels.to(model_->device()), config_.augment,
                                 stream_seed(batch.seed, Stream::augment));  // (NI + R, 3, S, S)
  const auto image_rows = model_->encode_image(augmented);                   // (NI + R, D)
  const auto triples = select_triples(batch.triples, kept, given);
  const auto text_rows = model_->encode_text(texts, lengths, triples);  // (NT + R' + R" + K, D)
  const auto images = batch.images.size(0);
  in.images = image_rows.slice(0, 0, images);
  in.texts = text_rows.slice(0, 0, all_texts);
  if (in.shuffled_image_rows) in.shuffled_images = image_rows.slice(0, images);
  const auto shuffled = in.shuffled_text_rows ? in.shuffled_text_rows->size(0) : 0;
  if (in.shuffled_text_rows)
    in.shuffled_texts = text_rows.slice(0, all_texts, all_texts + shuffled);
  const auto reworded = all_texts + shuffled + batch.paraphrases.size(0);
  if (in.paraphrase_rows) in.paraphrases = text_rows.slice(0, all_texts + shuffled, reworded);
  if (batch.region_counts.defined()) {
    in.regions = {model_->encode_regions(batch.region_features, index(batch.region_counts)),
                  text_rows.slice(0, reworded), index(batch.tag_groups), index(batch.region_rows)};
  }
  if (teacher_)
    in.teacher = teacher_->embed(augmented.slice(0, 0, images), batch.texts, batch.text_lengths,
                                 select_triples(triples, torch::arange(all_texts), texts.size(0)));
  return in;
}

struct Trainer::Begun {
  Attempt attempt;
  ObjectiveInput embedded;
  StepResult result;
};

Trainer::~Trainer() = default;

void Trainer::update(StepResult& result, double learning_rate) {
  if (lora_) lora_->backward();
  result.gradient_norm = optimizer_.gradient_norm();
  result.applied = std::isfinite(result.loss) && std::isfinite(result.gradient_norm);
  if (!result.applied) return;
  const auto clip = config_.gradient_clip;
  optimizer_.step(learning_rate,
                  clip > 0 ? std::min(1.0, clip / (result.gradient_norm + 1e-6)) : 1.0);
  if (lora_) lora_->merge();
  const torch::NoGradGuard no_grad;
  auto& log_scale = model_->logit_scale;
  if (log_scale.requires_grad()) log_scale.clamp_(0, config_.max_log_scale);
  if (ema_) ema_->update(optimizer_.step_count());
  if (teacher_) teacher_->update();
}

StepResult Trainer::step(const Batch& batch, double learning_rate) {
  begun_.reset();
  check_batch(batch, model_->config());
  check_rate(learning_rate);
  const at::AutoGradMode with_gradient(true);
  StepResult result;
  {
    Attempt attempt(model_, optimizer_, frozen_);
    const auto embedded = embed(batch);
    auto objective = compute_objective(embedded, config_.objective, config_.structure);
    describe(embedded, objective, result);
    result.loss = objective.loss.item<double>();
    objective.loss.backward();
    update(result, learning_rate);
    if (result.applied) attempt.keep();
  }
  result.logit_scale = std::exp(model_->logit_scale.item<double>());
  return result;
}

Embedded Trainer::begin(const Batch& batch) {
  begun_.reset();
  check_batch(batch, model_->config());
  const at::AutoGradMode with_gradient(true);
  begun_.reset(new Begun{{model_, optimizer_, frozen_}, {}, {}});
  auto& in = begun_->embedded = embed(batch);
  {
    // What the curriculum and the report read of a step, whatever the loss.
    const torch::NoGradGuard no_grad;
    ObjectiveConfig nothing;
    nothing.contrastive = 0;
    auto objective = compute_objective(in, nothing, {});
    describe(in, objective, begun_->result);
  }
  const auto values = [](const Tensor& rows) {
    return rows.detach().to(torch::kCPU, torch::kFloat32).contiguous();
  };
  return {
      values(in.images), values(in.texts), in.logit_scale.item<double>(),
      in.logit_bias.defined() ? std::make_optional(in.logit_bias.item<double>()) : std::nullopt};
}

StepResult Trainer::finish(const EmbeddingGradients& gradients, double learning_rate) {
  TORCH_CHECK(begun_, "finish: expected a step that was begun. Call begin first.");
  check_rate(learning_rate);
  const at::AutoGradMode with_gradient(true);
  StepResult result;
  {
    const auto begun = std::move(begun_);  // gone at the end, whatever happens
    const auto& in = begun->embedded;
    std::vector<Tensor> roots, values;
    const auto send = [&](const Tensor& root, const Tensor& gradient) {
      if (!root.defined() || !root.requires_grad()) return;  // frozen
      TORCH_CHECK(gradient.sizes() == root.sizes(), "finish: expected a gradient of shape ",
                  root.sizes(), ", received ", gradient.sizes(), ".");
      roots.push_back(root);
      values.push_back(gradient.to(root.options()));
    };
    send(in.images, gradients.images);
    send(in.texts, gradients.texts);
    send(in.logit_scale, torch::scalar_tensor(gradients.logit_scale, torch::kFloat64));
    send(in.logit_bias, torch::scalar_tensor(gradients.logit_bias, torch::kFloat64));
    torch::autograd::backward(roots, values);
    result = std::move(begun->result);
    result.loss = gradients.loss;
    update(result, learning_rate);
    if (result.applied) begun->attempt.keep();
  }
  result.logit_scale = std::exp(model_->logit_scale.item<double>());
  return result;
}

std::vector<NamedTensor> Trainer::state_tensors() const {
  auto state = optimizer_.state_tensors();
  const auto add = [&](std::vector<NamedTensor> more) {
    for (auto& item : more) state.push_back(std::move(item));
  };
  if (lora_) add(lora_->state_tensors());
  if (ema_) add(ema_->state_tensors());
  if (teacher_) add(teacher_->state_tensors());
  return state;
}

Tensor Trainer::state_tensor(const std::string& name) const {
  for (const auto& [key, value, trainable] : state_tensors()) {
    if (key == name) return value;
  }
  TORCH_CHECK(false, "trainer: there is no state named '", name,
              "'. Its stateTensors() lists those there are.");
}

void Trainer::write_state(const std::string& name, const Tensor& values) {
  auto target = state_tensor(name);
  TORCH_CHECK(values.numel() == target.numel(), "trainer: expected ", target.numel(),
              " values for '", name, "' of shape ", target.sizes(), ", received ", values.numel(),
              ".");
  target.copy_(values.view(target.sizes()));
}

}  // namespace anagram
