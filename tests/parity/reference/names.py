"""Which tensors of transformers' CLIPModel hold one of open_clip's; written apart from Anagram's own table."""

import re

import torch

FIXED = {
    "visual.class_embedding": "vision_model.embeddings.class_embedding",
    "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
    "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
    "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
    "positional_embedding": "text_model.embeddings.position_embedding.weight",
    "logit_scale": "logit_scale",
}
TRANSPOSED = {"visual.proj": "visual_projection.weight", "text_projection": "text_projection.weight"}
PARTS = [
    ("visual.ln_pre", "vision_model.pre_layrnorm"),
    ("visual.ln_post", "vision_model.post_layernorm"),
    ("ln_final", "text_model.final_layer_norm"),
    (".attn.out_proj.", ".self_attn.out_proj."),
    (".ln_1.", ".layer_norm1."),
    (".ln_2.", ".layer_norm2."),
    (".mlp.c_fc.", ".mlp.fc1."),
    (".mlp.c_proj.", ".mlp.fc2."),
]


def places(name):
    """transformers' names that together, one below the other, are the tensor; and whether it lies there transposed."""
    if name in FIXED:
        return [FIXED[name]], False
    if name in TRANSPOSED:
        return [TRANSPOSED[name]], True
    there = re.sub(r"^visual\.transformer\.resblocks\.", "vision_model.encoder.layers.", name)
    there = re.sub(r"^transformer\.resblocks\.", "text_model.encoder.layers.", there)
    for ours, theirs in PARTS:
        there = there.replace(ours, theirs)
    joint = re.fullmatch(r"(.*)\.attn\.in_proj_(weight|bias)", there)
    return ([f"{joint[1]}.self_attn.{x}_proj.{joint[2]}" for x in "qkv"] if joint else [there]), False


def to_transformers(state):
    """open_clip's tensors under transformers' names, without copies."""
    result = {}
    for name, tensor in state.items():
        there, transposed = places(name)
        parts = tensor.chunk(len(there)) if len(there) > 1 else [tensor.T if transposed else tensor]
        result.update(zip(there, parts))
    return result


def from_transformers(names, tensors):
    """The tensors that open_clip calls by these names, out of transformers'."""
    result = {}
    for name in names:
        there, transposed = places(name)
        tensor = torch.cat([tensors[place] for place in there]) if len(there) > 1 else tensors[there[0]]
        result[name] = tensor.T if transposed else tensor
    return result
