// The step: what it leaves alone when a number is not finite, that the seed alone decides it, where
// decay goes.
#include "train/trainer.h"

#include "batches.h"
#include "check.h"
#include "towers.h"

namespace anagram::test {
namespace {

using torch::Tensor;

std::vector<Tensor> snapshot(const Clip& model, const Trainer& trainer) {
  std::vector<Tensor> all;
  for (const auto& item : model->tensors()) all.push_back(item.tensor.detach().clone());
  for (const auto& item : trainer.state_tensors()) all.push_back(item.tensor.clone());
  return all;
}

bool equal(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  bool same = a.size() == b.size();
  for (size_t i = 0; same && i < a.size(); ++i)
    same = at::allclose(a[i], b[i], 0, 0, /*equal_nan=*/true);
  return same;
}

TrainerConfig busy() {
  TrainerConfig config;
  config.augment = {.scale = 0.2, .shift = 0.1, .rotation = 10, .contrast = 0.2, .tint = 0.2};
  config.structure = {.grid = 2,
                      .image_role = Role::negative,
                      .image_share = 0.5,
                      .text_role = Role::negative,
                      .weight = 0.5};
  return config;
}

CHECK_THAT(
    "step: a weight that is not finite leaves weights, moments, running statistics and the count "
    "alone",
    {
      for (const auto& config : {tiny_config(), tiny_resnet_config()}) {
        Clip model(config, 1, torch::kCPU);
        Trainer trainer(model, busy());
        trainer.step(example_batch(4, config.vision.image_size), 1e-3);
        auto poisoned = model->tensor("ln_final.weight").detach().clone();
        poisoned[0] = std::numeric_limits<float>::infinity();
        model->write_tensor("ln_final.weight", poisoned);
        const auto before = snapshot(model, trainer);
        const auto result = trainer.step(example_batch(4, config.vision.image_size), 1e-3);
        expect(!result.applied, "the step was applied");
        expect(equal(before, snapshot(model, trainer)), "something changed");
        expect(trainer.step_count() == 1, trainer.step_count());
        for (const auto& parameter : model->parameters())
          expect(!parameter.grad().defined(), "a gradient was left");
      }
    });

CHECK_THAT("step: a batch that is refused leaves everything alone and the model in eval mode", {
  Clip model(tiny_resnet_config(), 1, torch::kCPU);
  Trainer trainer(model, busy());
  const auto before = snapshot(model, trainer);
  auto batch = example_batch(4, 64);
  batch.own_text_index = torch::full({1}, 99, torch::kInt32);
  batch.own_text_offsets.slice(0, 1).fill_(1);
  bool refused = false;
  try {
    trainer.step(batch, 1e-3);
  } catch (const c10::Error&) {
    refused = true;
  }
  expect(refused && !model->is_training(), "refused ", refused);
  expect(equal(before, snapshot(model, trainer)), "something changed");
});

CHECK_THAT("step: the same seeds give the same bits, and running statistics move", {
  for (const auto& config : {tiny_config(), tiny_resnet_config()}) {
    std::vector<std::vector<Tensor>> ends;
    for (int run = 0; run < 2; ++run) {
      Clip model(config, 1, torch::kCPU);
      Trainer trainer(model, busy());
      for (uint64_t step = 0; step < 3; ++step)
        trainer.step(example_batch(4, config.vision.image_size, step), 1e-3);
      if (config.vision.kind == VisionKind::resnet) {
        expect(model->tensor("visual.bn1.running_mean").abs().max().item<double>() > 0,
               "running mean stays 0");
        expect(model->tensor("visual.bn1.num_batches_tracked").item<int64_t>() == 3,
               "batches are not counted");
      }
      ends.push_back(snapshot(model, trainer));
    }
    expect(equal(ends[0], ends[1]), "two runs differ");
  }
});

CHECK_THAT(
    "step: with all gradients zero, decay shrinks matrices and spares gains, biases, positions and "
    "logit scale",
    {
      Clip model(tiny_config(), 1, torch::kCPU);
      TrainerConfig config;
      config.objective.contrastive = 0;
      config.weight_decay = 0.5;
      Trainer trainer(model, config);
      const auto names = model->tensors();
      const auto before = snapshot(model, trainer);
      expect(trainer.step(example_batch(3, 8), 0.1).applied, "not applied");
      for (size_t i = 0; i < names.size(); ++i) {
        const auto& [name, after, trainable] = names[i];
        const bool decayed =
            after.dim() > 1 && name.find("positional_embedding") == std::string::npos;
        const auto expected = decayed ? before[i] * 0.95 : before[i];
        expect(at::allclose(after, expected, 1e-6, 1e-8), name);
      }
    });

CHECK_THAT("step: clipping to a norm is one update by the gradient scaled to that norm", {
  // With beta1 = beta2 = 0 the moments are the (scaled) gradient itself.
  std::vector<double> norms;
  double before_clipping = 0;
  for (const double clip : {0.0, 0.01}) {
    Clip model(tiny_config(), 1, torch::kCPU);
    TrainerConfig config;
    config.beta1 = config.beta2 = 0;
    config.gradient_clip = clip;
    Trainer trainer(model, config);
    before_clipping = trainer.step(example_batch(4, 8), 1e-3).gradient_norm;
    double sum = 0;
    for (const auto& [name, tensor, trainable] : trainer.state_tensors()) {
      if (name.starts_with("exp_avg.")) sum += tensor.square().sum().item<double>();
    }
    norms.push_back(std::sqrt(sum));
  }
  expect(before_clipping > 0.01, before_clipping);
  expect(std::abs(norms[0] / before_clipping - 1) < 1e-5, norms[0], " ", before_clipping);
  expect(std::abs(norms[1] / 0.01 - 1) < 1e-3, norms[1]);
});

CHECK_THAT("step: the logit scale is clamped, and stays what it was when it is not trained", {
  auto config = tiny_config();
  config.logit_scale_init = 4.6;
  Clip model(config, 1, torch::kCPU);
  TrainerConfig clamped;
  clamped.max_log_scale = 2;
  const double scale = Trainer(model, clamped).step(example_batch(3, 8), 1e-3).logit_scale;
  expect(std::abs(scale - std::exp(2.0)) < 1e-5, scale);
  model->write_tensor("logit_scale", torch::tensor(4.6));
  clamped.frozen = {"logit_scale"};
  Trainer fixed(model, clamped);
  expect(std::abs(fixed.step(example_batch(3, 8), 1e-3).logit_scale - std::exp(4.6)) < 1e-3,
         "it moved");
  for (const auto& item : fixed.state_tensors())
    expect(item.name.find("logit_scale") == std::string::npos, item.name);
});

CHECK_THAT("step: a batch of one pair has contrastive loss 0", {
  Clip model(tiny_config(), 1, torch::kCPU);
  const auto result = Trainer(model, {}).step(example_batch(1, 8), 1e-3);
  expect(std::abs(result.loss) < 1e-6 && result.applied && result.images_seen == 1, result.loss);
});

CHECK_THAT("step: a frozen teacher stays, a slow one follows, and neither is trained", {
  for (const double decay : {1.0, 0.75}) {
    Clip model(tiny_config(), 1, torch::kCPU);
    TrainerConfig config;
    config.objective.distil = config.objective.feature_distil = 1;
    config.teacher = {.decay = decay};
    const auto start = model->tensor("text_projection").detach().clone();
    Trainer trainer(model, config);
    const auto result = trainer.step(example_batch(4, 8), 1e-2);
    expect(std::abs(result.terms.at("distil")) < 1e-6, "a student that is its teacher");
    expect(trainer.step(example_batch(4, 8), 0).terms.at("distil") > 1e-6, "it does not part");
    const auto end = model->tensor("text_projection").detach();
    // Two updates towards the same weights: the second step had a rate of 0.
    const auto expected = end + (start - end) * decay * decay;
    expect(at::allclose(trainer.state_tensor("teacher.text_projection"), expected, 1e-5, 1e-7),
           decay);
  }
});

CHECK_THAT("step: paraphrases are embedded behind shuffled texts, and only those pairs count", {
  Clip model(tiny_config(), 1, torch::kCPU);
  TrainerConfig config = busy();
  config.objective.paraphrase_distance = 1;
  auto batch = example_batch(4, 8);
  batch.shuffled_texts = batch.texts.flip(1).contiguous();
  batch.shuffled_text_lengths = torch::tensor({3, 0, 5, 0}, torch::kInt32);
  expect(!Trainer(model, config).step(batch, 0).terms.contains("paraphraseDistance"), "no rows");
  const auto rows = torch::tensor({3, 1}, torch::kInt32);
  batch.paraphrases = batch.texts.index_select(0, rows);
  batch.paraphrase_lengths = batch.text_lengths.index_select(0, rows);
  batch.paraphrase_rows = rows;
  const auto same = Trainer(model, config).step(batch, 0).terms;
  expect(same.at("paraphraseDistance") < 1e-9, same.at("paraphraseDistance"));
  batch.paraphrase_rows = torch::tensor({0, 1}, torch::kInt32);
  expect(Trainer(model, config).step(batch, 0).terms.at("paraphraseDistance") > 1e-6, "equal");
});

CHECK_THAT("step: a share of the pictures is shuffled, and too short texts are left out", {
  Clip model(tiny_config(), 1, torch::kCPU);
  auto batch = example_batch(4, 8);
  batch.shuffled_texts = batch.texts.flip(1).contiguous();
  batch.shuffled_text_lengths = torch::tensor({3, 0, 5, 0}, torch::kInt32);
  const auto result = Trainer(model, busy()).step(batch, 1e-3);
  expect(result.images_seen == 6, result.images_seen);
  expect(result.terms.contains("structureImages") && result.terms.contains("structureTexts"),
         "terms are missing");
  batch.shuffled_text_lengths.zero_();
  expect(!Trainer(model, busy()).step(batch, 1e-3).terms.contains("structureTexts"),
         "a term without rows");
});

}  // namespace
}  // namespace anagram::test
