#include "augment.h"

#include <ATen/CPUGeneratorImpl.h>

#include <numbers>

namespace anagram {
namespace {

// Draws every picture's numbers whether they are used or not, so that switching one change on
// leaves the others' draws as they were. (B, 9) from [-1, 1]: scale, shift x, shift y, rotation,
// contrast, brightness, tint ×3.
at::Tensor draw(int64_t batch, uint64_t seed) {
  const auto generator = at::detail::createCPUGenerator(seed);
  return at::rand({batch, 9}, generator, at::kFloat).mul_(2).sub_(1);
}

// Output position → input position, in the sampler's coordinates (-1 … 1 across the picture).
at::Tensor inverse_affine(const at::Tensor& drawn, const AugmentConfig& config) {  // → (B, 2, 3)
  const auto zoom = 1 + drawn.select(1, 0) * config.scale;
  const auto angle = drawn.select(1, 3) * (config.rotation * std::numbers::pi / 180);
  const auto cosine = angle.cos() / zoom, sine = angle.sin() / zoom;  // (B)
  const auto x = drawn.select(1, 1) * (2 * config.shift),
             y = drawn.select(1, 2) * (2 * config.shift);
  // Moved by (x, y), then undone: p_in = R⁻¹·(p_out - (x, y)) / zoom.
  return at::stack({cosine, sine, -(cosine * x + sine * y), -sine, cosine, sine * x - cosine * y},
                   1)
      .view({-1, 2, 3});
}

}  // namespace

at::Tensor augment(const at::Tensor& pixels, const AugmentConfig& config, uint64_t seed) {
  TORCH_CHECK(pixels.dim() == 4 && pixels.size(3) == 3 && pixels.scalar_type() == at::kByte,
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
    const auto theta = inverse_affine(drawn, config).to(images.device());
    const auto grid = at::affine_grid_generator(theta, images.sizes(), /*align_corners=*/false);
    images = at::grid_sampler(images, grid, /*bilinear=*/0, /*border=*/1, /*align_corners=*/false);
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
