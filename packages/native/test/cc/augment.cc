#include "ops/augment.h"

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>

#include "check.h"

namespace anagram::test {
namespace {

using at::Tensor;

constexpr AugmentConfig kEverything{
    .scale = 0.2, .shift = 0.1, .rotation = 15, .contrast = 0.3, .tint = 0.2};

Tensor noise(int64_t count, int64_t size) {
  const auto generator = at::detail::createCPUGenerator(3);
  return at::randint(0, 256, {count, size, size, 3}, generator, at::kByte);
}

// A bright square of 8 pixels with its centre at (x, y) on black: (count, 48, 48, 3).
Tensor square(int64_t count, int64_t x, int64_t y) {
  auto pixels = at::zeros({count, 48, 48, 3}, at::kByte);
  pixels.narrow(1, y - 4, 8).narrow(2, x - 4, 8).fill_(200);
  return pixels;
}

// Centre of mass along the width (dimension 3) or the height (2): (B).
Tensor centre(const Tensor& images, int64_t dimension) {
  const auto mass = images.sum(dimension == 3 ? at::IntArrayRef{1, 2} : at::IntArrayRef{1, 3});
  const auto position = at::arange(images.size(dimension), at::kFloat) + 0.5;
  return (mass * position).sum(1) / mass.sum(1);
}

bool holds(const Tensor& condition) { return condition.all().item<bool>(); }

CHECK_THAT("augment: with everything 0 the pixels stay what they are", {
  const auto pixels = noise(3, 10);
  const auto images = augment(pixels, {}, 1);
  expect(images.scalar_type() == at::kFloat &&
         images.equal(pixels.permute({0, 3, 1, 2}).to(at::kFloat)));
});

CHECK_THAT("augment: one seed, one result; another seed, another", {
  const auto pixels = noise(4, 12);
  const auto images = augment(pixels, kEverything, 5);
  expect(images.equal(augment(pixels, kEverything, 5)));
  expect(!images.equal(augment(pixels, kEverything, 6)));
});

CHECK_THAT("augment: stays within 0 and 255 and leaves its input alone", {
  const auto pixels = noise(16, 12);
  const auto before = pixels.clone();
  const auto images = augment(pixels, kEverything, 5);
  expect(holds(images.ge(0) & images.le(255)) && pixels.equal(before));
});

CHECK_THAT("augment: an even picture stays even when it is moved, for the border is repeated", {
  const auto pixels = at::full({16, 12, 12, 3}, 77, at::kByte);
  const auto images = augment(pixels, {.scale = 0.3, .shift = 0.3, .rotation = 45}, 2);
  expect(holds((images - 77).abs().lt(1e-3)));
});

CHECK_THAT("augment: a shift moves by at most its part of the width, each picture by its own", {
  const auto images = augment(square(256, 24, 24), {.shift = 0.25}, 9);
  for (const int64_t dimension : {2, 3}) {
    const auto moved = centre(images, dimension) - 24;
    expect(holds(moved.abs().le(0.25 * 48 + 0.01)), moved.abs().max());
    expect(moved.min().item<float>() < -10 && moved.max().item<float>() > 10, "hardly moved");
  }
});

CHECK_THAT("augment: a scale multiplies distances from the centre by its range", {
  const auto images = augment(square(256, 34, 24), {.scale = 0.2}, 9);
  const auto distance = centre(images, 3) - 24;  // was 10
  expect(holds(distance.ge(7.9) & distance.le(12.1)), distance.min(), distance.max());
  expect(distance.min().item<float>() < 8.5 && distance.max().item<float>() > 11.5,
         "hardly scaled");
});

CHECK_THAT("augment: a rotation turns about the centre by at most its degrees", {
  const auto images = augment(square(256, 38, 24), {.rotation = 30}, 9);
  const auto x = centre(images, 3) - 24, y = centre(images, 2) - 24;
  const auto degrees = at::atan2(y, x) * (180 / M_PI);
  expect(holds((x.square() + y.square()).sqrt().sub(14).abs().lt(0.2)), "distance changed");
  expect(holds(degrees.abs().le(30.5)), degrees.abs().max());
  expect(degrees.min().item<float>() < -25 && degrees.max().item<float>() > 25, "hardly turned");
});

CHECK_THAT("augment: what is on the left stays on the left", {
  const auto images = augment(square(256, 12, 24), kEverything, 9);
  expect(holds(images.narrow(3, 0, 24).sum({1, 2, 3}).gt(images.narrow(3, 24, 24).sum({1, 2, 3}))));
});

CHECK_THAT("augment: a tint changes each channel's factor and nothing else", {
  const auto pixels = noise(32, 12).clamp_max(200);
  const auto images = augment(pixels, {.tint = 0.2}, 4);
  const auto before = pixels.permute({0, 3, 1, 2}).to(at::kFloat);
  const auto factor = images.sum({2, 3}) / before.sum({2, 3});  // (32, 3)
  expect(holds((images - before * factor.unsqueeze(2).unsqueeze(3)).abs().lt(1e-2)));
  expect(holds(factor.gt(0.799) & factor.lt(1.201)));
  expect(factor.std(1, true).min().item<float>() > 0, "one factor for all channels");
});

CHECK_THAT("augment: contrast is about the mean, brightness moves it", {
  const auto pixels =
      noise(64, 12).div(4, "floor").add_(90).to(at::kByte);  // 90 … 153: never clamped
  const auto images = augment(pixels, {.contrast = 0.3}, 4);
  const auto before = pixels.permute({0, 3, 1, 2}).to(at::kFloat);
  const auto brightness = images.mean({1, 2, 3}) / before.mean({1, 2, 3});  // (64)
  expect(holds(brightness.gt(0.699) & brightness.lt(1.301)), brightness);
  const auto spread = images.flatten(1).std(1) / before.flatten(1).std(1) / brightness;
  expect(holds(spread.gt(0.699) & spread.lt(1.301)), spread);
  expect(spread.std().item<float>() > 0.1 && brightness.std().item<float>() > 0.1,
         "hardly changed");
});

}  // namespace
}  // namespace anagram::test
