"""Writes knowledge.safetensors: Structure-CLIP's knowledge embedding of texts with one to four triples, by PyTorch's own encoder.

The reference is nn.TransformerEncoder in double precision over padded triples, its attention masked; weights are rounded to
bfloat16 first, so that both sides start from the same numbers. They stand under Anagram's names.

    pip install torch==2.13.0
    python make-knowledge-golden.py
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

WIDTH, HEADS, HIDDEN, LAYERS, DIMENSION, VOCAB, LONGEST = 12, 2, 24, 3, 8, 19, 3
COUNTS = [2, 0, 1, 4, 2, 1]  # triples of each text


def rounded(tensor):
    return tensor.detach().bfloat16().double()


def main():
    torch.manual_seed(5)
    layer = torch.nn.TransformerEncoderLayer(
        WIDTH, HEADS, HIDDEN, dropout=0.0, activation=F.gelu, batch_first=True, norm_first=True, dtype=torch.float64
    )
    encoder = torch.nn.TransformerEncoder(layer, LAYERS, norm=None, enable_nested_tensor=False)
    norm = torch.nn.LayerNorm(WIDTH, dtype=torch.float64)
    projection = torch.nn.Parameter(torch.randn(WIDTH, DIMENSION, dtype=torch.float64))
    table = rounded(torch.randn(VOCAB, WIDTH, dtype=torch.float64))
    parameters = [*encoder.parameters(), *norm.parameters(), projection]
    with torch.no_grad():
        for parameter in parameters:
            parameter.copy_(rounded(parameter + 0.3 * torch.randn_like(parameter)))

    triples = [
        [[torch.randint(VOCAB, (1 + int(torch.randint(LONGEST, ())),)) for _ in range(3)] for _ in range(count)]
        for count in COUNTS
    ]
    texts = [row for row, count in enumerate(COUNTS) if count > 0]
    padded = torch.zeros(len(texts), max(COUNTS), WIDTH, dtype=torch.float64)
    mask = torch.ones(padded.shape[:2], dtype=torch.bool)  # True: there is none
    for at, row in enumerate(texts):
        for k, phrases in enumerate(triples[row]):
            head, relation, tail = (table[phrase].mean(0) for phrase in phrases)
            padded[at, k] = head + relation - tail
            mask[at, k] = False
    with torch.no_grad():
        there = (~mask).unsqueeze(2)
        encoded = encoder(padded, src_key_padding_mask=mask)
        mean = torch.where(there, encoded, 0).sum(1) / there.sum(1)
        embedding = F.normalize(norm(mean) @ projection, dim=-1)

    flat = [phrase for of_text in triples for phrases in of_text for phrase in phrases]
    tokens = torch.zeros(len(flat), LONGEST, dtype=torch.int32)
    for at, phrase in enumerate(flat):
        tokens[at, : len(phrase)] = phrase
    names = {"self_attn.": "attn.", "linear1": "mlp.c_fc", "linear2": "mlp.c_proj", "norm1": "ln_1", "norm2": "ln_2"}
    weights = {"token_embedding.weight": table, "knowledge.projection": projection}
    for name, value in encoder.state_dict().items():
        for theirs, ours in names.items():
            name = name.replace(theirs, ours)
        weights[name.replace("layers.", "knowledge.transformer.resblocks.", 1)] = value
    for name, value in norm.state_dict().items():
        weights[f"knowledge.ln_final.{name}"] = value
    tensors = {f"weights/{name}": value.detach().bfloat16().contiguous() for name, value in weights.items()}
    tensors |= {
        "tokens": tokens,
        "lengths": torch.tensor([len(phrase) for phrase in flat], dtype=torch.int32),
        "texts": torch.tensor([row for row, count in enumerate(COUNTS) for _ in range(count)], dtype=torch.int32),
        "knowledge": embedding.float(),
    }
    shape = {
        "embedDim": DIMENSION, "width": WIDTH, "heads": HEADS, "mlpRatio": HIDDEN / WIDTH, "vocabSize": VOCAB, "layers": LAYERS,
    }
    path = Path(__file__).parent / "knowledge.safetensors"
    save_file(tensors, path, metadata={"shape": json.dumps(shape), "rows": json.dumps(texts), "count": json.dumps(len(COUNTS))})
    print(path.name, path.stat().st_size, "bytes")


main()
