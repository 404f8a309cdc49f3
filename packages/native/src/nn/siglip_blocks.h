// What SigLIP's two towers share: layer norms of epsilon 1e-6, GELU, and first weights as its
// authors' code draws them (big_vision; transformers' SiglipModel likewise): Xavier for every
// matrix of a block, query, key and value each on its own, biases 0.
#pragma once

#include "nn/config.h"
#include "nn/layers.h"
#include "nn/transformer.h"

namespace anagram {

constexpr double kSiglipEpsilon = 1e-6;

Activation siglip_activation(const ClipConfig& config);

Transformer make_siglip_blocks(int64_t width, int64_t heads, int64_t layers, double mlp_ratio,
                               Activation activation, const Fresh& fresh);

void redraw_siglip(Attention& attention, const Fresh& fresh);
void redraw_siglip(Mlp& mlp, const Fresh& fresh);

}  // namespace anagram
