"""Writes lora.safetensors: adapters of PEFT on transformers' CLIPModel with the weights of towers.safetensors.

The reference is PEFT in double precision: gradients of A and B, and the merged projections after three steps of AdamW. B does not
begin at zero here, or A would have no gradient.

    pip install torch==2.13.0 transformers==5.23.0 peft==0.21.2
    python make-golden.py && python make-lora-golden.py
"""

import json
import sys
import types
from pathlib import Path

# torchvision registers operators that this script does not need and that a mismatched build refuses to register.
sys.modules.setdefault("torchvision._meta_registrations", types.ModuleType("torchvision._meta_registrations"))

import torch
from peft import LoraConfig, get_peft_model
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel

HERE = Path(__file__).parent
LABEL, RANK, ALPHA = "vit-quickgelu", 2, 3.0
LEARNING_RATE, BETA1, BETA2, EPSILON, WEIGHT_DECAY, CLIP_NORM = 1e-2, 0.9, 0.98, 1e-5, 0.2, 1.0

with safe_open(HERE / "towers.safetensors", "pt") as stored:
    config = json.loads(stored.metadata()["configs"])[LABEL]
    prefix = f"{LABEL}/weights/"
    weights = {k.removeprefix(prefix): stored.get_tensor(k).double() for k in stored.keys() if k.startswith(prefix)}
    pixels, ids = stored.get_tensor(f"{LABEL}/pixels"), stored.get_tensor("texts").long()


def build():
    vision, text = config["vision"], config["text"]
    shared = {"hidden_act": "quick_gelu", "projection_dim": config["embedDim"]}
    model = CLIPModel(
        CLIPConfig(
            projection_dim=config["embedDim"],
            text_config={
                **shared, "hidden_size": text["width"], "intermediate_size": text["width"] * text["mlpRatio"],
                "num_hidden_layers": text["layers"], "num_attention_heads": text["heads"], "vocab_size": text["vocabSize"],
                "max_position_embeddings": text["contextLength"], "eos_token_id": text["vocabSize"] - 1,
            },
            vision_config={
                **shared, "hidden_size": vision["width"], "intermediate_size": vision["width"] * vision["mlpRatio"],
                "num_hidden_layers": vision["layers"], "num_attention_heads": vision["heads"],
                "image_size": vision["imageSize"], "patch_size": vision["patchSize"],
            },
        )
    ).double()
    state = {"logit_scale": weights["logit_scale"]}
    for ours, theirs in (("visual.", "vision_model"), ("", "text_model")):
        for layer in range(2):
            block, there = f"{ours}transformer.resblocks.{layer}.", f"{theirs}.encoder.layers.{layer}."
            for kind in ("weight", "bias"):
                thirds = weights[f"{block}attn.in_proj_{kind}"].chunk(3)
                for letter, third in zip("qkv", thirds):
                    state[f"{there}self_attn.{letter}_proj.{kind}"] = third
                names = {"attn.out_proj": "self_attn.out_proj", "ln_1": "layer_norm1", "ln_2": "layer_norm2", "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2"}
                for a, b in names.items():
                    state[f"{there}{b}.{kind}"] = weights[f"{block}{a}.{kind}"]
    for kind in ("weight", "bias"):
        state[f"vision_model.pre_layrnorm.{kind}"] = weights[f"visual.ln_pre.{kind}"]
        state[f"vision_model.post_layernorm.{kind}"] = weights[f"visual.ln_post.{kind}"]
        state[f"text_model.final_layer_norm.{kind}"] = weights[f"ln_final.{kind}"]
    state["vision_model.embeddings.class_embedding"] = weights["visual.class_embedding"]
    state["vision_model.embeddings.patch_embedding.weight"] = weights["visual.conv1.weight"]
    state["vision_model.embeddings.position_embedding.weight"] = weights["visual.positional_embedding"]
    state["visual_projection.weight"] = weights["visual.proj"].T
    state["text_model.embeddings.token_embedding.weight"] = weights["token_embedding.weight"]
    state["text_model.embeddings.position_embedding.weight"] = weights["positional_embedding"]
    state["text_projection.weight"] = weights["text_projection"].T
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and all("position_ids" in name for name in missing), (missing, unexpected)
    return model


def contrastive(model):
    x = pixels.double().permute(0, 3, 1, 2) / 255
    x = (x - torch.tensor(config["imageMean"]).double().view(1, 3, 1, 1)) / torch.tensor(config["imageStd"]).double().view(1, 3, 1, 1)
    output = model(pixel_values=x, input_ids=ids)
    target = torch.arange(len(ids))
    logits = output.logits_per_image
    return (torch.nn.functional.cross_entropy(logits, target) + torch.nn.functional.cross_entropy(logits.T, target)) / 2


def main():
    torch.manual_seed(5)
    model = get_peft_model(build(), LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=["q_proj", "k_proj", "v_proj", "out_proj"]))
    tensors, named = {}, []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        module, letter = name.removesuffix(".default.weight").rsplit(".lora_", 1)
        _, _, tower, _, _, layer, _, projection = module.split(".")
        key = f"{'visual.' if tower == 'vision_model' else ''}transformer.resblocks.{layer}.attn.{projection}.lora_{letter}"
        with torch.no_grad():
            parameter.copy_(torch.randn_like(parameter).mul(0.3).float().double())
        named.append((key, parameter))
        tensors[f"start/{key}"] = parameter.detach().float().clone()
    optimizer = torch.optim.AdamW(
        [parameter for _, parameter in named], lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON, weight_decay=WEIGHT_DECAY
    )
    losses = []
    for step in (1, 2, 3):
        optimizer.zero_grad()
        loss = contrastive(model)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([parameter for _, parameter in named], CLIP_NORM)
        losses.append(loss.detach())
        if step == 1:
            for key, parameter in named:
                tensors[f"clippedGradient/{key}"] = parameter.grad.float().clone()
        optimizer.step()
    tensors["losses"] = torch.stack(losses).float()
    merged = model.merge_and_unload().state_dict()
    for tower, prefix in (("vision_model", "visual."), ("text_model", "")):
        for layer in range(2):
            there, here = f"{tower}.encoder.layers.{layer}.self_attn.", f"{prefix}transformer.resblocks.{layer}.attn."
            joint = torch.cat([merged[f"{there}{letter}_proj.weight"] for letter in "qkv"])
            tensors[f"merged/{here}in_proj_weight"] = joint.float().contiguous()
            tensors[f"merged/{here}out_proj.weight"] = merged[f"{there}out_proj.weight"].float().contiguous()
    settings = {
        "learningRate": LEARNING_RATE, "beta1": BETA1, "beta2": BETA2, "epsilon": EPSILON, "weightDecay": WEIGHT_DECAY,
        "gradientClip": CLIP_NORM, "rank": RANK, "alpha": ALPHA,
    }
    path = HERE / "lora.safetensors"
    save_file(tensors, path, metadata={"label": LABEL, "settings": json.dumps(settings)})
    print(path.name, path.stat().st_size, "bytes")


main()
