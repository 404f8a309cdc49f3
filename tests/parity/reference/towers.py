"""A randomly initialised CLIP and what open_clip and transformers make of it: features, loss, gradients, trained weights.

Weights, features, gradients are float32. All tensors are written under open_clip's names.
"""

import json
import shutil
from pathlib import Path

import numpy as np
import open_clip
import torch
from open_clip.loss import ClipLoss
from open_clip.model import CLIP
from open_clip_train.scheduler import cosine_lr
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPTokenizer

from names import from_transformers, to_transformers
from stem import with_conv_stem

MEAN, STD = open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD
WORDS = "a red blue green cat dog tree cart left of right under on two three 나무 카트 ½ it's".split()


def run(name, architecture, dir, tokenizer, pairs, layouts, libraries, training, keep):
    """Writes `dir`/LAYOUT for each layout, `dir`/data.safetensors and `dir`/LIBRARY-{features,gradients,weights}.safetensors.

    `training` is false where features are all that is asked for; `training["libraries"]` says who takes the steps. Of trained
    weights at most `keep` evenly spaced values of each tensor are written.
    """
    torch.manual_seed(7)
    folder = Path(dir)
    folder.mkdir(parents=True, exist_ok=True)
    model = build(architecture)
    pixels, texts, ids, lengths = data(architecture, tokenizer, pairs)
    if isinstance(architecture["vision_cfg"]["layers"], list):
        settle(model, pixels)
    write_layouts(model, architecture, folder, tokenizer, layouts)
    save_file({"pixels": pixels.float(), "ids": ids.float()}, folder / "data.safetensors")
    answer = {"texts": texts, "lengths": lengths, "published": open_clip.get_model_config(name) if isinstance(name, str) else None, "libraries": {}}
    # Training changes tensors in place.
    state = {key: value.clone() if training else value for key, value in model.state_dict().items() if key != "attn_mask"}
    for library in libraries:
        towers = OpenClip(model) if library == "open_clip" else Transformers(architecture, state)
        answer["libraries"][library] = refer(towers, library, pixels, ids, folder, training, keep)
    return answer


def build(architecture):
    """Initialised by open_clip, then every vector moved, so that no bias is 0 and no gain is 1."""
    vision = {key: value for key, value in architecture["vision_cfg"].items() if key != "stem"}
    model = CLIP(**{**architecture, "vision_cfg": vision})
    if architecture["vision_cfg"].get("stem") == "conv":
        with_conv_stem(model.visual, vision)
    layers = architecture["vision_cfg"]["layers"]
    deep = isinstance(layers, list) and sum(layers) > 4
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 1 and not name.endswith("class_embedding"):
                gain = name.endswith(("ln_1.weight", "ln_2.weight")) or "bn" in name and name.endswith("weight")
                parameter.copy_(parameter.clamp(min=0.5) if gain else parameter)
                parameter.add_(torch.randn_like(parameter), alpha=0.05)
            if deep and ".layer" in name and name.endswith(".bn3.weight"):
                # open_clip begins at 0, and large branches would multiply rounding errors from block to block.
                parameter.copy_(0.1 + 0.02 * torch.randn_like(parameter))
            if deep and name.endswith(".bias") and (".bn" in name or ".downsample.1." in name):
                kinkless(parameter, dict(model.named_parameters())[name.removesuffix("bias") + "weight"])
    return model


def kinkless(bias, gain):
    """Moves four deviations away from ReLU's kink, two channels of three above it. At the kink rounding decides whether an
    element has a gradient: without this PyTorch's own float32 gradients of RN50 are 7e-3 from its float64."""
    bias.copy_(torch.where(torch.arange(len(bias)) % 3 == 0, -4.0, 4.0) * gain)


def settle(model, pixels):
    """Running statistics that belong to such pictures: of one pass, at full momentum."""
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    with torch.no_grad():
        model.train().encode_image(normalised(pixels))
    for norm in norms:
        norm.momentum = 0.1


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
    encode = CLIPTokenizer.from_pretrained(tokenizer)
    rows = [encode(text, truncation=True, max_length=context)["input_ids"] for text in texts]
    ids = torch.zeros(pairs, context, dtype=torch.long)
    for place, row in zip(ids, rows):
        place[: len(row)] = torch.tensor(row)
    return torch.from_numpy(np.stack(pictures)), texts, ids, [len(row) for row in rows]


def normalised(pixels):
    x = pixels.float().permute(0, 3, 1, 2) / 255
    return (x - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)


