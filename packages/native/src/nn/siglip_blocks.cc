#include "nn/siglip_blocks.h"

namespace anagram {

Activation siglip_activation(const ClipConfig& config) {
  return config.siglip->tanh_gelu ? Activation::gelu_tanh : Activation::gelu;
}

Transformer make_siglip_blocks(int64_t width, int64_t heads, int64_t layers, double mlp_ratio,
                               Activation activation, const Fresh& fresh) {
  Transformer transformer(TransformerConfig{width, heads, layers, mlp_ratio, activation,
                                            /*causal=*/false, kSiglipEpsilon},
                          fresh);
  for (auto block : transformer->blocks()) {
    redraw_siglip(block->attn, fresh);
    redraw_siglip(block->mlp, fresh);
  }
  return transformer;
}

void redraw_siglip(Attention& attention, const Fresh& fresh) {
  for (const auto& third : attention->in_proj_weight.detach().chunk(3)) redraw_xavier(third, fresh);
  redraw_xavier(attention->out_proj->weight, fresh);
}

void redraw_siglip(Mlp& mlp, const Fresh& fresh) {
  torch::NoGradGuard no_grad;
  for (auto linear : {mlp->c_fc, mlp->c_proj}) {
    redraw_xavier(linear->weight, fresh);
    linear->bias.zero_();
  }
}

}  // namespace anagram
