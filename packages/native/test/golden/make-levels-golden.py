"""Writes objective-levels.json: PyramidCLIP's cross level in float64 by PyTorch, entry by entry.

    python make-levels-golden.py > objective-levels.json

Targets are written out and compared by cross_entropy, where the addon takes means; batches are those of make-objective-golden.py.
"""

import contextlib
import importlib.util
import io
import json
import pathlib

import torch
import torch.nn.functional as F

spec = importlib.util.spec_from_file_location("objective", pathlib.Path(__file__).with_name("make-objective-golden.py"))
base = importlib.util.module_from_spec(spec)
with contextlib.redirect_stdout(io.StringIO()):
    spec.loader.exec_module(base)


def scaled(rows):
    return (torch.tensor(rows, dtype=torch.float64) / 256).requires_grad_()


def soft(images, texts, s, image_groups, text_groups, w, share):
    """Softened InfoNCE of both directions over K pairs, weighted; equal pictures and equal texts are no negatives."""
    count, losses = len(images), []
    for i in range(count):
        kept = [j for j in range(count) if j == i or (image_groups[i] != image_groups[j] and text_groups[i] != text_groups[j])]
        target = torch.tensor([1 - share if j == i else share / max(len(kept) - 1, 1) for j in kept], dtype=torch.float64)
        if len(kept) == 1:
            target = torch.ones(1, dtype=torch.float64)
        both = [s * texts[kept] @ images[i], s * images[kept] @ texts[i]]
        losses.append(sum(F.cross_entropy(row.unsqueeze(0), target.unsqueeze(0)) for row in both) / 2)
    return sum(a * b for a, b in zip(losses, w)) / sum(w)


def expected(case):
    s = torch.tensor(case["logitScale"], dtype=torch.float64, requires_grad=True)
    images, texts = scaled(case["images"]), scaled(case["texts"])
    regions, tags = scaled(case["regions"]["images"]), scaled(case["regions"]["tags"])
    w = torch.tensor(case["weights"], dtype=torch.float64)
    w = w / w.mean()
    share, losses = case["config"]["softenedShare"], []
    for rows in case["regions"]["rows"]:
        image_groups, text_groups = [[case[name][r] for r in rows] for name in ("imageGroups", "textGroups")]
        losses.append(soft(regions, texts[rows], s, image_groups, text_groups, w[rows], share))
        losses.append(soft(images[rows], tags, s, image_groups, case["regions"]["tagGroups"], w[rows], share))
    term = sum(losses) / len(losses)
    loss = case["config"]["crossLevels"] * term
    inputs = [images, texts, regions, tags, s]
    gradients = torch.autograd.grad(loss, inputs)
    names = ["imageGradients", "textGradients", "regionGradients", "tagGradients"]
    return {
        "loss": loss.item(),
        "terms": {"crossLevels": term.item()},
        **{name: gradient.flatten().tolist() for name, gradient in zip(names, gradients)},
        "logitScaleGradient": gradients[4].item(),
    }


def regions(seed, count, rows, tag_groups):
    generator = torch.Generator().manual_seed(seed)
    return {
        "regions": {
            "images": base.unit_rows(count, 4, generator),
            "tags": base.unit_rows(count, 4, generator),
            "tagGroups": tag_groups,
            "rows": rows,
        }
    }


base.objective = expected
settings = [
    ("two levels", {"crossLevels": 0.7, "softenedShare": 0.2}, regions(81, 3, [[0, 2, 4], [1, 3, 5]], [0, 1, 2])),
    ("one level", {"crossLevels": 1.0, "softenedShare": 0.3}, regions(82, 5, [[5, 0, 3, 1, 2]], [0, 1, 1, 3, 4])),
]
print(json.dumps(base.rounded([
    base.make_case(name + suffix, 80 + number, 6, 8, 9, 7.0, config, **base.OWN, **given, **masks)
    for number, (name, config, given) in enumerate(settings)
    for suffix, masks in [("", {}), (", masks and weights", base.MASKED)]
])))
