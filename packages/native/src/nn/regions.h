// PyramidCLIP's region branch (Gao et al., NeurIPS 2022; Yuting-Gao/PyramidCLIP): what a detector
// says of a picture's regions, read by the last blocks of the image tower. For the features
// f_1 … f_N of one picture's regions (the paper's: 2048 numbers and 4 of the box)
//   R = unit(proj(ln_post(Blocks_last(ln_pre([class; P·f_1; …; P·f_N]))_class)))
// Positions are not added: boxes say where a region is. For training alone; pictures are embedded
// without it.
//
// As in the official code, but for its fixed number of regions: here each picture has its own.
#pragma once

#include "nn/config.h"
#include "nn/image_tower.h"
#include "nn/layers.h"
#include "nn/libtorch.h"

namespace anagram {

class RegionsImpl : public torch::nn::Module {
 public:
  RegionsImpl(const ClipConfig& config, const Fresh& fresh);

  // `features` (ΣN, F), those of a picture side by side; `counts` (K) int64, how many regions each
  // picture has, at least 1. Returns (K, D), not of unit length.
  torch::Tensor forward(const torch::Tensor& features, const torch::Tensor& counts,
                        ImageTower& tower) const;

 private:
  int64_t layers_;
  torch::Tensor projection_;  // (F, W)
};
TORCH_MODULE(Regions);

}  // namespace anagram