def write_layouts(model, architecture, folder, tokenizer, layouts):
    for layout in layouts:
        shutil.copytree(tokenizer, folder / layout)
        state = {key: value for key, value in model.state_dict().items() if key != "attn_mask"}
        if layout == "transformers":
            there = transformers_model(architecture, state)
            there.save_pretrained(folder / layout)
            size = architecture["vision_cfg"]["image_size"]
            CLIPImageProcessorPil(size={"shortest_edge": size}, crop_size={"height": size, "width": size}).save_pretrained(folder / layout)
            continue
        config = {"model_cfg": architecture, "preprocess_cfg": {"mean": MEAN, "std": STD}}
        own = layout == "anagram"
        (folder / layout / ("anagram_config.json" if own else "open_clip_config.json")).write_text(json.dumps(config))
        weights = "model.safetensors" if own else "open_clip_model.safetensors"
        save_file({key: value.contiguous() for key, value in state.items()}, folder / layout / weights)


def transformers_model(architecture, state):
    vision, text = architecture["vision_cfg"], architecture["text_cfg"]
    act = "quick_gelu" if architecture.get("quick_gelu") else "gelu"
    config = CLIPConfig(
        projection_dim=architecture["embed_dim"],
        vision_config={
            "hidden_size": vision["width"], "intermediate_size": int(vision["width"] * vision.get("mlp_ratio", 4)),
            "num_hidden_layers": vision["layers"], "num_attention_heads": vision["width"] // vision.get("head_width", 64),
            "image_size": vision["image_size"], "patch_size": vision["patch_size"], "hidden_act": act,
        },
        text_config={
            "hidden_size": text["width"], "intermediate_size": int(text["width"] * text.get("mlp_ratio", 4)),
            "num_hidden_layers": text["layers"], "num_attention_heads": text["heads"], "hidden_act": act,
            "max_position_embeddings": text["context_length"], "vocab_size": text["vocab_size"],
            "bos_token_id": text["vocab_size"] - 2, "eos_token_id": text["vocab_size"] - 1, "pad_token_id": text["vocab_size"] - 1,
        },
    )
    tensors = {name: tensor.detach().contiguous() for name, tensor in to_transformers(state).items()}
    return CLIPModel.from_pretrained(None, config=config, state_dict=tensors, dtype=torch.float32)


class OpenClip:
    def __init__(self, model):
        self.model, self.loss = model, ClipLoss()

    def forward(self, pixels, ids):
        """Unit features of both, logits (picture, text), loss."""
        images, texts, scale = self.model(normalised(pixels), ids)
        return images, texts, scale * images @ texts.T, self.loss(images, texts, scale)

    def tensors(self, of=lambda tensor: tensor.detach(), trained=False):
        named = self.model.named_parameters() if trained else self.model.state_dict().items()
        return {name: of(tensor) for name, tensor in named if name != "attn_mask"}

    def parameters(self):
        return dict(self.model.named_parameters())


class Transformers:
    def __init__(self, architecture, state):
        self.model = transformers_model(architecture, state)
        self.names = list(state)

    def forward(self, pixels, ids):
        out = self.model(input_ids=ids, pixel_values=normalised(pixels), return_loss=True)
        return out.image_embeds, out.text_embeds, out.logits_per_image, out.loss

    def tensors(self, of=lambda tensor: tensor.detach(), trained=False):
        return from_transformers(self.names, {name: of(tensor) for name, tensor in self.model.named_parameters()})

    def parameters(self):
        return dict(self.model.named_parameters())


def refer(towers, library, pixels, ids, folder, training, keep):
    towers.model.eval()
    with torch.no_grad():
        images, texts, logits, loss = towers.forward(pixels, ids)
    write(folder / f"{library}-features.safetensors", {"images": images, "texts": texts, "logits": logits})
    answer = {"evalLoss": loss.item()}
    if not training:
        return answer
    before = {name: buffer.clone() for name, buffer in towers.model.named_buffers()}
    towers.model.train()
    loss = towers.forward(pixels, ids)[3]
    loss.backward()
    write(folder / f"{library}-gradients.safetensors", towers.tensors(lambda tensor: tensor.grad, trained=True))
    answer["loss"] = loss.item()
    if library not in training["libraries"]:
        return answer
    with torch.no_grad():
        for name, buffer in towers.model.named_buffers():
            buffer.copy_(before[name])
    return answer | train(towers, pixels, ids, training, keep, folder / f"{library}-weights.safetensors")


def train(towers, pixels, ids, training, keep, path):
    """AdamW with clipping and open_clip's schedule; losses and gradient norms of each step, weights after some."""
    named = towers.parameters()
    spared = lambda name, p: p.ndim <= 1 or "position" in name or name.endswith("class_embedding")
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
