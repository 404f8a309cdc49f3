#include "nn/buckets.h"

#include <algorithm>
#include <limits>

namespace anagram {

namespace {

// What one more bucket costs, in tokens; below this a bucket's kernels are mostly calls.
constexpr int64_t kBucketCost = 64;

}  // namespace

std::vector<Bucket> cut_buckets(const std::vector<int64_t>& sorted, int64_t most) {
  // Only where the length changes is a cut of any use: ends[i] = rows with the i + 1 shortest
  // distinct lengths.
  std::vector<int64_t> ends, lengths;
  const auto rows = static_cast<int64_t>(sorted.size());
  for (int64_t row = 0; row < rows; ++row) {
    if (lengths.empty() || lengths.back() != sorted[row]) {
      lengths.push_back(sorted[row]);
      ends.push_back(row);
    }
    ends.back() = row + 1;
  }
  const auto distinct = static_cast<int64_t>(ends.size());

  // best[k][i]: fewest tokens for the first i distinct lengths in k buckets; from[k][i]: where the
  // last one begins.
  constexpr auto unreachable = std::numeric_limits<int64_t>::max() / 2;
  const auto buckets = std::min(most, distinct);
  std::vector<std::vector<int64_t>> best(buckets + 1,
                                         std::vector<int64_t>(distinct + 1, unreachable));
  std::vector<std::vector<int64_t>> from(buckets + 1, std::vector<int64_t>(distinct + 1, 0));
  best[0][0] = 0;
  for (int64_t k = 1; k <= buckets; ++k) {
    for (int64_t i = 1; i <= distinct; ++i) {
      for (int64_t j = 0; j < i; ++j) {
        const auto count = ends[i - 1] - (j > 0 ? ends[j - 1] : 0);
        const auto tokens = best[k - 1][j] + count * lengths[i - 1] + kBucketCost;
        if (tokens < best[k][i]) {
          best[k][i] = tokens;
          from[k][i] = j;
        }
      }
    }
  }

  int64_t k = 1;
  for (int64_t candidate = 2; candidate <= buckets; ++candidate) {
    if (best[candidate][distinct] < best[k][distinct]) k = candidate;
  }
  std::vector<Bucket> cut;
  for (int64_t i = distinct; k > 0; --k) {
    const auto j = from[k][i];
    cut.push_back({j > 0 ? ends[j - 1] : 0, ends[i - 1], lengths[i - 1]});
    i = j;
  }
  std::reverse(cut.begin(), cut.end());
  return cut;
}

}  // namespace anagram
