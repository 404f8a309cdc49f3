"""Writes regions.safetensors: PyramidCLIP's region branch for pictures with one to four regions, by PyTorch's own encoder.

The reference is nn.TransformerEncoder in double precision over the class token and padded regions, the padding masked; weights are
rounded to bfloat16 first, so that both sides start from the same numbers. They stand under Anagram's names.

    pip install torch==2.13.0
    python make-regions-golden.py
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

WIDTH, HEADS, HIDDEN, LAYERS, READ, DIMENSION, NUMBERS = 12, 2, 24, 3, 2, 8, 7
COUNTS = [2, 1, 4, 2]  # regions of each picture


def rounded(tensor):
    return tensor.detach().bfloat16().double()


def main():
    torch.manual_seed(6)
    layer = torch.nn.TransformerEncoderLayer(
        WIDTH, HEADS, HIDDEN, dropout=0.0, activation=F.gelu, batch_first=True, norm_first=True, dtype=torch.float64
    )
    encoder = torch.nn.TransformerEncoder(layer, READ, norm=None, enable_nested_tensor=False)
    before, after = (torch.nn.LayerNorm(WIDTH, dtype=torch.float64) for _ in range(2))
    shapes = {"class_embedding": (WIDTH,), "proj": (WIDTH, DIMENSION), "projection": (NUMBERS, WIDTH)}
    loose = {name: torch.nn.Parameter(torch.randn(shape, dtype=torch.float64)) for name, shape in shapes.items()}
    with torch.no_grad():
        for parameter in [*encoder.parameters(), *before.parameters(), *after.parameters(), *loose.values()]:
            parameter.copy_(rounded(parameter + 0.3 * torch.randn_like(parameter)))

    features = rounded(torch.randn(sum(COUNTS), NUMBERS, dtype=torch.float64))
    x = torch.zeros(len(COUNTS), 1 + max(COUNTS), WIDTH, dtype=torch.float64)
    mask = torch.ones(x.shape[:2], dtype=torch.bool)  # True: there is none
    with torch.no_grad():
        for at, (count, own) in enumerate(zip(COUNTS, features.split(COUNTS))):
            x[at, 0] = loose["class_embedding"]
            x[at, 1 : 1 + count] = own @ loose["projection"]
            mask[at, : 1 + count] = False
        read = encoder(before(x), src_key_padding_mask=mask)[:, 0]
        embedding = F.normalize(after(read) @ loose["proj"], dim=-1)

    names = {"self_attn.": "attn.", "linear1": "mlp.c_fc", "linear2": "mlp.c_proj", "norm1": "ln_1", "norm2": "ln_2"}
    weights = {
        "visual.class_embedding": loose["class_embedding"],
        "visual.proj": loose["proj"],
        "regions.projection": loose["projection"],
    }
    for name, value in encoder.state_dict().items():
        for theirs, ours in names.items():
            name = name.replace(theirs, ours)
        _, number, rest = name.split(".", 2)
        weights[f"visual.transformer.resblocks.{int(number) + LAYERS - READ}.{rest}"] = value
    for norm, ours in [(before, "ln_pre"), (after, "ln_post")]:
        for name, value in norm.state_dict().items():
            weights[f"visual.{ours}.{name}"] = value
    tensors = {f"weights/{name}": value.detach().bfloat16().contiguous() for name, value in weights.items()}
    tensors |= {"features": features.float(), "counts": torch.tensor(COUNTS, dtype=torch.int32), "regions": embedding.float()}
    shape = {"embedDim": DIMENSION, "width": WIDTH, "heads": HEADS, "mlpRatio": HIDDEN / WIDTH, "layers": LAYERS}
    read = {"width": NUMBERS, "layers": READ}
    path = Path(__file__).parent / "regions.safetensors"
    save_file(tensors, path, metadata={"shape": json.dumps(shape), "regions": json.dumps(read)})
    print(path.name, path.stat().st_size, "bytes")


main()
