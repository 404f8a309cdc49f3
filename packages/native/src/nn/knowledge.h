// Structure-CLIP's knowledge-enhanced text encoder (Huang et al., AAAI 2024; zjukg/Structure-CLIP):
// a text's scene graph as triples (head, relation, tail), read beside the text itself. For the K
// triples of a text
//   e_k = w(head_k) + w(relation_k) - w(tail_k)       w: mean over the phrase's token embeddings
//   E = unit(P·ln(mean_k Transformer(e_1 … e_K)_k)),  T̃ = unit(T + λ·E)
// so that who does something and to whom it is done change places in sign, not in order. A text
// without triples keeps its row, bit by bit. Range of T·T̃: at least √(1 - λ²) for λ ≤ 1.
//
// Differs from the official code, whose triples go through a pretrained BERT and are read at the
// first of them: the words are the text tower's own, the mean is read, so that the order of triples
// says nothing, and T̃ has unit length like every other row.
#pragma once

#include "nn/config.h"
#include "nn/layers.h"
#include "nn/libtorch.h"
#include "nn/transformer.h"

namespace anagram {

// N triples of some of the texts of a batch; those of a text stand side by side. On the CPU.
struct Triples {
  torch::Tensor tokens;   // int32 (N, 3, C) of head, relation and tail, without start and end token
  torch::Tensor lengths;  // int32 (N, 3) tokens of each phrase, 1 to C
  torch::Tensor texts;    // int32 (N) the row of each triple's text, ascending

  int64_t count() const { return texts.defined() ? texts.size(0) : 0; }
};

// The triples of the texts `kept` (·, ascending) of `count`, which stand at 0, 1, … from then on.
Triples select_triples(const Triples& triples, const torch::Tensor& kept, int64_t count);

class KnowledgeImpl : public torch::nn::Module {
 public:
  KnowledgeImpl(const ClipConfig& config, const Fresh& fresh);

  // `rows` (B, D) of unit length, the texts' own; `table` (V, W) the text tower's token embeddings.
  // Returns (B, D) rows of unit length.
  torch::Tensor forward(const torch::Tensor& rows, const torch::Tensor& table,
                        const Triples& triples) const;

 private:
  double weight_;                     // λ
  Transformer transformer_{nullptr};  // as wide as the text tower
  LayerNorm ln_final_{nullptr};
  torch::Tensor projection_;  // (W, D)
};
TORCH_MODULE(Knowledge);

}  // namespace anagram
