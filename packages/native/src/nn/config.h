// Architecture is data: plain structs that mirror NativeClipConfig of lib/binding.ts (open_clip's
// model configs, flattened). Nothing here has behaviour; `check_config` in clip.cc judges the
// values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace anagram {

enum class VisionKind { transformer, resnet };

// `patch`: one strided convolution without bias (CLIP). `conv`: 3×3 stride-2 convolutions with
// batch-free normalisation, then a 1×1 projection; the number of tokens is the same.
enum class Stem { patch, conv };

struct VisionConfig {
  VisionKind kind = VisionKind::transformer;
  int64_t image_size = 224;  // pixels, square
  int64_t width = 768;
  int64_t heads = 12;
  // Transformer only.
  int64_t patch_size = 32;
  int64_t layers = 12;
  double mlp_ratio = 4.0;
  Stem stem = Stem::patch;
  // ResNet only: bottlenecks of the four stages.
  std::array<int64_t, 4> resnet_layers{3, 4, 6, 3};
};

struct TextConfig {
  int64_t context_length = 77;
  int64_t vocab_size = 49408;
  int64_t width = 512;
  int64_t heads = 8;
  int64_t layers = 12;
  double mlp_ratio = 4.0;
};

// SigLIP's towers in place of CLIP's (Zhai et al. 2023): siglip_image.cc and siglip_text.cc. Of the
// other fields the image tower takes those of a transformer with a patch stem.
struct SiglipConfig {
  int64_t pad_token = 1;         // fills a text up to the context length, and is attended to
  bool tanh_gelu = true;         // GELU by its tanh approximation; false: exact, by erf
  double logit_bias_init = -10;  // b
};

// A reader of triples beside the text tower (Huang et al. 2024): knowledge.h.
struct KnowledgeConfig {
  int64_t layers = 6;
  double weight = 0.2;  // λ
};

// PyramidCLIP's region branch (Gao et al. 2022): regions.h.
struct RegionsConfig {
  int64_t width = 2052;  // F, numbers of a region
  int64_t layers = 3;    // blocks of the image tower that read them, the last ones
};

struct ClipConfig {
  int64_t embed_dim = 512;
  bool quick_gelu = true;  // x·σ(1.702x) instead of GELU, in both towers
  std::array<double, 3> image_mean{0.48145466, 0.4578275, 0.40821073};
  std::array<double, 3> image_std{0.26862954, 0.26130258, 0.27577711};
  double logit_scale_init = 2.6592600369327783;  // ln(1/0.07)
  VisionConfig vision;
  TextConfig text;
  std::optional<SiglipConfig> siglip;  // none: CLIP
  std::optional<KnowledgeConfig> knowledge;
  std::optional<RegionsConfig> regions;
};

}  // namespace anagram
