// The reader of triples: what it leaves alone, what it can tell apart, and which texts it reads.
#include "nn/knowledge.h"

#include "batches.h"
#include "check.h"
#include "towers.h"
#include "train/trainer.h"

namespace anagram::test {
namespace {

using torch::Tensor;

ClipConfig reading_config() {
  auto config = tiny_config();
  config.knowledge = {.layers = 2, .weight = 0.5};
  return config;
}

// One token a phrase.
Triples triples_of(const std::vector<int32_t>& texts, const std::vector<int32_t>& tokens) {
  const auto count = static_cast<int64_t>(texts.size());
  return {torch::tensor(tokens, torch::kInt32).view({count, 3, 1}),
          torch::ones({count, 3}, torch::kInt32), torch::tensor(texts, torch::kInt32)};
}

double difference(const Tensor& a, const Tensor& b) { return (a - b).abs().max().item<double>(); }

const auto ids = [] { return torch::tensor({{9, 1, 2, 10}, {9, 3, 4, 10}, {9, 5, 6, 10}}); };
const auto lengths = [] { return torch::tensor({4, 4, 4}); };

CHECK_THAT("knowledge: the towers begin as without it, and a text without triples keeps its row", {
  torch::NoGradGuard no_grad;
  Clip plain(tiny_config(), 3, torch::kCPU), model(reading_config(), 3, torch::kCPU);
  for (const auto& item : plain->tensors())
    expect(item.tensor.equal(model->tensor(item.name)), item.name);
  const auto before = plain->encode_text(ids(), lengths());
  expect(model->encode_text(ids(), lengths()).equal(before), "without triples");
  const auto rows = model->encode_text(ids(), lengths(), triples_of({1}, {1, 2, 3}));
  expect(rows[0].equal(before[0]) && rows[2].equal(before[2]), "other rows change");
  expect(difference(rows[1], before[1]) > 1e-3, "the row does not change");
  expect(std::abs(rows[1].norm().item<double>() - 1) < 1e-6, rows[1].norm());
  // unit(T + λE) leaves T by at most asin λ.
  expect((rows[1] * before[1]).sum().item<double>() >= std::sqrt(1 - 0.25) - 1e-6, "too far");
});

CHECK_THAT("knowledge: who does it to whom is told apart, the order of triples is not", {
  torch::NoGradGuard no_grad;
  auto model = stirred(reading_config());
  const auto row = [&](const std::vector<int32_t>& tokens) {
    const std::vector<int32_t> texts(tokens.size() / 3, 1);
    return model->encode_text(ids(), lengths(), triples_of(texts, tokens))[1];
  };
  expect(difference(row({1, 2, 3}), row({3, 2, 1})) > 1e-3, "head and tail");
  expect(difference(row({1, 2, 3, 4, 5, 6}), row({4, 5, 6, 1, 2, 3})) < 1e-12, "order");
  expect(difference(row({1, 2, 3, 4, 5, 6}), row({1, 2, 3})) > 1e-3, "the second is not read");
});

CHECK_THAT("knowledge: a text's row is the same alone and beside texts of more or fewer triples", {
  torch::NoGradGuard no_grad;
  auto model = stirred(reading_config());
  const auto together = model->encode_text(
      ids(), lengths(), triples_of({0, 0, 1, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7}));
  const auto alone = model->encode_text(ids().slice(0, 2), lengths().slice(0, 2),
                                        triples_of({0, 0}, {2, 3, 4, 5, 6, 7}));
  expect(difference(together[2], alone[0]) < 1e-12, difference(together[2], alone[0]));
});

CHECK_THAT("knowledge: triples follow the texts that are kept", {
  const auto kept = select_triples(triples_of({0, 2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1, 1}),
                                   torch::tensor({1, 2, 3}), 4);
  expect(kept.texts.equal(torch::tensor({1, 1, 2})), kept.texts);
  expect(kept.tokens.flatten().equal(torch::tensor({4, 5, 6, 7, 8, 9, 1, 1, 1}, torch::kInt32)),
         kept.tokens);
});

CHECK_THAT("knowledge: a step reads texts, shuffled texts and paraphrases, and so does its teacher",
           {
             Clip model(reading_config(), 1, torch::kCPU);
             TrainerConfig config;
             config.structure = {.grid = 2,
                                 .image_role = Role::off,
                                 .image_share = 0,
                                 .text_role = Role::negative,
                                 .weight = 0.5};
             config.objective.paraphrase_distance = 1;
             config.objective.feature_distil = 1;
             config.teacher = {.decay = 1};
             auto batch = example_batch(4, 8);
             batch.shuffled_texts = batch.texts.flip(1).contiguous();
             batch.shuffled_text_lengths = torch::tensor({3, 0, 5, 0}, torch::kInt32);
             batch.paraphrases = batch.texts.slice(0, 2, 4).contiguous();
             batch.paraphrase_lengths = batch.text_lengths.slice(0, 2, 4).contiguous();
             batch.paraphrase_rows = torch::tensor({2, 3}, torch::kInt32);
             // Of the texts 2 and 3, of what is shuffled of 0 and 1, and of both paraphrases, texts
             // 8 and 9.
             const std::vector<int32_t> tokens = {1, 2, 3, 4, 5, 6, 7, 8, 1,
                                                  3, 3, 2, 1, 2, 3, 4, 5, 6};
             batch.triples = triples_of({2, 3, 4, 5, 8, 9}, tokens);
             const auto terms = Trainer(model, config).step(batch, 0).terms;
             expect(terms.at("paraphraseDistance") < 1e-9, terms.at("paraphraseDistance"));
             expect(terms.at("featureDistil") < 1e-9, terms.at("featureDistil"));
             batch.triples = triples_of({2, 3, 8, 9}, {1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6});
             const auto unread = Trainer(model, config).step(batch, 0).terms;
             expect(std::abs(unread.at("structureTexts") - terms.at("structureTexts")) > 1e-6,
                    "shuffled texts are not read");
             batch.triples = triples_of({2, 3, 8, 9}, {1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3});
             expect(Trainer(model, config).step(batch, 0).terms.at("paraphraseDistance") > 1e-6,
                    "paraphrases are not read");
           });

CHECK_THAT("knowledge: the tags of regions are read too", {
  auto given = reading_config();
  given.regions = {.width = 3, .layers = 1};
  Clip model(given, 1, torch::kCPU);
  TrainerConfig config;
  config.objective.cross_levels = 1;
  auto batch = example_batch(4, 8);
  batch.paraphrases = batch.texts.slice(0, 0, 1).contiguous();
  batch.paraphrase_lengths = batch.text_lengths.slice(0, 0, 1).contiguous();
  batch.paraphrase_rows = torch::tensor({0}, torch::kInt32);
  batch.region_features = torch::arange(9, torch::kFloat32).view({3, 3}).sin();
  batch.region_counts = torch::tensor({1, 2}, torch::kInt32);
  batch.region_rows = torch::tensor({{1, 2}}, torch::kInt32);
  batch.tags = batch.texts.slice(0, 2, 4).contiguous();
  batch.tag_lengths = batch.text_lengths.slice(0, 2, 4).contiguous();
  batch.tag_groups = torch::tensor({0, 1}, torch::kInt32);
  const auto term = [&] { return Trainer(model, config).step(batch, 0).terms.at("crossLevels"); };
  const auto unread = term();
  // Behind four texts and a paraphrase: of the second tag.
  batch.triples = triples_of({6}, {1, 2, 3});
  expect(std::abs(term() - unread) > 1e-6, "tags are not read");
});

CHECK_THAT("knowledge: triples that fit no text, and a model that reads none, are refused", {
  torch::NoGradGuard no_grad;
  auto model = stirred(reading_config());
  const auto refuse = [&](const Triples& triples, const std::string& part) {
    expect_refusal([&] { model->encode_text(ids(), lengths(), triples); }, part);
  };
  refuse(triples_of({3}, {1, 2, 3}), "texts from 0 to 2, received 3");
  refuse(triples_of({0}, {1, 2, 11}), "token ids from 0 to 10, received 11");
  refuse(triples_of({1, 0}, {1, 2, 3, 4, 5, 6}), "ascending order");
  auto long_phrase = triples_of({0}, {1, 2, 3});
  long_phrase.lengths[0][1] = 2;
  refuse(long_phrase, "lengths from 1 to 1, received 2");
  expect_refusal(
      [&] {
        stirred(tiny_config())->encode_text(ids(), lengths(), triples_of({0}, {1, 2, 3}));
      },
      "reads no triples, received 1");
  auto config = reading_config();
  config.knowledge->weight = 0;
  expect_refusal([&] { Clip(config, 1, torch::kCPU); }, "positive knowledge weight, received 0");
});

}  // namespace
}  // namespace anagram::test
