"""A randomly initialised SigLIP in transformers and open_clip, under Anagram's names.

Anagram calls its tensors as open_clip calls CLIP's, whatever the library; which tensor is which is said here, apart from
Anagram's own table.
"""

import json

import torch
from open_clip.loss import SigLipLoss
from open_clip.model import CustomTextCLIP
from safetensors.torch import save_file
from transformers import SiglipConfig, SiglipImageProcessorPil, SiglipModel
from transformers.initialization import no_init_weights

# Parts of names, theirs and ours, the longest first.
TRANSFORMERS = [
    ("vision_model.embeddings.patch_embedding.", "visual.conv1."),
    ("vision_model.embeddings.position_embedding.weight", "visual.positional_embedding"),
    ("vision_model.encoder.layers.", "visual.transformer.resblocks."),
    ("vision_model.post_layernorm.", "visual.ln_post."),
    ("vision_model.head.attention.", "visual.attnpool.attn."),
    ("vision_model.head.layernorm.", "visual.attnpool.ln."),
    ("vision_model.head.", "visual.attnpool."),
    ("text_model.embeddings.token_embedding.", "token_embedding."),
    ("text_model.embeddings.position_embedding.weight", "positional_embedding"),
    ("text_model.encoder.layers.", "transformer.resblocks."),
    ("text_model.final_layer_norm.", "ln_final."),
    ("text_model.head.", "text_projection."),
    (".layer_norm1.", ".ln_1."), (".layer_norm2.", ".ln_2."), (".self_attn.", ".attn."), (".fc1.", ".c_fc."), (".fc2.", ".c_proj."),
    (".q_proj.", ".in_proj_"), (".k_proj.", ".in_proj_"), (".v_proj.", ".in_proj_"),
]
OPEN_CLIP = [
    ("text.", ""),
    ("visual.trunk.patch_embed.proj.", "visual.conv1."),
    ("visual.trunk.pos_embed", "visual.positional_embedding"),
    ("visual.trunk.blocks.", "visual.transformer.resblocks."),
    ("visual.trunk.norm.", "visual.ln_post."),
    ("visual.trunk.attn_pool.latent", "visual.attnpool.probe"),
    ("visual.trunk.attn_pool.norm.", "visual.attnpool.ln."),
    ("visual.trunk.attn_pool.mlp.", "visual.attnpool.mlp."),
    ("visual.trunk.attn_pool.", "visual.attnpool.attn."),
    (".norm1.", ".ln_1."), (".norm2.", ".ln_2."), (".fc1.", ".c_fc."), (".fc2.", ".c_proj."),
    (".attn.qkv.", ".attn.in_proj_"), (".attn.q.", ".attn.in_proj_"), (".attn.kv.", ".attn.in_proj_"), (".attn.proj.", ".attn.out_proj."),
]
# Which thirds of the joint query, key and value a tensor has.
THIRDS = {".q_proj.": (0, 1), ".k_proj.": (1, 2), ".v_proj.": (2, 3), ".attn_pool.q.": (0, 1), ".attn_pool.kv.": (1, 3)}


class Siglip:
    """The model that all are compared with: what its tensors are before any training, its folders, its towers."""

    def __init__(self, architecture, published):
        self.architecture, self.published, self.tensors = architecture, published, build(architecture)

    def state(self):
        return self.tensors

    def write(self, layout, folder):
        if layout == "transformers":
            self.towers(layout, self.tensors).model.save_pretrained(folder)
            size = self.architecture["vision_cfg"]["image_size"]
            SiglipImageProcessorPil(size={"height": size, "width": size}).save_pretrained(folder)
            return
        preprocess = {"mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic", "resize_mode": "squash"}
        if layout == "anagram":
            config, state, weights = self.architecture, self.tensors, "model.safetensors"
        else:
            config, state = self.published, self.towers(layout, self.tensors).model.state_dict()
            weights = "open_clip_model.safetensors"
        (folder / f"{layout}_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": preprocess}))
        save_file({key: value.contiguous() for key, value in state.items()}, folder / weights)

    def towers(self, library, state):
        return OpenClip(self.published, state) if library == "open_clip" else Transformers(self.architecture, state)


def ours(name, names):
    for theirs, our in names:
        if theirs in name:
            name = name.replace(theirs, our, 1)
    return name


