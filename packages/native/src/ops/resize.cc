#include "resize.h"

namespace anagram {

at::Tensor resize(const at::Tensor& pixels, int64_t height, int64_t width) {
  const bool picture = pixels.scalar_type() == at::kByte;
  TORCH_CHECK(
      pixels.dim() == 3 && pixels.numel() > 0 &&
          (picture ? pixels.size(2) == 3 : pixels.is_floating_point()),
      "resize: expected uint8 pixels (height, width, 3) or floats (height, width, channels), "
      "received ",
      pixels.sizes(), " of ", pixels.scalar_type());
  TORCH_CHECK(height > 0 && width > 0, "resize: expected a positive size, received ", height, " × ",
              width);
  // The permuted view is channels-last, the kernel's fast layout; so is its result.
  const auto planes = pixels.contiguous().permute({2, 0, 1}).unsqueeze(0);  // (1, C, H, W)
  const auto resized = at::_upsample_bicubic2d_aa(planes, {height, width}, /*align_corners=*/false);
  return resized.squeeze(0).permute({1, 2, 0}).contiguous();  // (height, width, C)
}

}  // namespace anagram
