#include "resize_grid.h"

namespace anagram {

at::Tensor resize_grid(const at::Tensor& values, int64_t height, int64_t width) {
  TORCH_CHECK(values.dim() == 3 && values.numel() > 0 && values.is_floating_point(),
              "resizeGrid: expected floats (height, width, channels), received ",
              values.scalar_type(), " ", values.sizes(), ".");
  const auto planes = values.permute({2, 0, 1}).unsqueeze(0);  // (1, C, H, W)
  const auto resized = at::_upsample_bicubic2d_aa(planes, {height, width}, /*align_corners=*/false);
  return resized.squeeze(0).permute({1, 2, 0}).contiguous();  // (height, width, C)
}

}  // namespace anagram
