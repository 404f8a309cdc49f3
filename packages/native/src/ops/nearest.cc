#include "nearest.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace anagram {
namespace {

constexpr int64_t kQueryBlock = 256;
constexpr int64_t kRowBlock = 8192;

// The best k of one query so far, best first.
class Best {
 public:
  Best(float* score, int32_t* index, int64_t k) : score_(score), index_(index), k_(k) {}

  // Rows come in rising order, so an equal score never displaces an earlier one.
  void offer(float score, int32_t index) {
    if (score != score) score = -std::numeric_limits<float>::infinity();
    if (held_ == k_ && !(score > score_[k_ - 1])) return;
    int64_t place = std::min(held_, k_ - 1);
    for (; place > 0 && score_[place - 1] < score; --place) {
      score_[place] = score_[place - 1];
      index_[place] = index_[place - 1];
    }
    score_[place] = score;
    index_[place] = index;
    held_ = std::min(held_ + 1, k_);
  }

 private:
  float* score_;
  int32_t* index_;
  int64_t k_;
  int64_t held_ = 0;
};

}  // namespace

Nearest nearest(const at::Tensor& queries, const at::Tensor& rows, int64_t k) {
  TORCH_CHECK(queries.dim() == 2 && rows.dim() == 2 && queries.size(1) == rows.size(1),
              "nearest: expected queries (Q, D) and rows (N, D), received ", queries.sizes(),
              " and ", rows.sizes());
  const int64_t query_count = queries.size(0), row_count = rows.size(0);
  TORCH_CHECK(k >= 1 && k <= row_count, "nearest: expected k from 1 to the ", row_count,
              " rows, received ", k);
  TORCH_CHECK(row_count <= std::numeric_limits<int32_t>::max(),
              "nearest: expected fewer than 2³¹ rows");

  auto index = at::empty({query_count, k}, at::kInt);
  auto score = at::empty({query_count, k}, at::kFloat);
  for (int64_t query = 0; query < query_count; query += kQueryBlock) {
    const auto block = queries.slice(0, query, query + kQueryBlock);  // (q, D)
    std::vector<Best> best;
    for (int64_t q = query; q < query + block.size(0); ++q) {
      best.emplace_back(score.data_ptr<float>() + q * k, index.data_ptr<int32_t>() + q * k, k);
    }
    for (int64_t row = 0; row < row_count; row += kRowBlock) {
      const auto scores = at::mm(block, rows.slice(0, row, row + kRowBlock).t())
                              .to(at::kCPU, at::kFloat)
                              .contiguous();  // (q, n)
      const float* values = scores.data_ptr<float>();
      const int64_t width = scores.size(1);
      at::parallel_for(0, scores.size(0), 1, [&](int64_t begin, int64_t end) {
        for (int64_t q = begin; q < end; ++q) {
          for (int64_t n = 0; n < width; ++n) {
            best[q].offer(values[q * width + n], static_cast<int32_t>(row + n));
          }
        }
      });
    }
  }
  return {index, score};
}

}  // namespace anagram
