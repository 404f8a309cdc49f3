#include "resize.h"

#include <algorithm>
#include <cmath>
#include <vector>

// One function for CPUs with AVX2 and one for the others, chosen when the addon is loaded.
#if defined(__x86_64__) && defined(__gnu_linux__)
#define ANAGRAM_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define ANAGRAM_CLONES
#endif

namespace anagram {

namespace {

constexpr int kPrecision = 32 - 8 - 2;  // bits; a sum of weights may leave [0, 1]
constexpr int32_t kHalf = 1 << (kPrecision - 1);
constexpr int64_t kChannels = 3;
constexpr int64_t kBlock = 64;  // bytes of a row that are summed at once
constexpr int64_t kRows = 8;    // rows that are summed at once

double triangle(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

// For each of the wanted output positions: from where on inputs are gathered, and with which
// weights.
struct Axis {
  std::vector<int64_t> first, count;
  std::vector<int32_t> weights;  // (positions, taps)
  int64_t taps = 0;

  int64_t positions() const { return static_cast<int64_t>(first.size()); }
  int64_t begin() const { return first.front(); }
  int64_t end() const { return first.back() + count.back(); }
};

int32_t fixed_point(double weight) {
  return static_cast<int32_t>(weight * (1 << kPrecision) + (weight < 0 ? -0.5 : 0.5));
}

Axis gather(int64_t in, int64_t out, int64_t from, int64_t positions, Interpolation interpolation) {
  const bool bicubic = interpolation == Interpolation::bicubic;
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double stretch = std::max(scale, 1.0);
  const double support = (bicubic ? 2.0 : 1.0) * stretch;
  Axis axis;
  axis.taps = static_cast<int64_t>(std::ceil(support)) * 2 + 1;
  axis.weights.assign(positions * axis.taps, 0);
  std::vector<double> weights(axis.taps);
  for (int64_t position = 0; position < positions; position++) {
    const double center = (static_cast<double>(from + position) + 0.5) * scale;
    const int64_t first = std::max<int64_t>(0, static_cast<int64_t>(center - support + 0.5));
    const int64_t count = std::min(in, static_cast<int64_t>(center + support + 0.5)) - first;
    double sum = 0;
    for (int64_t tap = 0; tap < count; tap++) {
      const double x = (static_cast<double>(tap + first) - center + 0.5) * (1.0 / stretch);
      weights[tap] = bicubic ? cubic(x) : triangle(x);
      sum += weights[tap];
    }
    for (int64_t tap = 0; tap < count; tap++) {
      const double weight = sum != 0 ? weights[tap] / sum : weights[tap];
      axis.weights[position * axis.taps + tap] = fixed_point(weight);
    }
    axis.first.push_back(first);
    axis.count.push_back(count);
  }
  return axis;
}

inline uint8_t level(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> kPrecision, 0, 255));
}

// Along the rows: `in` (rows, width, 3) → `out` (rows, positions, 3). A few rows go side by side, a
// channel of each beside that of the next, so that one weight meets many values that lie together.
ANAGRAM_CLONES
void blend_columns(const uint8_t* in, int64_t rows, int64_t width, const Axis& axis, uint8_t* out) {
  const int64_t values = width * kChannels, positions = axis.positions();
  std::vector<int32_t> together(values * kRows);
  for (int64_t row = 0; row < rows; row += kRows) {
    const int64_t count = std::min(kRows, rows - row);
    for (int64_t r = 0; r < count; r++) {
      for (int64_t i = 0; i < values; i++) together[i * kRows + r] = in[(row + r) * values + i];
    }
    for (int64_t position = 0; position < positions; position++) {
      const int32_t* weights = &axis.weights[position * axis.taps];
      const int32_t* pixel = &together[axis.first[position] * kChannels * kRows];
      int32_t sums[kChannels * kRows];
      std::fill_n(sums, kChannels * kRows, kHalf);
      for (int64_t tap = 0; tap < axis.count[position]; tap++, pixel += kChannels * kRows) {
        const int32_t weight = weights[tap];
        for (int64_t i = 0; i < kChannels * kRows; i++) sums[i] += pixel[i] * weight;
      }
      for (int64_t r = 0; r < count; r++) {
        uint8_t* pixel_out = out + ((row + r) * positions + position) * kChannels;
        for (int64_t c = 0; c < kChannels; c++) pixel_out[c] = level(sums[c * kRows + r]);
      }
    }
  }
}

// Across the rows: `in` (…, width), whose first row is row `offset` of the picture → `out`
// (positions, width).
ANAGRAM_CLONES
void blend_rows(const uint8_t* in, int64_t offset, int64_t width, const Axis& axis, uint8_t* out) {
  for (int64_t position = 0; position < axis.positions(); position++, out += width) {
    const int32_t* weights = &axis.weights[position * axis.taps];
    const uint8_t* top = in + (axis.first[position] - offset) * width;
    for (int64_t start = 0; start < width; start += kBlock) {
      const int64_t length = std::min(kBlock, width - start);
      int32_t sums[kBlock];
      std::fill_n(sums, kBlock, kHalf);
      const uint8_t* row = top + start;
      for (int64_t tap = 0; tap < axis.count[position]; tap++, row += width) {
        for (int64_t i = 0; i < length; i++) sums[i] += row[i] * weights[tap];
      }
      for (int64_t i = 0; i < length; i++) out[start + i] = level(sums[i]);
    }
  }
}

// Adds the step up, as Pillow does, so that the sum's rounding is the same.
std::vector<int64_t> nearest_positions(int64_t in, int64_t out, int64_t from, int64_t positions) {
  const double step = static_cast<double>(in) / static_cast<double>(out);
  double at = step * 0.5;
  std::vector<int64_t> found;
  for (int64_t position = 0; position < from + positions; position++, at += step) {
    if (position >= from) found.push_back(std::min(in - 1, static_cast<int64_t>(at)));
  }
  return found;
}

at::Tensor pick_nearest(const at::Tensor& pixels, const ResizeConfig& config) {
  const int64_t width = pixels.size(1);
  const auto rows =
      nearest_positions(pixels.size(0), config.height, config.top, config.window_height);
  const auto columns = nearest_positions(width, config.width, config.left, config.window_width);
  auto picked = at::empty({config.window_height, config.window_width, kChannels}, at::kByte);
  const uint8_t* in = pixels.const_data_ptr<uint8_t>();
  uint8_t* out = picked.mutable_data_ptr<uint8_t>();
  for (const int64_t row : rows) {
    for (const int64_t column : columns) {
      out = std::copy_n(in + (row * width + column) * kChannels, kChannels, out);
    }
  }
  return picked;
}

at::Tensor blend(const at::Tensor& pixels, const ResizeConfig& config) {
  const int64_t height = pixels.size(0), width = pixels.size(1);
  const Axis down =
      gather(height, config.height, config.top, config.window_height, config.interpolation);
  const Axis across =
      gather(width, config.width, config.left, config.window_width, config.interpolation);
  auto blended = at::empty({config.window_height, config.window_width, kChannels}, at::kByte);
  const uint8_t* in = pixels.const_data_ptr<uint8_t>();
  uint8_t* out = blended.mutable_data_ptr<uint8_t>();
  const int64_t shorter = height - config.height, narrower = width - config.width;
  if (shorter > 0 && shorter > 2 * narrower) {
    const int64_t row = width * kChannels;
    std::vector<uint8_t> between(config.window_height * row);
    blend_rows(in, 0, row, down, between.data());
    blend_columns(between.data(), config.window_height, width, across, out);
  } else {
    const int64_t row = config.window_width * kChannels;
    std::vector<uint8_t> between((down.end() - down.begin()) * row);
    blend_columns(in + down.begin() * width * kChannels, down.end() - down.begin(), width, across,
                  between.data());
    blend_rows(between.data(), down.begin(), row, down, out);
  }
  return blended;
}

}  // namespace

at::Tensor resize(const at::Tensor& pixels, const ResizeConfig& config) {
  TORCH_CHECK(pixels.dim() == 3 && pixels.size(2) == kChannels &&
                  pixels.scalar_type() == at::kByte && pixels.numel() > 0,
              "resize: expected uint8 pixels (height, width, 3), received ", pixels.sizes(), " of ",
              pixels.scalar_type());
  TORCH_CHECK(config.top >= 0 && config.window_height > 0 &&
                  config.top + config.window_height <= config.height && config.left >= 0 &&
                  config.window_width > 0 && config.left + config.window_width <= config.width,
              "resize: expected a window within ", config.height, " × ", config.width,
              ", received ", config.window_height, " × ", config.window_width, " from ", config.top,
              ", ", config.left);
  const auto rows = pixels.contiguous();
  return config.interpolation == Interpolation::nearest ? pick_nearest(rows, config)
                                                        : blend(rows, config);
}

}  // namespace anagram
