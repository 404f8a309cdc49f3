"""A randomly initialised CLIP or SigLIP and what open_clip and transformers make of it: features, loss, gradients, trained weights.

Weights, features, gradients are float32. All tensors are written under Anagram's names.
"""

import shutil
from pathlib import Path

import numpy as np
import open_clip
import torch
from open_clip_train.scheduler import cosine_lr
from safetensors.torch import save_file
from transformers import AutoTokenizer

from clip import Clip
from siglip import Siglip

WORDS = "a red blue green cat dog tree cart left of right under on two three 나무 카트 ½ it's".split()
# Vectors that do not decay, though some libraries give them sides of length 1: positions, class token, SigLIP's probe, scale, bias.
SPARED = ("position", "pos_embed", "class_embedding", "probe", "latent", "logit_")


def run(name, architecture, dir, tokenizer, pairs, layouts, libraries, training, keep):
    """Writes `dir`/LAYOUT for each layout, `dir`/data.safetensors and `dir`/LIBRARY-{features,gradients,weights}.safetensors.

    `name` is that of open_clip's own config, or null. `training` is false where features are all that is asked for;
    `training["libraries"]` says who takes the steps. Of trained weights at most `keep` evenly spaced values of each tensor are
    written.
    """
    torch.manual_seed(7)
    folder = Path(dir)
    folder.mkdir(parents=True, exist_ok=True)
    published = name and open_clip.get_model_config(name)
    pixels, texts, ids, lengths = data(architecture, tokenizer, pairs)
    model = Siglip(architecture, published) if architecture.get("family") == "siglip" else Clip(architecture, pixels)
    for layout in layouts:
        shutil.copytree(tokenizer, folder / layout)
        model.write(layout, folder / layout)
    save_file({"pixels": pixels.float(), "ids": ids.float()}, folder / "data.safetensors")
    answer = {"texts": texts, "lengths": lengths, "published": published, "libraries": {}}
    state = {key: value.clone() if training else value for key, value in model.state().items()}
    for library in libraries:
        answer["libraries"][library] = refer(model.towers(library, state), library, pixels, ids, folder, training, keep)
    return answer


def data(architecture, tokenizer, pairs):
    """Pictures of coloured waves that differ from each other, (P, S, S, 3) uint8; texts; their ids (P, L)."""
    random = np.random.default_rng(5)
    size, context = architecture["vision_cfg"]["image_size"], architecture["text_cfg"]["context_length"]
    y, x = np.mgrid[0:size, 0:size] / size
    pictures = []
    for _ in range(pairs):
        wave = [np.sin(2 * np.pi * (random.uniform(0.5, 6) * x + random.uniform(0.5, 6) * y) + random.uniform(0, 6)) for _ in range(3)]
        level = random.uniform(40, 215, 3) + np.stack(wave, -1) * random.uniform(10, 90, 3) + random.normal(0, 6, (size, size, 3))
        pictures.append(np.clip(level, 0, 255).astype(np.uint8))
    texts = [" ".join(random.choice(WORDS, int(random.integers(1, 14)))) for _ in range(pairs)]
    encode = AutoTokenizer.from_pretrained(tokenizer)
    rows = [encode(text, truncation=True, max_length=context)["input_ids"] for text in texts]
    # SigLIP reads what follows a text.
    padding = encode.pad_token_id if architecture.get("family") == "siglip" else 0
    ids = torch.full((pairs, context), padding, dtype=torch.long)
    for place, row in zip(ids, rows):
        place[: len(row)] = torch.tensor(row)
    return torch.from_numpy(np.stack(pictures)), texts, ids, [len(row) for row in rows]


def refer(towers, library, pixels, ids, folder, training, keep):
    towers.model.eval()
    with torch.no_grad():
        images, texts, logits, loss = towers.forward(pixels, ids)
    write(folder / f"{library}-features.safetensors", {"images": images, "texts": texts, "logits": logits})
    answer = {"evalLoss": loss.item()}
    if not training:
        return answer
    towers.model.train()
    loss = towers.forward(pixels, ids)[3]
    loss.backward()
    write(folder / f"{library}-gradients.safetensors", towers.tensors(lambda tensor: tensor.grad, trained=True))
    answer["loss"] = loss.item()
    if library not in training["libraries"]:
        return answer
    return answer | train(towers, loss, pixels, ids, training, keep, folder / f"{library}-weights.safetensors")


def train(towers, loss, pixels, ids, training, keep, path):
    """AdamW with clipping and open_clip's schedule; losses and gradient norms of each step, weights after some. The first step's
    `loss` is there, and its gradients."""
    named = towers.parameters()
    spared = lambda name, p: p.ndim <= 1 or any(part in name for part in SPARED)
    groups = [
        {"params": [p for name, p in named.items() if spared(name, p) == free], "weight_decay": 0 if free else training["weightDecay"]}
        for free in (True, False)
    ]
    betas = training["beta1"], training["beta2"]
    optimizer = torch.optim.AdamW(groups, lr=training["learningRate"], betas=betas, eps=training["epsilon"], fused=True)
    schedule = cosine_lr(optimizer, training["learningRate"], training["warmup"], training["steps"])
    losses, norms, kept = [], [], {"0": sampled(towers.tensors(), keep)}
    for step in range(training["steps"]):
        schedule(step)
        if step > 0:
            optimizer.zero_grad()
            loss = towers.forward(pixels, ids)[3]
            loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(list(named.values()), training["gradientClip"]).item())
        losses.append(loss.item())
        optimizer.step()
        with torch.no_grad():
            named["logit_scale"].clamp_(0, float(np.log(100)))
        if step + 1 in training["keepAfter"]:
            kept[str(step + 1)] = sampled(towers.tensors(), keep)
    write(path, {f"{step}/{name}": tensor for step, tensors in kept.items() for name, tensor in tensors.items()})
    return {"losses": losses, "gradientNorms": norms}


def sampled(tensors, keep):
    """At most `keep` evenly spaced values of each tensor."""
    return {name: tensor.reshape(-1)[:: max(1, -(-tensor.numel() // keep))].float().clone() for name, tensor in tensors.items()}


def write(path, tensors):
    save_file({name: tensor.detach().float().contiguous() for name, tensor in tensors.items()}, path)
