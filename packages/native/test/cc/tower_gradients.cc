// Central finite differences in double, along a random direction of every parameter of every tower.
#include "check.h"
#include "towers.h"

namespace anagram::test {
namespace {

using torch::Tensor;

Tensor normal_like(const Tensor& tensor, uint64_t seed) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  return torch::empty(tensor.sizes(), torch::kFloat64).normal_(0, 1, generator);
}

// `features` → (B, D); only parameters whose name `belongs` says yes to must have a gradient, all
// others none.
void expect_gradients(Clip model, const std::function<Tensor()>& features,
                      const std::function<bool(const std::string&)>& belongs) {
  const auto projection = normal_like(features().detach(), 11);
  const auto loss = [&] { return (features() * projection).sum(); };
  loss().backward();
  torch::NoGradGuard no_grad;
  int checked = 0;
  for (const auto& [name, parameter, trainable] : model->tensors()) {
    if (!trainable) continue;
    const auto gradient = parameter.grad();
    expect(gradient.defined() == belongs(name), name, gradient.defined() ? " has a" : " has no",
           " gradient");
    if (!gradient.defined()) continue;
    const auto direction = normal_like(parameter, 13 + checked);
    const double step = 1e-6;
    const auto before = parameter.clone();
    parameter.add_(direction, step);
    const double above = loss().item<double>();
    parameter.copy_(before).sub_(direction, step);
    const double below = loss().item<double>();
    parameter.copy_(before);
    const double numeric = (above - below) / (2 * step);
    const double analytic = (gradient * direction).sum().item<double>();
    expect(std::abs(numeric - analytic) <= 2e-6 * std::max(1.0, std::abs(numeric)), name,
           ": numeric ", numeric, ", analytic ", analytic);
    ++checked;
  }
  expect(checked > 10, "only ", checked, " parameters were checked");
}

void expect_image_gradients(const ClipConfig& config, bool train) {
  auto model = stirred(config);
  const auto pixels = example_pixels(3, config.vision.image_size);
  model->train(train);
  expect_gradients(
      model, [&] { return model->encode_image(pixels); },
      [](const std::string& name) { return name.starts_with("visual."); });
}

void expect_text_gradients(const ClipConfig& config, const Triples& triples = {}) {
  auto model = stirred(config);
  const auto ids =
      torch::tensor({{9, 1, 2, 10, 0, 0, 0}, {9, 10, 0, 0, 0, 0, 0}, {9, 3, 4, 5, 1, 2, 10}});
  const auto lengths = torch::tensor({4, 2, 7});
  expect_gradients(
      model, [&] { return model->encode_text(ids, lengths, triples); },
      [](const std::string& name) {
        return !name.starts_with("visual.") && !name.starts_with("logit_");
      });
}

CHECK_THAT("tower gradients: vision transformer, patch stem, QuickGELU",
           { expect_image_gradients(tiny_config(), true); });

CHECK_THAT("tower gradients: vision transformer, patch stem, GELU, pixels that fill no patch", {
  auto config = tiny_config();
  config.quick_gelu = false;
  config.vision.image_size = 11;
  expect_image_gradients(config, true);
});

CHECK_THAT("tower gradients: vision transformer, convolutional stem", {
  auto config = tiny_config();
  config.vision.stem = Stem::conv;
  config.vision.image_size = 10;
  expect_image_gradients(config, true);
});

CHECK_THAT("tower gradients: ResNet on batch statistics",
           { expect_image_gradients(tiny_resnet_config(), true); });

CHECK_THAT("tower gradients: ResNet on running statistics",
           { expect_image_gradients(tiny_resnet_config(), false); });

CHECK_THAT("tower gradients: text transformer, QuickGELU",
           { expect_text_gradients(tiny_config()); });

CHECK_THAT("tower gradients: SigLIP's image tower, pixels that fill no patch", {
  auto config = tiny_siglip_config();
  config.vision.image_size = 11;
  expect_image_gradients(config, true);
});

CHECK_THAT("tower gradients: SigLIP's text tower, exact GELU", {
  auto config = tiny_siglip_config();
  config.siglip->tanh_gelu = false;
  expect_text_gradients(config);
});

CHECK_THAT("tower gradients: regions through the last block of the vision transformer", {
  auto config = tiny_config();
  config.regions = {.width = 3, .layers = 1};
  auto model = stirred(config);
  const auto features = torch::arange(18, torch::kFloat64).view({6, 3}).sin();
  const auto counts = torch::tensor({2, 1, 3});
  expect_gradients(
      model, [&] { return model->encode_regions(features, counts); },
      [](const std::string& name) {
        return name.starts_with("regions.") ||
               (name.starts_with("visual.") && name != "visual.conv1.weight" &&
                name != "visual.positional_embedding" &&
                !name.starts_with("visual.transformer.resblocks.0."));
      });
});

CHECK_THAT("tower gradients: text transformer and its reader of triples", {
  auto config = tiny_config();
  config.knowledge = {.layers = 2, .weight = 0.7};
  const auto tokens = torch::tensor({1, 2, 3, 0, 4, 0, 5, 6, 2, 0, 7, 8, 9, 0, 1, 2, 3, 4});
  expect_text_gradients(config, {tokens.to(torch::kInt32).view({3, 3, 2}),
                                 torch::tensor({{2, 1, 1}, {2, 1, 2}, {1, 2, 2}}, torch::kInt32),
                                 torch::tensor({0, 0, 2}, torch::kInt32)});
});

CHECK_THAT("tower gradients: text transformer, GELU", {
  auto config = tiny_config();
  config.quick_gelu = false;
  expect_text_gradients(config);
});

}  // namespace
}  // namespace anagram::test
