"""A randomly initialised CLIP in open_clip and transformers. Anagram's names of its tensors are open_clip's."""

import json

import numpy as np
import open_clip
import torch
from open_clip.loss import ClipLoss
from open_clip.model import CLIP
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel

from names import from_transformers, to_transformers
from stem import with_conv_stem

MEAN, STD = open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD


class Clip:
    """The model that all are compared with: what its tensors are before any training, its folders, its towers."""

    def __init__(self, architecture, pixels):
        self.architecture, self.model = architecture, build(architecture)
        if isinstance(architecture["vision_cfg"]["layers"], list):
            settle(self.model, pixels)

    def state(self):
        return {key: value for key, value in self.model.state_dict().items() if key != "attn_mask"}

    def write(self, layout, folder):
        if layout == "transformers":
            transformers_model(self.architecture, self.state()).save_pretrained(folder)
            size = self.architecture["vision_cfg"]["image_size"]
            CLIPImageProcessorPil(size={"shortest_edge": size}, crop_size={"height": size, "width": size}).save_pretrained(folder)
            return
        config = {"model_cfg": self.architecture, "preprocess_cfg": {"mean": MEAN, "std": STD}}
        own = layout == "anagram"
        (folder / ("anagram_config.json" if own else "open_clip_config.json")).write_text(json.dumps(config))
        weights = "model.safetensors" if own else "open_clip_model.safetensors"
        save_file({key: value.contiguous() for key, value in self.state().items()}, folder / weights)

    def towers(self, library, state):
        """`state` is that before training, which changes the model's tensors in place."""
        return OpenClip(self.model) if library == "open_clip" else Transformers(self.architecture, state)


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


def normalised(pixels):
    x = pixels.float().permute(0, 3, 1, 2) / 255
    return (x - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)


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
