// Cuts a batch of texts into buckets of similar length, so that little is computed on padding.
#pragma once

#include <cstdint>
#include <vector>

namespace anagram {

struct Bucket {
  int64_t begin, end;  // rows of the batch in order of length
  int64_t length;      // of its longest text
};

// `sorted`: lengths in ascending order, at least one. At most `most` buckets, chosen so that the
// tokens computed are fewest; a bucket must save more than it costs in calls to small kernels to be
// worth opening.
std::vector<Bucket> cut_buckets(const std::vector<int64_t>& sorted, int64_t most = 4);

}  // namespace anagram
