#include "nn/knowledge.h"

#include <cmath>

#include "nn/by_count.h"

namespace anagram {

using torch::Tensor;

namespace {

void check_triples(const Triples& triples, int64_t texts, int64_t vocabulary) {
  const auto& [tokens, lengths, rows] = triples;
  const auto count = triples.count();
  TORCH_CHECK(
      tokens.dim() == 3 && tokens.size(0) == count && tokens.size(1) == 3 && tokens.size(2) >= 1,
      "triples: expected tokens (", count, ", 3, at least 1), received ", tokens.sizes(), ".");
  TORCH_CHECK(lengths.dim() == 2 && lengths.size(0) == count && lengths.size(1) == 3,
              "triples: expected lengths (", count, ", 3), received ", lengths.sizes(), ".");
  const auto within = [](const char* what, const Tensor& values, int64_t least, int64_t most) {
    const auto lowest = values.min().item<int64_t>(), highest = values.max().item<int64_t>();
    TORCH_CHECK(lowest >= least && highest <= most, "triples: expected ", what, " from ", least,
                " to ", most, ", received ", lowest < least ? lowest : highest, ".");
  };
  within("token ids", tokens, 0, vocabulary - 1);
  within("lengths", lengths, 1, tokens.size(2));
  within("texts", rows, 0, texts - 1);
  TORCH_CHECK((rows.slice(0, 1) >= rows.slice(0, 0, count - 1)).all().item<bool>(),
              "triples: expected those of a text side by side, texts in ascending order.");
}

// e = w(head) + w(relation) - w(tail): (N, W).
Tensor embed_triples(const Tensor& table, const Triples& triples) {
  const auto lengths = triples.lengths.to(torch::kInt64).flatten();  // (3N)
  const auto positions = torch::arange(triples.tokens.size(2));
  const auto tokens =
      triples.tokens.to(torch::kInt64)
          .masked_select(positions < triples.lengths.unsqueeze(2));  // phrase by phrase
  constexpr int64_t kMean = 1;
  const auto means = std::get<0>(at::embedding_bag(
      table, tokens.to(table.device()), (lengths.cumsum(0) - lengths).to(table.device()),
      /*scale_grad_by_freq=*/false, kMean));  // (3N, W)
  const auto phrases = means.view({-1, 3, table.size(1)}).unbind(1);
  return phrases[0] + phrases[1] - phrases[2];
}

}  // namespace

Triples select_triples(const Triples& triples, const Tensor& kept, int64_t count) {
  if (triples.count() == 0) return triples;
  const auto places =
      torch::full({count}, -1, torch::kInt64).index_copy_(0, kept, torch::arange(kept.size(0)));
  const auto rows = places.index_select(0, triples.texts.to(torch::kInt64));  // (N)
  const auto chosen = (rows >= 0).nonzero().squeeze(1);
  return {triples.tokens.index_select(0, chosen), triples.lengths.index_select(0, chosen),
          rows.index_select(0, chosen)};
}

KnowledgeImpl::KnowledgeImpl(const ClipConfig& config, const Fresh& fresh)
    : weight_(config.knowledge->weight) {
  const auto& text = config.text;
  const auto activation = config.quick_gelu ? Activation::quick_gelu : Activation::gelu;
  transformer_ = register_module(
      "transformer", Transformer(TransformerConfig{text.width, text.heads, config.knowledge->layers,
                                                   text.mlp_ratio, activation, /*causal=*/false},
                                 fresh));
  ln_final_ = register_module("ln_final", LayerNorm(text.width, fresh));
  projection_ = register_parameter(
      "projection",
      fresh.normal({text.width, config.embed_dim}, 1 / std::sqrt(static_cast<double>(text.width))));
}

Tensor KnowledgeImpl::forward(const Tensor& rows, const Tensor& table,
                              const Triples& triples) const {
  if (triples.count() == 0) return rows;
  check_triples(triples, rows.size(0), table.size(0));
  const auto [texts, _, counts] = at::unique_consecutive(
      triples.texts.to(torch::kInt64), /*return_inverse=*/false, /*return_counts=*/true);  // (M)
  const auto pooled = by_count(embed_triples(table, triples), counts, [&](const Tensor& x) {
    return transformer_->forward(x).mean(1);  // (m, K, W) → (m, W)
  });
  const auto knowledge = unit(at::matmul(ln_final_->forward(pooled), projection_));  // (M, D)
  const auto which = texts.to(rows.device());
  return rows.index_copy(0, which, unit(rows.index_select(0, which) + knowledge * weight_));
}

}  // namespace anagram
