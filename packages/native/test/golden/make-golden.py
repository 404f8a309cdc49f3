"""Writes towers.safetensors: tiny open_clip models, their inputs, features, gradients and weights after AdamW steps.

The reference is PyTorch in double precision. Weights are rounded to bfloat16 first, so that both sides start from the
same numbers. Gradients and later weights are kept as evenly spaced samples of each tensor, to keep the file small.

    pip install torch==2.13.0 open-clip-torch==3.3.0
    python make-golden.py
"""

import json
import sys
import types
from pathlib import Path

# torchvision registers operators that this script does not need and that a mismatched build refuses to register.
sys.modules.setdefault("torchvision._meta_registrations", types.ModuleType("torchvision._meta_registrations"))

import torch
from open_clip.model import CLIP
from safetensors.torch import save_file

MEAN, STD = (0.48, 0.46, 0.41), (0.27, 0.26, 0.28)
PAIRS, CONTEXT, VOCAB = 4, 9, 17
# Key biases have no gradient but rounding noise, which a smaller epsilon would blow up to whole steps.
LEARNING_RATE, BETA1, BETA2, EPSILON, WEIGHT_DECAY, CLIP_NORM = 1e-3, 0.9, 0.98, 1e-5, 0.2, 1.0
SAMPLES = 64
MUON_MODEL, MOMENTUM = "vit-quickgelu", 0.95

TEXT = {"contextLength": CONTEXT, "vocabSize": VOCAB, "width": 8, "heads": 2, "layers": 2, "mlpRatio": 4}
TRANSFORMER = {
    "kind": "transformer", "imageSize": 12, "patchSize": 4, "width": 8, "layers": 2, "heads": 2, "mlpRatio": 4, "stem": "patch",
}
RESNET = {"kind": "resnet", "imageSize": 64, "width": 2, "layers": [1, 2, 1, 1], "heads": 4}
MODELS = {"vit-quickgelu": (True, TRANSFORMER), "vit-gelu": (False, TRANSFORMER), "resnet": (False, RESNET)}


