#include "info_nce.h"

#include <torch/csrc/autograd/custom_function.h>

#include <limits>

namespace anagram {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Log-sum-exp of one direction, fed tile by tile. The maximum starts at the lowest finite number:
// an entry or a whole tile of -inf then adds exactly 0.
class RunningLogSumExp {
 public:
  explicit RunningLogSumExp(const Tensor& like)  // (P)
      : largest_(at::full_like(like, like.scalar_type() == at::kDouble
                                         ? std::numeric_limits<double>::lowest()
                                         : std::numeric_limits<float>::lowest())),
        sum_(at::zeros_like(like)) {}

  void add(Span span, const Tensor& logits) {  // (span, C)
    auto largest = span.of(largest_), sum = span.of(sum_);
    const auto raised = at::maximum(largest, logits.amax(1));
    sum.mul_((largest - raised).exp_()).add_((logits - raised.unsqueeze(1)).exp_().sum(1));
    largest.copy_(raised);
  }

  Tensor value() const { return sum_.log() + largest_; }

 private:
  Tensor largest_, sum_;
};

class InfoNce : public torch::autograd::Function<InfoNce> {
 public:
  static variable_list forward(AutogradContext* context, const Tensor& images, const Tensor& texts,
                               const Tensor& logit_scale, const Tensor& weights,
                               const Tensor& image_groups, const Tensor& text_groups,
                               const Tensor& also_true, int64_t pairs, int64_t tile) {
    const SimilarityMatrix in{images,  texts,        logit_scale, pairs,
                              weights, image_groups, text_groups, also_true};
    RunningLogSumExp over_texts(weights), over_images(weights);
    auto own = at::empty_like(weights);  // (P) logits of the pairs, from the tiles themselves
    for_each_tile(in, tile, [&](Span rows, Span columns) {
      const auto logits = tile_logits(in, rows, columns);
      if (rows.begin < pairs) over_texts.add(rows, logits);
      if (columns.begin < pairs) over_images.add(columns, logits.t());
      if (rows == columns) rows.of(own).copy_(logits.diagonal());
    });
    const auto row_lse = over_texts.value(), column_lse = over_images.value();
    const auto pair_loss = ((row_lse - own) + (column_lse - own)).mul_(0.5);  // (P)

    context->save_for_backward({images, texts, logit_scale, weights, image_groups, text_groups,
                                also_true, row_lse, column_lse});
    context->saved_data["pairs"] = pairs;
    context->saved_data["tile"] = tile;
    context->mark_non_differentiable({pair_loss});
    return {(pair_loss * weights).mean(), pair_loss};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const int64_t pairs = context->saved_data["pairs"].toInt();
    const SimilarityMatrix in{saved[0], saved[1], saved[2], pairs,
                              saved[3], saved[4], saved[5], saved[6]};
    const auto &row_lse = saved[7], &column_lse = saved[8];
    const auto share = in.weights * gradients[0] / (2.0 * static_cast<double>(pairs));  // (P)

    TileGradients sums(in);
    for_each_tile(in, context->saved_data["tile"].toInt(), [&](Span rows, Span columns) {
      const auto logits = tile_logits(in, rows, columns);
      Tensor gradient;  // (R, C) of the loss with respect to the logits: share · softmax
      if (rows.begin < pairs) {
        const auto softmax = (logits - rows.of(row_lse).unsqueeze(1)).exp_();
        gradient = softmax.mul_(rows.of(share).unsqueeze(1));
      }
      if (columns.begin < pairs) {
        const auto softmax = (logits - columns.of(column_lse)).exp_();
        gradient = gradient.defined() ? gradient.addcmul_(softmax, columns.of(share))
                                      : softmax.mul_(columns.of(share));
      }
      // Taken off inside the tile: two large products that nearly cancel would lose the small
      // gradients of a model that has almost converged.
      if (rows == columns) gradient.diagonal().sub_(rows.of(share), 2);
      sums.add(rows, columns, gradient);
    });
    const auto [of_images, of_texts, of_scale] = sums.totals();
    return {of_images, of_texts, of_scale, {}, {}, {}, {}, {}, {}};
  }
};

}  // namespace

InfoNceOutput info_nce(const SimilarityMatrix& in, int64_t tile) {
  TORCH_CHECK(tile >= 1, "InfoNCE: expected a tile of at least 1, received ", tile);
  const auto result = InfoNce::apply(in.images, in.texts, in.logit_scale, in.weights,
                                     in.image_groups, in.text_groups, in.also_true, in.pairs, tile);
  return {result[0], result[1]};
}

}  // namespace anagram
