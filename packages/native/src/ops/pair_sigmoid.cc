#include "pair_sigmoid.h"

#include <torch/csrc/autograd/custom_function.h>

namespace anagram {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Share of a tile's entries in the loss: the mean weight of the pairs that its row and its column
// belong to. (R, 1), (1, C) or (R, C).
Tensor entry_weights(const SimilarityMatrix& in, Span rows, Span columns) {
  if (columns.begin >= in.pairs) return rows.of(in.weights).unsqueeze(1);
  if (rows.begin >= in.pairs) return columns.of(in.weights).unsqueeze(0);
  return (rows.of(in.weights).unsqueeze(1) + columns.of(in.weights)) / 2;
}

class PairSigmoid : public torch::autograd::Function<PairSigmoid> {
 public:
  static variable_list forward(AutogradContext* context, const Tensor& images, const Tensor& texts,
                               const Tensor& logit_scale, const Tensor& logit_bias,
                               const Tensor& weights, const Tensor& image_groups,
                               const Tensor& text_groups, const Tensor& also_true, int64_t pairs,
                               int64_t tile) {
    const SimilarityMatrix in{images,  texts,        logit_scale, pairs,
                              weights, image_groups, text_groups, also_true};
    auto pair_loss = at::zeros_like(weights);  // (P)
    for_each_tile(in, tile, [&](Span rows, Span columns) {
      auto logits = tile_logits(in, rows, columns).add_(logit_bias);  // (R, C)
      if (rows == columns) logits.diagonal().neg_();
      const auto losses = at::softplus(logits, 1, /*threshold=*/40);  // (R, C), 0 where masked
      const bool both = rows.begin < pairs && columns.begin < pairs;
      if (rows.begin < pairs) rows.of(pair_loss).add_(losses.sum(1), both ? 0.5 : 1);
      if (columns.begin < pairs) columns.of(pair_loss).add_(losses.sum(0), both ? 0.5 : 1);
    });
    context->save_for_backward(
        {images, texts, logit_scale, logit_bias, weights, image_groups, text_groups, also_true});
    context->saved_data["pairs"] = pairs;
    context->saved_data["tile"] = tile;
    context->mark_non_differentiable({pair_loss});
    return {(pair_loss * weights).mean(), pair_loss};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const int64_t pairs = context->saved_data["pairs"].toInt();
    const SimilarityMatrix in{saved[0], saved[1], saved[2], pairs,
                              saved[4], saved[5], saved[6], saved[7]};
    const auto& logit_bias = saved[3];
    const auto share = gradients[0] / static_cast<double>(pairs);

    TileGradients sums(in);
    auto bias_gradient = at::zeros_like(logit_bias);
    for_each_tile(in, context->saved_data["tile"].toInt(), [&](Span rows, Span columns) {
      auto gradient = tile_logits(in, rows, columns).add_(logit_bias);  // (R, C)
      // A positive's is -σ(-l), not σ(l) - 1: that would round to 0 long before it is.
      if (rows == columns) gradient.diagonal().neg_();
      gradient.sigmoid_();
      if (rows == columns) gradient.diagonal().neg_();
      gradient.mul_(entry_weights(in, rows, columns)).mul_(share);
      sums.add(rows, columns, gradient);
      bias_gradient.add_(gradient.sum());
    });
    const auto [of_images, of_texts, of_scale] = sums.totals();
    return {of_images, of_texts, of_scale, bias_gradient, {}, {}, {}, {}, {}, {}};
  }
};

}  // namespace

PairSigmoidOutput pair_sigmoid(const SimilarityMatrix& in, const Tensor& logit_bias, int64_t tile) {
  TORCH_CHECK(tile >= 1, "sigmoid loss: expected a tile of at least 1, received ", tile);
  const auto result =
      PairSigmoid::apply(in.images, in.texts, in.logit_scale, logit_bias, in.weights,
                         in.image_groups, in.text_groups, in.also_true, in.pairs, tile);
  return {result[0], result[1]};
}

}  // namespace anagram
