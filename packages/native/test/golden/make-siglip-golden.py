"""Writes siglip.safetensors: a tiny SiglipModel of transformers with random weights, its inputs, features, logits, loss and
every gradient.

The reference is PyTorch in double precision; weights are rounded to bfloat16 first, so that both sides start from the same
numbers. Weights and gradients stand under Anagram's names.

    pip install torch==2.13.0 transformers==5.23.0
    python make-siglip-golden.py
"""

import json
import sys
import types
from pathlib import Path

# torchvision registers operators that this script does not need and that a mismatched build refuses to register.
sys.modules.setdefault("torchvision._meta_registrations", types.ModuleType("torchvision._meta_registrations"))

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import SiglipConfig, SiglipModel

PAIRS, CONTEXT, VOCAB, PAD = 4, 7, 19, 1
TOWER = {"num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 20}
NAMES = [  # transformers' and ours, longest first
    ("vision_model.embeddings.patch_embedding", "visual.conv1"),
    ("vision_model.embeddings.position_embedding.weight", "visual.positional_embedding"),
    ("vision_model.encoder.layers", "visual.transformer.resblocks"),
    ("vision_model.post_layernorm", "visual.ln_post"),
    ("vision_model.head.attention", "visual.attnpool.attn"),
    ("vision_model.head.layernorm", "visual.attnpool.ln"),
    ("vision_model.head", "visual.attnpool"),
    ("text_model.embeddings.token_embedding", "token_embedding"),
    ("text_model.embeddings.position_embedding.weight", "positional_embedding"),
    ("text_model.encoder.layers", "transformer.resblocks"),
    ("text_model.final_layer_norm", "ln_final"),
    ("text_model.head", "text_projection"),
    ("layer_norm1", "ln_1"), ("layer_norm2", "ln_2"), ("self_attn", "attn"), ("fc1", "c_fc"), ("fc2", "c_proj"),
]


def ours(tensors):
    """Under our names, with query, key and value in one."""
    renamed = {}
    for name, tensor in tensors.items():
        for theirs, our in NAMES:
            name = name.replace(theirs, our)
        renamed[name] = tensor
    for name in [name for name in renamed if ".q_proj." in name]:
        thirds = [renamed.pop(name.replace(".q_proj.", f".{letter}_proj.")) for letter in "qkv"]
        renamed[name.replace(".q_proj.", ".in_proj_")] = torch.cat(thirds)
    return renamed


def main():
    torch.manual_seed(3)
    config = SiglipConfig(
        text_config={"hidden_size": 12, "vocab_size": VOCAB, "max_position_embeddings": CONTEXT, "projection_size": 8, **TOWER},
        vision_config={"hidden_size": 8, "image_size": 14, "patch_size": 4, **TOWER},
    )
    config._attn_implementation = "eager"
    model = SiglipModel(config).double().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
        model.logit_scale.fill_(2.0)
        model.logit_bias.fill_(-3.0)
        for parameter in model.parameters():
            parameter.copy_(parameter.bfloat16().double())

    pixels = torch.randint(0, 256, (PAIRS, 14, 14, 3), dtype=torch.uint8)
    lengths = torch.tensor([4, 1, 7, 6])
    ids = torch.randint(2, VOCAB, (PAIRS, CONTEXT))
    for row, length in enumerate(lengths):
        ids[row, length - 1:] = PAD
    out = model(input_ids=ids, pixel_values=(pixels.double().permute(0, 3, 1, 2) / 255 - 0.5) / 0.5, return_loss=True)
    signs = 2 * torch.eye(PAIRS) - 1
    assert torch.allclose(out.loss, -F.logsigmoid(signs * out.logits_per_text).sum() / PAIRS)
    out.loss.backward()

    tensors = {
        "pixels": pixels, "ids": ids.int(), "lengths": lengths.int(),
        "images": out.image_embeds.detach().float(), "texts": out.text_embeds.detach().float(),
        "logits": out.logits_per_image.detach().float().contiguous(), "loss": out.loss.detach().float().reshape(1),
    }
    for name, tensor in ours(dict(model.named_parameters())).items():
        tensors[f"weights/{name}"] = tensor.detach().bfloat16().contiguous()
    for name, tensor in ours({name: parameter.grad for name, parameter in model.named_parameters()}).items():
        tensors[f"gradients/{name}"] = tensor.float().contiguous()
    native = {
        "embedDim": 8, "quickGelu": False, "imageMean": [0.5] * 3, "imageStd": [0.5] * 3, "logitScaleInit": 0,
        "vision": {"kind": "transformer", "imageSize": 14, "patchSize": 4, "width": 8, "layers": 2, "heads": 2, "mlpRatio": 2.5, "stem": "patch"},
        "text": {"contextLength": CONTEXT, "vocabSize": VOCAB, "width": 12, "heads": 2, "layers": 2, "mlpRatio": 20.5 / 12},
        "siglip": {"padToken": PAD, "tanhGelu": True, "logitBiasInit": 0},
    }
    save_file(tensors, Path(__file__).with_name("siglip.safetensors"), metadata={"config": json.dumps(native)})


main()