def third_of(name):
    return next((third for part, third in THIRDS.items() if part in name), (0, 3))


def to_ours(tensors, names):
    """A library's tensors under our names, thirds joined, without the sides of length 1 that the library puts before."""
    parts = {}
    for name, tensor in tensors.items():
        parts.setdefault(ours(name, names), {})[third_of(name)] = tensor
    joined = {name: torch.cat([torch.atleast_1d(part[third]) for third in sorted(part)]) for name, part in parts.items()}
    return {name: tensor.reshape(shape_of(name, tensor)) for name, tensor in joined.items()}


def shape_of(name, tensor):
    if name in ("logit_scale", "logit_bias"):
        return ()
    return tensor.shape[{"visual.attnpool.probe": -1, "visual.positional_embedding": -2}.get(name, 0):]


def copy_from_ours(model, state, names):
    """Sets a library's parameters, all of them."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            whole = state[ours(name, names)]
            begin, end = third_of(name)
            part = whole if (begin, end) == (0, 3) else torch.cat(whole.chunk(3)[begin:end])
            parameter.copy_(part.reshape(parameter.shape))


def build(architecture):
    """Initialised by transformers, then every vector moved. Returns the tensors under our names."""
    model = transformers_model(architecture)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1:
                parameter.add_(torch.randn_like(parameter), alpha=0.05)
        # SigLIP's start, of which transformers' own initialisation knows nothing.
        model.logit_scale.fill_(2.302585092994046)
        model.logit_bias.fill_(-10)
    return {name: tensor.detach().clone() for name, tensor in to_ours(dict(model.named_parameters()), TRANSFORMERS).items()}


def transformers_model(architecture):
    vision, text = architecture["vision_cfg"], architecture["text_cfg"]
    act = "gelu" if architecture.get("exact_gelu") else "gelu_pytorch_tanh"
    return SiglipModel(SiglipConfig(
        vision_config={
            "hidden_size": vision["width"], "intermediate_size": int(vision["width"] * vision.get("mlp_ratio", 4)), "hidden_act": act,
            "num_hidden_layers": vision["layers"], "num_attention_heads": vision["width"] // vision.get("head_width", 64),
            "image_size": vision["image_size"], "patch_size": vision["patch_size"],
        },
        text_config={
            "hidden_size": text["width"], "intermediate_size": int(text["width"] * text.get("mlp_ratio", 4)), "hidden_act": act,
            "num_hidden_layers": text["layers"], "num_attention_heads": text["heads"], "projection_size": architecture["embed_dim"],
            "max_position_embeddings": text["context_length"], "vocab_size": text["vocab_size"],
        },
    ))


class Transformers:
    def __init__(self, architecture, state):
        with no_init_weights():  # all are copied
            self.model = transformers_model(architecture)
        copy_from_ours(self.model, state, TRANSFORMERS)

    def forward(self, pixels, ids):
        """Unit features of both, logits (picture, text), loss."""
        out = self.model(input_ids=ids, pixel_values=normalised(pixels), return_loss=True)
        return out.image_embeds, out.text_embeds, out.logits_per_image, out.loss

    def tensors(self, of=lambda tensor: tensor.detach(), trained=False):
        return to_ours({name: of(tensor) for name, tensor in self.model.named_parameters()}, TRANSFORMERS)

    def parameters(self):
        return dict(self.model.named_parameters())


class OpenClip:
    def __init__(self, config, state):
        custom = {key: value for key, value in config.items() if key != "custom_text"}
        with no_init_weights():  # all are copied
            self.model, self.loss = CustomTextCLIP(**custom), SigLipLoss()
        copy_from_ours(self.model, state, OPEN_CLIP)

    def forward(self, pixels, ids):
        images, texts, scale, bias = self.model(normalised(pixels), ids)
        return images, texts, scale * images @ texts.T + bias, self.loss(images, texts, scale, bias)

    def tensors(self, of=lambda tensor: tensor.detach(), trained=False):
        return to_ours({name: of(tensor) for name, tensor in self.model.named_parameters()}, OPEN_CLIP)

    def parameters(self):
        return dict(self.model.named_parameters())


def normalised(pixels):
    """(P, S, S, 3) levels to (P, 3, S, S) in -1 to 1."""
    return (pixels.float().permute(0, 3, 1, 2) / 255 - 0.5) / 0.5
