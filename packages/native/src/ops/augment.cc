#include "augment.h"

#include <ATen/CPUGeneratorImpl.h>

#include <numbers>

namespace anagram {
namespace {

// The sampler's interpolation and padding modes.
constexpr int64_t kBilinear = 0, kBorder = 1;

// Draws every picture's numbers whether they are used or not, so that switching one change on
// leaves the others' draws as they were. (B, 9) from [-1, 1]: scale, shift x, shift y, rotation,
// contrast, brightness, tint ×3.
at::Tensor draw(int64_t batch, uint64_t seed) {
  const auto generator = at::detail::createCPUGenerator(seed);
  return at::rand({batch, 9}, generator, at::kFloat).mul_(2).sub_(1);
}

// Where each output pixel comes from, in the sampler's coordinates (-1 … 1 across the picture):
// p_in = R⁻¹·(p_out - shift) / zoom. Row and column parts are added by broadcasting, for the
// batched product of affine_grid_generator takes longer than the sampling.
at::Tensor sampling_grid(const at::Tensor& drawn, const AugmentConfig& config,
                         int64_t size) {  // (B, 9) → (B, S, S, 2)
  const auto zoom = 1 + drawn.select(1, 0) * config.scale;
  const auto angle = drawn.select(1, 3) * (config.rotation * std::numbers::pi / 180);
  const auto cosine = (angle.cos() / zoom).unsqueeze(1), sine = (angle.sin() / zoom).unsqueeze(1);
  const auto shift = drawn.slice(1, 1, 3) * (2 * config.shift);                         // (B, 2)
  const auto position = (at::arange(size, drawn.options()) * 2 + 1) / size - 1;         // (S)
  const auto x = position - shift.slice(1, 0, 1), y = position - shift.slice(1, 1, 2);  // (B, S)
  return at::stack({(cosine * x).unsqueeze(1) + (sine * y).unsqueeze(2),
                    (cosine * y).unsqueeze(2) - (sine * x).unsqueeze(1)},
                   3);
}

}  // namespace

at::Tensor augment(const at::Tensor& pixels, const AugmentConfig& config, uint64_t seed) {
  TORCH_CHECK(pixels.dim() == 4 && pixels.size(1) == pixels.size(2) && pixels.size(3) == 3 &&
                  pixels.scalar_type() == at::kByte,
              "augment: expected uint8 pixels (batch, size, size, 3), received ", pixels.sizes(),
              " of ", pixels.scalar_type());
  TORCH_CHECK(config.scale >= 0 && config.scale < 1,
              "augment: expected a scale from 0 to below 1, received ", config.scale);
  const bool warped = config.scale != 0 || config.shift != 0 || config.rotation != 0;
  const bool toned = config.contrast != 0 || config.tint != 0;
  auto images =
      pixels.permute({0, 3, 1, 2}).to(at::kFloat, false, false, at::MemoryFormat::Contiguous);
  if (!warped && !toned) return images;  // (B, 3, S, S)

  const auto drawn = draw(pixels.size(0), seed);  // (B, 9)
  if (warped) {
    const auto grid = sampling_grid(drawn.to(images.device()), config, images.size(3));
    images = at::grid_sampler(images, grid, kBilinear, kBorder, /*align_corners=*/false);
  }
  if (toned) {
    // ((x - mean)·contrast + mean)·brightness·tint as one gain and one offset per channel.
    const auto factors = drawn.slice(1, 4).to(images.device());          // (B, 5)
    const auto contrast = 1 + factors.slice(1, 0, 1) * config.contrast;  // (B, 1)
    const auto colour = (1 + factors.slice(1, 1, 2) * config.contrast) *
                        (1 + factors.slice(1, 2, 5) * config.tint);     // (B, 3)
    const auto mean = images.mean({1, 2, 3}).unsqueeze(1);              // (B, 1)
    const auto gain = (contrast * colour).unsqueeze(-1).unsqueeze(-1);  // (B, 3, 1, 1)
    const auto offset = ((1 - contrast) * mean * colour).unsqueeze(-1).unsqueeze(-1);
    images.mul_(gain).add_(offset).clamp_(0, 255);
  }
  return images;
}

}  // namespace anagram
