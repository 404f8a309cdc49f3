// Exactness of the shortcuts the towers take, and what they refuse.
#include "towers.h"

#include <set>

#include "check.h"
#include "nn/buckets.h"

namespace anagram::test {
namespace {

using torch::Tensor;

double difference(const Tensor& a, const Tensor& b) { return (a - b).abs().max().item<double>(); }

CHECK_THAT("text tower: a text's row is the same alone, padded, and in a batch cut into buckets", {
  torch::NoGradGuard no_grad;
  auto config = tiny_config();
  config.text.context_length = 40;
  auto model = stirred(config);
  auto generator = at::make_generator<at::CPUGeneratorImpl>(5);
  const int64_t rows = 90;
  const auto ids = torch::randint(0, 11, {rows, 40}, generator, torch::kInt32);
  const auto lengths = torch::randint(2, 41, {rows}, generator, torch::kInt32);
  const auto sorted = std::get<0>(lengths.to(torch::kInt64).sort());
  const auto* first = sorted.const_data_ptr<int64_t>();
  expect(cut_buckets({first, first + rows}).size() > 1, "the batch fits one bucket");
  const auto together = model->encode_text(ids, lengths);  // (B, D)
  for (int64_t row = 0; row < rows; ++row) {
    const auto length = lengths[row].item<int64_t>();
    const auto alone = model->encode_text(ids.slice(0, row, row + 1).slice(1, 0, length),
                                          lengths.slice(0, row, row + 1));
    expect(difference(alone[0], together[row]) < 1e-12, "row ", row, " differs by ",
           difference(alone[0], together[row]));
  }
});

CHECK_THAT("text tower: the order of words reaches the result, what follows the end token does not",
           {
             torch::NoGradGuard no_grad;
             auto model = stirred(tiny_config());
             const auto ids = torch::tensor(
                 {{9, 1, 2, 10, 0, 0, 0}, {9, 2, 1, 10, 0, 0, 0}, {9, 1, 2, 10, 5, 6, 7}});
             const auto rows = model->encode_text(ids, torch::tensor({4, 4, 4}));
             expect(difference(rows[0], rows[1]) > 1e-3, "order is lost");
             expect(difference(rows[0], rows[2]) < 1e-12, "the tail is seen");
           });

CHECK_THAT(
    "SigLIP's text tower: pad tokens reach the result, whatever the caller wrote in their place", {
      torch::NoGradGuard no_grad;
      auto model = stirred(tiny_siglip_config());
      const auto lengths = torch::tensor({3, 2});
      const auto row = [&](const Tensor& ids) { return model->encode_text(ids, lengths); };
      const auto narrow = row(torch::tensor({{9, 1, 10}, {9, 10, 0}}));
      const auto wide = row(torch::tensor({{9, 1, 10, 5, 6, 7, 8}, {9, 10, 3, 3, 3, 3, 3}}));
      expect(difference(narrow, wide) < 1e-12, "what follows the text is seen");
      auto other = tiny_siglip_config();
      other.siglip->pad_token = 5;
      const auto filled =
          stirred(other)->encode_text(torch::tensor({{9, 1, 10}}), torch::tensor({3}));
      expect(difference(narrow[0], filled[0]) > 1e-3, "padding is not seen");
      const auto full = torch::tensor({{9, 1, 10, 4, 4, 4, 4}});
      expect(difference(narrow[0], model->encode_text(full, torch::tensor({7}))[0]) < 1e-12,
             "padding is not what the pad token is");
    });

CHECK_THAT("buckets: they cover all rows in order, each as long as its longest text, at most four",
           {
             std::vector<int64_t> lengths;
             for (int64_t length = 2; length < 40; ++length)
               lengths.insert(lengths.end(), 20, length);
             const auto buckets = cut_buckets(lengths);
             expect(buckets.size() == 4, buckets.size());
             int64_t next = 0;
             for (const auto& [begin, end, length] : buckets) {
               expect(begin == next && end > begin && lengths[end - 1] == length, begin, " ", end,
                      " ", length);
               next = end;
             }
             expect(next == static_cast<int64_t>(lengths.size()), next);
             expect(cut_buckets({7, 7, 7}).size() == 1 && cut_buckets({3, 7}).size() == 1,
                    "a bucket that saves nothing");
           });

CHECK_THAT("image tower: bytes and floats of the same picture give the same row, of unit length", {
  torch::NoGradGuard no_grad;
  for (const auto& config : {tiny_config(), tiny_resnet_config()}) {
    auto model = stirred(config);
    const auto bytes = example_pixels(2, config.vision.image_size);
    const auto floats = bytes.permute({0, 3, 1, 2}).to(torch::kFloat32);
    const auto rows = model->encode_image(bytes);
    expect(difference(rows, model->encode_image(floats)) == 0, "bytes and floats differ");
    expect(difference(rows.norm(2, 1), torch::ones({2}, torch::kFloat64)) < 1e-12, rows.norm(2, 1));
  }
});

CHECK_THAT("convolutional stem: as many tokens as the patch stem", {
  auto config = tiny_config();
  const Clip patch(config, 1, torch::kCPU);
  config.vision.stem = Stem::conv;
  const Clip conv(config, 1, torch::kCPU);
  expect(patch->tensor("visual.positional_embedding").sizes() ==
             conv->tensor("visual.positional_embedding").sizes(),
         "");
});

CHECK_THAT("fresh weights: decided by the seed alone, with open_clip's spread", {
  ClipConfig config;
  config.embed_dim = 64;
  config.vision = {.image_size = 32, .width = 128, .heads = 2, .patch_size = 8, .layers = 2};
  config.text = {.context_length = 32, .vocab_size = 1000, .width = 128, .heads = 2, .layers = 2};
  const Clip first(config, 5, torch::kCPU), again(config, 5, torch::kCPU),
      other(config, 6, torch::kCPU);
  for (const auto& [name, tensor, trainable] : first->tensors())
    expect(tensor.equal(again->tensor(name)), name);
  expect(!first->tensor("token_embedding.weight").equal(other->tensor("token_embedding.weight")),
         "seed is ignored");
  const double w = 128;
  const std::vector<std::pair<std::string, double>> spread = {
      {"token_embedding.weight", 0.02},
      {"positional_embedding", 0.01},
      {"text_projection", 1 / std::sqrt(w)},
      {"transformer.resblocks.0.attn.in_proj_weight", 1 / std::sqrt(w)},
      {"transformer.resblocks.0.attn.out_proj.weight", 1 / std::sqrt(w * 4)},
      {"transformer.resblocks.1.mlp.c_fc.weight", 1 / std::sqrt(2 * w)},
      {"transformer.resblocks.1.mlp.c_proj.weight", 1 / std::sqrt(w * 4)},
      {"visual.proj", 1 / std::sqrt(w)},
      {"visual.positional_embedding", 1 / std::sqrt(w)},
      // Uniform within ±b has standard deviation b/√3.
      {"visual.transformer.resblocks.0.attn.in_proj_weight", std::sqrt(6 / (4 * w) / 3)},
      {"visual.transformer.resblocks.0.mlp.c_fc.weight", 1 / std::sqrt(3 * w)},
      {"visual.conv1.weight", 1 / std::sqrt(3 * 3 * 64.0)},
  };
  for (const auto& [name, expected] : spread) {
    const double measured = first->tensor(name).std().item<double>();
    expect(std::abs(measured / expected - 1) < 0.08, name, ": expected ", expected, ", measured ",
           measured);
  }
});

CHECK_THAT("ResNet: parameters and buffers carry open_clip's names", {
  const Clip model(tiny_resnet_config(), 1, torch::kCPU);
  std::set<std::string> names;
  for (const auto& item : model->tensors()) names.insert(item.name);
  for (const auto* name :
       {"visual.conv1.weight", "visual.bn3.running_var", "visual.bn3.num_batches_tracked",
        "visual.layer1.0.conv1.weight", "visual.layer1.0.downsample.0.weight",
        "visual.layer1.0.downsample.1.running_mean", "visual.layer1.1.bn3.weight",
        "visual.layer4.0.conv3.weight", "visual.attnpool.positional_embedding",
        "visual.attnpool.k_proj.bias", "visual.attnpool.c_proj.weight",
        "transformer.resblocks.1.ln_2.bias", "ln_final.weight", "logit_scale"}) {
    expect(names.contains(name), name);
  }
  expect(!names.contains("visual.layer1.1.downsample.0.weight"), "a shortcut where none belongs");
});

CHECK_THAT(
    "towers: wrong shapes, ids, lengths and configs are refused with what was expected and "
    "received",
    {
      torch::NoGradGuard no_grad;
      auto model = stirred(tiny_config());
      const auto long_tensor = [](std::initializer_list<int64_t> values) {
        return torch::tensor(std::vector<int64_t>(values));
      };
      expect_refusal([&] { model->encode_image(example_pixels(1, 9)); },
                     "expected uint8 (count, 8, 8, 3), received [1, 9, 9, 3]");
      expect_refusal(
          [&] {
            model->encode_text(long_tensor({9, 11}).view({1, 2}), long_tensor({2}));
          },
          "token ids from 0 to 10, received 11");
      expect_refusal(
          [&] {
            model->encode_text(long_tensor({9, 10}).view({1, 2}), long_tensor({0}));
          },
          "lengths from 1 to 2, received 0");
      expect_refusal(
          [&] {
            model->encode_text(torch::zeros({1, 8}, torch::kInt64), long_tensor({2}));
          },
          "(count, up to 7), received [1, 8]");
      auto config = tiny_config();
      config.text.heads = 3;
      expect_refusal([&] { Clip(config, 1, torch::kCPU); }, "multiple of its 3 heads, received 8");
      config = tiny_siglip_config();
      config.siglip->pad_token = 11;
      expect_refusal([&] { Clip(config, 1, torch::kCPU); }, "padToken from 0 to 10, received 11");
      config = tiny_siglip_config();
      config.embed_dim = 5;
      expect_refusal([&] { Clip(config, 1, torch::kCPU); }, "width 8, received an embedDim of 5");
      config = tiny_config();
      config.vision.stem = Stem::conv;
      config.vision.patch_size = 6;
      expect_refusal([&] { Clip(config, 1, torch::kCPU); },
                     "power of two as patchSize, received 6");
    });

}  // namespace
}  // namespace anagram::test
