#include "info_nce.h"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace anagram {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Span {
  int64_t begin;
  int64_t end;
  Tensor of(const Tensor& tensor) const { return tensor.slice(0, begin, end); }
  bool operator==(const Span&) const = default;
};

std::vector<Span> cut(int64_t begin, int64_t end, int64_t tile) {
  std::vector<Span> spans;
  for (int64_t at = begin; at < end; at += tile) spans.push_back({at, std::min(at + tile, end)});
  return spans;
}

// Off-diagonal entries that are true pairs, so that they are no negatives: equal texts, equal
// pictures (a lone negative has a group only among its own kind) and the pairs listed in also_true.
Tensor true_entries(const InfoNceInput& in, Span rows, Span columns) {
  const bool pair_rows = rows.begin < in.pairs, pair_columns = columns.begin < in.pairs;
  auto mask = at::zeros({rows.end - rows.begin, columns.end - columns.begin},
                        in.images.options().dtype(at::kBool));  // (R, C)
  if (pair_rows) mask |= rows.of(in.text_groups).unsqueeze(1).eq(columns.of(in.text_groups));
  if (pair_columns) mask |= rows.of(in.image_groups).unsqueeze(1).eq(columns.of(in.image_groups));
  if (in.also_true.size(0) > 0) {
    const auto row = in.also_true.select(1, 0) - rows.begin;        // (M)
    const auto column = in.also_true.select(1, 1) - columns.begin;  // (M)
    const auto inside = row.ge(0) & row.lt(mask.size(0)) & column.ge(0) & column.lt(mask.size(1));
    const auto entry = (row * mask.size(1) + column).masked_select(inside);  // (≤ M)
    mask.view(-1).index_fill_(0, entry, true);
  }
  if (rows == columns) mask.fill_diagonal_(false);
  return mask;
}

// s·I·Tᵀ of one tile, true entries off the diagonal at -inf.
Tensor tile_logits(const InfoNceInput& in, Span rows, Span columns) {
  auto logits =
      at::mm(rows.of(in.images), columns.of(in.texts).t()).mul_(in.logit_scale);  // (R, C)
  return logits.masked_fill_(true_entries(in, rows, columns),
                             -std::numeric_limits<double>::infinity());
}

// Visits every tile that has a pair's row or a pair's column. Tiles never straddle P, so that each
// one serves the row direction, the column direction, or both.
template <class Visit>
void for_each_tile(const InfoNceInput& in, int64_t tile, Visit visit) {
  const auto pairs = cut(0, in.pairs, tile);
  const auto lone_images = cut(in.pairs, in.images.size(0), tile);
  const auto lone_texts = cut(in.pairs, in.texts.size(0), tile);
  for (const auto& rows : pairs) {
    for (const auto& columns : pairs) visit(rows, columns);
    for (const auto& columns : lone_texts) visit(rows, columns);
  }
  for (const auto& rows : lone_images) {
    for (const auto& columns : pairs) visit(rows, columns);
  }
}

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
    const InfoNceInput in{images,  texts,        logit_scale, pairs,
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
    const InfoNceInput in{saved[0], saved[1], saved[2], pairs,
                          saved[3], saved[4], saved[5], saved[6]};
    const auto &row_lse = saved[7], &column_lse = saved[8];
    const auto share = in.weights * gradients[0] / (2.0 * static_cast<double>(pairs));  // (P)

    auto image_gradient = at::zeros_like(in.images), text_gradient = at::zeros_like(in.texts);
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
      rows.of(image_gradient).addmm_(gradient, columns.of(in.texts));
      columns.of(text_gradient).addmm_(gradient.t(), rows.of(in.images));
    });
    // d loss / d s = Σ gradient_ij · I_i·T_j, which is Σ I ∘ (gradient · T): no further pass.
    auto scale_gradient = (image_gradient * in.images).sum();
    image_gradient.mul_(in.logit_scale);
    text_gradient.mul_(in.logit_scale);
    return {image_gradient, text_gradient, scale_gradient, {}, {}, {}, {}, {}, {}};
  }
};

}  // namespace

InfoNceOutput info_nce(const InfoNceInput& in, int64_t tile) {
  TORCH_CHECK(tile >= 1, "InfoNCE: expected a tile of at least 1, received ", tile);
  const auto result = InfoNce::apply(in.images, in.texts, in.logit_scale, in.weights,
                                     in.image_groups, in.text_groups, in.also_true, in.pairs, tile);
  return {result[0], result[1]};
}

}  // namespace anagram