def build(quick_gelu, vision):
    if vision["kind"] == "resnet":
        tower = {"layers": vision["layers"], "head_width": vision["width"] * 32 // vision["heads"]}
    else:
        tower = {
            "layers": vision["layers"], "head_width": vision["width"] // vision["heads"],
            "mlp_ratio": vision["mlpRatio"], "patch_size": vision["patchSize"],
        }
    tower |= {"image_size": vision["imageSize"], "width": vision["width"]}
    text = {
        "context_length": CONTEXT, "vocab_size": VOCAB, "width": TEXT["width"], "heads": TEXT["heads"], "layers": TEXT["layers"],
    }
    model = CLIP(embed_dim=6, vision_cfg=tower, text_cfg=text, quick_gelu=quick_gelu).double()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name != "logit_scale":
                parameter.add_(torch.randn_like(parameter) * 0.1)
            parameter.copy_(parameter.bfloat16().double())
    return model


def normalised(pixels):
    x = pixels.double().permute(0, 3, 1, 2) / 255
    return (x - torch.tensor(MEAN).double().view(1, 3, 1, 1)) / torch.tensor(STD).double().view(1, 3, 1, 1)


def contrastive(model, pixels, ids):
    images = model.encode_image(normalised(pixels), normalize=True)
    texts = model.encode_text(ids, normalize=True)
    logits = model.logit_scale.exp() * images @ texts.T
    target = torch.arange(PAIRS)
    return (torch.nn.functional.cross_entropy(logits, target) + torch.nn.functional.cross_entropy(logits.T, target)) / 2


def sampled(tensors):
    """At most SAMPLES evenly spaced values of each tensor, one tensor after the other."""
    flat = [tensor.detach().reshape(-1).float() for tensor in tensors]
    return torch.cat([values[:: max(1, -(-values.numel() // SAMPLES))] for values in flat])


def state(model):
    return {name: tensor for name, tensor in model.state_dict().items() if name != "attn_mask"}


@torch.no_grad()
def features(model, pixels, ids):
    model.eval()
    result = model.encode_image(normalised(pixels), normalize=True), model.encode_text(ids, normalize=True)
    model.train()
    return result


def spared(name, parameter):
    return parameter.ndim <= 1 or name.endswith(("positional_embedding", "class_embedding"))


def adamw(named):
    return torch.optim.AdamW(
        [
            {"params": [p for name, p in named if not spared(name, p)], "weight_decay": WEIGHT_DECAY},
            {"params": [p for name, p in named if spared(name, p)], "weight_decay": 0},
        ],
        lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON,
    )


def orthogonalised(matrix):
    """Muon's Newton-Schulz iteration in the matrix's own precision."""
    x = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    x = x / x.norm()
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x if matrix.shape[0] <= matrix.shape[1] else x.T


class Muon:
    """Muon with AdamW's update size; query, key and value are three matrices."""

    def __init__(self, named):
        self.state = [(name, parameter, torch.zeros_like(parameter)) for name, parameter in named]

    @torch.no_grad()
    def step(self):
        for name, parameter, momentum in self.state:
            momentum.mul_(MOMENTUM).add_(parameter.grad, alpha=1 - MOMENTUM)
            update = (1 - MOMENTUM) * parameter.grad + MOMENTUM * momentum
            parameter.mul_(1 - LEARNING_RATE * WEIGHT_DECAY)
            parts = 3 if name.endswith("in_proj_weight") else 1
            for target, part in zip(parameter.chunk(parts), update.chunk(parts)):
                target.sub_(orthogonalised(part) * (LEARNING_RATE * 0.2 * max(part.shape) ** 0.5))


def check_muon():
    """PyTorch's own Muon, which iterates in bfloat16, has to agree with ours as far as that goes."""
    ours, theirs = (torch.nn.Parameter(torch.linspace(-1, 1, 96).sin().view(8, 12).double()) for _ in range(2))
    gradient = torch.randn(8, 12, generator=torch.Generator().manual_seed(1)).double()
    reference = torch.optim.Muon([theirs], lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, momentum=MOMENTUM, adjust_lr_fn="match_rms_adamw")
    muon, before = Muon([("weight", ours)]), ours.detach().clone()
    for _ in range(3):
        ours.grad, theirs.grad = gradient.clone(), gradient.clone()
        muon.step(), reference.step()
    assert (ours - theirs).norm() < 0.05 * (ours - before).norm()


def main():
    check_muon()
    torch.manual_seed(20)
    tensors, configs, names = {}, {}, {}
    # The end token, the largest number, stands last; what follows it is padding. The second text is empty.
    lengths = torch.tensor([6, 2, 9, 4])
    ids = torch.randint(1, VOCAB - 2, (PAIRS, CONTEXT))
    for row, length in enumerate(lengths):
        ids[row, 0] = VOCAB - 2
        ids[row, length - 1] = VOCAB - 1
        ids[row, length:] = 0
    tensors["texts"], tensors["lengths"] = ids.int(), lengths.int()

    for label, (quick_gelu, vision) in MODELS.items():
        model = build(quick_gelu, vision)
        side = vision["imageSize"]
        pixels = torch.randint(0, 256, (PAIRS, side, side, 3), dtype=torch.uint8)
        configs[label] = {
            "embedDim": 6, "quickGelu": quick_gelu, "imageMean": MEAN, "imageStd": STD,
            "logitScaleInit": model.logit_scale.item(), "vision": vision, "text": TEXT,
        }
        tensors[f"{label}/pixels"] = pixels
        for name, tensor in state(model).items():
            tensors[f"{label}/weights/{name}"] = tensor.bfloat16().contiguous()
        names[label] = {"trained": [name for name, _ in model.named_parameters()], "all": list(state(model))}
        before = features(model, pixels, ids)

        named = list(model.named_parameters())
        if label == MUON_MODEL:
            start = {name: parameter.detach().clone() for name, parameter in named}
        optimizer = adamw(named)
        losses, norms = [], []
        for step in (1, 2, 3):
            optimizer.zero_grad()
            loss = contrastive(model, pixels, ids)
            loss.backward()
            norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM))
            losses.append(loss.detach())
            if step == 1:
                tensors[f"{label}/clippedGradients"] = sampled(parameter.grad for _, parameter in named)
            optimizer.step()
            with torch.no_grad():
                model.logit_scale.clamp_(0, 4.6052)
            if step in (1, 3):
                tensors[f"{label}/after{step}"] = sampled(state(model).values())
        after = features(model, pixels, ids)
        tensors[f"{label}/images"], tensors[f"{label}/texts"] = (x.float() for x in before)
        tensors[f"{label}/imagesAfter3"], tensors[f"{label}/textsAfter3"] = (x.float() for x in after)
        tensors[f"{label}/losses"] = torch.stack(losses).float()
        tensors[f"{label}/gradientNorms"] = torch.stack(norms).float()

        if label == MUON_MODEL:
            with torch.no_grad():
                for name, parameter in named:
                    parameter.copy_(start[name])
            inside = lambda name, p: p.ndim == 2 and "resblocks." in name
            optimizers = Muon([item for item in named if inside(*item)]), adamw([item for item in named if not inside(*item)])
            for step in (1, 2, 3):
                model.zero_grad()
                contrastive(model, pixels, ids).backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
                for optimizer in optimizers:
                    optimizer.step()
                with torch.no_grad():
                    model.logit_scale.clamp_(0, 4.6052)
            tensors["muon/after3"] = sampled(state(model).values())

    trainer = {
        "learningRate": LEARNING_RATE, "beta1": BETA1, "beta2": BETA2, "epsilon": EPSILON,
        "weightDecay": WEIGHT_DECAY, "gradientClip": CLIP_NORM, "maxLogScale": 4.6052, "momentum": MOMENTUM,
    }
    path = Path(__file__).parent / "towers.safetensors"
    metadata = {"configs": configs, "trainer": trainer, "names": names, "samples": SAMPLES, "muonModel": MUON_MODEL}
    save_file(tensors, path, metadata={key: json.dumps(value) for key, value in metadata.items()})
    print(path.name, path.stat().st_size, "bytes")


main()
