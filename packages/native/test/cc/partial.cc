// Training a part of a model: what is frozen, how fast the rest moves, adapters and the average.
#include <cmath>
#include <functional>
#include <map>

#include "batches.h"
#include "check.h"
#include "towers.h"
#include "train/trainer.h"

namespace anagram::test {
namespace {

using torch::Tensor;

std::vector<std::string> names_of(const Clip& model,
                                  const std::function<bool(const std::string&)>& choose) {
  std::vector<std::string> names;
  for (const auto& item : model->tensors()) {
    if (item.trainable && choose(item.name)) names.push_back(item.name);
  }
  return names;
}

bool in_image_tower(const std::string& name) { return name.starts_with("visual."); }

std::map<std::string, Tensor> values_of(const Clip& model) {
  std::map<std::string, Tensor> values;
  for (const auto& item : model->tensors()) values[item.name] = item.tensor.detach().clone();
  return values;
}

TrainerConfig unclipped() {
  TrainerConfig config;
  config.gradient_clip = 0;
  return config;
}

CHECK_THAT("freeze: a frozen tower keeps every bit, running statistics too, and has no state", {
  for (const auto& architecture : {tiny_config(), tiny_resnet_config()}) {
    Clip model(architecture, 1, torch::kCPU);
    auto config = unclipped();
    config.frozen = names_of(model, in_image_tower);
    config.structure = {.grid = 2,
                        .image_role = Role::negative,
                        .image_share = 0.5,
                        .text_role = Role::off,
                        .weight = 0.5};
    Trainer trainer(model, config);
    const auto before = values_of(model);
    for (int step = 0; step < 3; ++step)
      expect(trainer.step(example_batch(4, architecture.vision.image_size, step), 1e-2).applied,
             "");
    for (const auto& [name, value] : values_of(model))
      expect(value.equal(before.at(name)) == in_image_tower(name), name);
    for (const auto& item : trainer.state_tensors())
      expect(item.name.find("visual.") == std::string::npos, item.name);
    for (const auto& parameter : model->parameters())
      expect(parameter.requires_grad() && !parameter.grad().defined(), "a trace is left");
  }
});

CHECK_THAT("freeze: the other tower has the gradients that it has beside a trained one", {
  std::vector<std::map<std::string, Tensor>> moments;
  for (const bool frozen : {false, true}) {
    Clip model(tiny_config(), 1, torch::kCPU);
    auto config = unclipped();
    if (frozen) config.frozen = names_of(model, in_image_tower);
    Trainer trainer(model, config);
    trainer.step(example_batch(4, 8), 1e-3);
    moments.emplace_back();
    for (const auto& item : trainer.state_tensors()) moments.back()[item.name] = item.tensor;
  }
  for (const auto& [name, moment] : moments[1]) expect(moment.equal(moments[0].at(name)), name);
});

CHECK_THAT("freeze: a trainer whose model has nothing left to train, or another name, is refused", {
  Clip model(tiny_config(), 1, torch::kCPU);
  TrainerConfig config;
  config.frozen = names_of(model, [](const std::string&) { return true; });
  expect_refusal([&] { Trainer(model, config); }, "everything is frozen");
  config.frozen = {"visual.nothing"};
  expect_refusal([&] { Trainer(model, config); }, "no tensor named 'visual.nothing'");
});

CHECK_THAT("rates: a parameter moves by its factor of the step, under either optimizer", {
  for (const auto optimizer : {OptimizerKind::adamw, OptimizerKind::muon}) {
    std::vector<std::map<std::string, Tensor>> ends;
    Clip model(tiny_config(), 1, torch::kCPU, torch::kFloat64);
    const auto start = values_of(model);
    for (const double factor : {1.0, 0.25}) {
      for (const auto& [name, value] : start) model->write_tensor(name, value);
      auto config = unclipped();
      config.optimizer = optimizer;
      for (const auto& name : names_of(model, in_image_tower)) config.rates[name] = factor;
      Trainer(model, config).step(example_batch(4, 8), 1e-2);
      ends.push_back(values_of(model));
    }
    for (const auto& [name, value] : start) {
      const double factor = in_image_tower(name) ? 0.25 : 1;
      expect(
          at::allclose((ends[0].at(name) - value) * factor, ends[1].at(name) - value, 1e-9, 1e-12),
          name);
    }
  }
});

LoraConfig adapters() {
  const std::string text = "transformer.resblocks.0.attn.",
                    image = "visual.transformer.resblocks.1.attn.";
  return {.rank = 2,
          .alpha = 6,
          .seed = 9,
          .adapters = {{text + "q_proj", text + "in_proj_weight", 0, 8},
                       {text + "v_proj", text + "in_proj_weight", 16, 8},
                       {image + "out_proj", image + "out_proj.weight", 0, 8, 0.5}}};
}

TrainerConfig with_adapters(const Clip& model) {
  auto config = unclipped();
  config.frozen = names_of(model, [](const std::string&) { return true; });
  config.lora = adapters();
  return config;
}

CHECK_THAT("lora: at the start the model is what it was, and A lies within 1/sqrt(in)", {
  Clip model(tiny_config(), 1, torch::kCPU);
  const auto before = values_of(model);
  Trainer trainer(model, with_adapters(model));
  trainer.step(example_batch(4, 8), 0);
  for (const auto& [name, value] : values_of(model)) expect(value.equal(before.at(name)), name);
  for (const auto& item : trainer.state_tensors()) {
    if (item.name.ends_with("lora_B"))
      expect(item.tensor.count_nonzero().item<int64_t>() == 0 || item.name.starts_with("exp_"),
             item.name);
    if (item.name.ends_with("lora_A") && !item.name.starts_with("exp_")) {
      const double largest = item.tensor.abs().max().item<double>();
      expect(largest <= 1 / std::sqrt(8.0) && largest > 0.1, item.name, ": ", largest);
    }
  }
});

CHECK_THAT(
    "lora: only adapted rows move, to W₀ + (alpha / rank)·B·A, with the rest of the model still", {
      for (const auto optimizer : {OptimizerKind::adamw, OptimizerKind::muon}) {
        Clip model(tiny_config(), 1, torch::kCPU, torch::kFloat64);
        const auto before = values_of(model);
        auto config = with_adapters(model);
        config.optimizer = optimizer;
        Trainer trainer(model, config);
        for (int step = 0; step < 3; ++step) trainer.step(example_batch(4, 8, step), 1e-2);
        auto expected = before;
        for (const auto& [name, matrix, begin, rows, rate] : adapters().adapters) {
          const auto update =
              trainer.state_tensor(name + ".lora_B").mm(trainer.state_tensor(name + ".lora_A"));
          expect(update.abs().max().item<double>() > 1e-4, name, " did not move");
          expected.at(matrix).slice(0, begin, begin + rows).add_(update, 3);
        }
        for (const auto& [name, value] : values_of(model)) {
          expect(at::allclose(value, expected.at(name), 1e-12, 1e-12), name);
        }
      }
    });

CHECK_THAT("lora: the gradients of A and B are those of finite differences", {
  Clip model(tiny_config(), 1, torch::kCPU, torch::kFloat64);
  auto config = with_adapters(model);
  config.beta1 = 0;  // the first moment is the gradient
  config.weight_decay = 0;
  Trainer trainer(model, config);
  const auto batch = example_batch(4, 8);
  auto generator = at::make_generator<at::CPUGeneratorImpl>(3);
  for (const auto& adapter : config.lora->adapters) {
    const auto b = trainer.state_tensor(adapter.name + ".lora_B");
    trainer.write_state(adapter.name + ".lora_B", torch::empty_like(b).normal_(0, 0.3, generator));
  }
  // A step of rate 0 applies what was written, and its own loss is the one before it.
  trainer.step(batch, 0);
  trainer.step(batch, 0);
  for (const auto& adapter : config.lora->adapters) {
    for (const auto* letter : {"A", "B"}) {
      const auto name = adapter.name + ".lora_" + letter;
      const auto values = trainer.state_tensor(name).clone();
      const auto gradient = trainer.state_tensor("exp_avg." + name).clone();
      const auto direction = torch::empty_like(values).normal_(0, 1, generator);
      double losses[2];
      for (const int side : {0, 1}) {
        trainer.write_state(name, values + direction * (side == 0 ? -1e-5 : 1e-5));
        trainer.step(batch, 0);
        losses[side] = trainer.step(batch, 0).loss;
      }
      trainer.write_state(name, values);
      trainer.step(batch, 0);
      trainer.step(batch, 0);
      const double expected = (losses[1] - losses[0]) / 2e-5;
      const double received = (gradient * direction).sum().item<double>();
      expect(std::abs(expected - received) < 1e-7 * (1 + std::abs(expected)) && expected != 0, name,
             ": expected ", expected, ", received ", received);
    }
  }
});

CHECK_THAT(
    "lora: a matrix that is trained itself, rows that are not there and a vector are refused", {
      Clip model(tiny_config(), 1, torch::kCPU);
      auto config = with_adapters(model);
      config.frozen.clear();
      expect_refusal([&] { Trainer(model, config); }, "among what is frozen");
      config = with_adapters(model);
      config.lora->adapters[1].begin = 17;
      expect_refusal([&] { Trainer(model, config); }, "received 8 from 17");
      config.lora->adapters[1].matrix = "ln_final.weight";
      expect_refusal([&] { Trainer(model, config); }, "expected a matrix");
    });

CHECK_THAT(
    "ema: the average follows its formula, with warm-up and without, and leaves out what is frozen",
    {
      for (const bool warmup : {false, true}) {
        Clip model(tiny_resnet_config(), 1, torch::kCPU, torch::kFloat64);
        auto config = unclipped();
        config.ema = EmaConfig{.decay = 0.5, .warmup = warmup};
        config.frozen =
            names_of(model, [](const std::string& name) { return !in_image_tower(name); });
        auto expected = values_of(model);
        Trainer trainer(model, config);
        for (int step = 1; step <= 4; ++step) {
          trainer.step(example_batch(4, 64, step), 1e-2);
          const double decay = warmup ? std::min(0.5, (1.0 + step) / (10.0 + step)) : 0.5;
          for (const auto& [name, value] : values_of(model)) {
            auto& average = expected.at(name);
            average = value.is_floating_point() ? average * decay + value * (1 - decay) : value;
          }
        }
        size_t averaged = 0;
        for (const auto& [key, average, trainable] : trainer.state_tensors()) {
          if (!key.starts_with("ema.")) continue;
          const auto name = key.substr(4);
          ++averaged;
          expect(in_image_tower(name), name, " is frozen");
          expect(at::allclose(average, expected.at(name), 1e-9, 1e-9), name);
        }
        expect(averaged > 20, averaged, " averages");
      }
    });

}  // namespace
}  // namespace anagram::test
