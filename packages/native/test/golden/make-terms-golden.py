"""Writes objective-terms.json: the further terms of the objective, each by itself, in float64 by PyTorch.

    python make-terms-golden.py > objective-terms.json

The papers' formulas in loops over rows and entries; batches and masks are those of make-objective-golden.py.
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


def entries(case, key, truth):
    for r, negatives in enumerate(case[key]):
        yield r, [n for n in negatives if not truth[r, n]]


def mean(values, weights):
    return sum(w * v for v, w in zip(values, weights)) / sum(weights) if values else torch.zeros((), dtype=torch.float64)


def own(case, key, logits, truth, w, gamma, smoothing):
    values, weights = [], []
    for r, negatives in entries(case, key, truth):
        if not negatives:
            continue
        p = logits[r, [r, *negatives]].softmax(0)
        q = torch.full_like(p, smoothing / len(p))
        q[0] += 1 - smoothing
        values.append((q * (1 - p) ** gamma * -p.log()).sum())
        weights.append(w[r])
    return mean(values, weights)


def rank(case, key, cosines, truth, w, s, margin):
    gaps, weights = [], []
    for r, negatives in entries(case, key, truth):
        for n in negatives:
            gaps.append(cosines[r, r] - cosines[r, n])
            weights.append(w[r])
    if margin is None:
        gaps = [s * gap for gap in gaps]
        margin = mean(gaps, weights).detach().clamp(0, 10)
    return mean([torch.relu(margin - gap) for gap in gaps], weights)


def text_contrast(case, images, texts, truth, w, s):
    values, weights = [], []
    for r, negatives in entries(case, "ownTexts", truth):
        if not negatives:
            continue
        logits = torch.stack([s * images[r] @ texts[r], *(s * texts[r] @ texts[n] for n in negatives)])
        values.append(-logits.log_softmax(0)[0])
        weights.append(w[r])
    return mean(values, weights)


def rows(p, true):
    """The columns of each row that are left: the own one and the false ones."""
    return [[j for j in range(p) if j == i or not true[i, j]] for i in range(p)]


def hardest(p, cosines, true, w, margin):
    def direction(matrix, truth):
        result = []
        for i, kept in enumerate(rows(p, truth)):
            others = [matrix[i, j] for j in kept if j != i]
            zero = torch.zeros((), dtype=torch.float64)
            result.append(torch.relu(margin + max(others) - matrix[i, i]) if others else zero)
        return result
    values = [a + b for a, b in zip(direction(cosines, true), direction(cosines.T, true.T))]
    return mean(values, list(w))


def soft(p, logits, true, w, images, texts, share, temperature, relations):
    def direction(matrix, truth, vectors):
        result = []
        for i, kept in enumerate(rows(p, truth)):
            if relations and len(kept) > 1:
                kept = [j for j in kept if j != i]
            target = torch.stack([vectors[i] @ vectors[j] for j in kept]).div(temperature).softmax(0).detach()
            if not relations:
                target = share * target + (1 - share) * torch.tensor([float(j == i) for j in kept], dtype=torch.float64)
            result.append(F.kl_div(matrix[i, kept].log_softmax(0), target, reduction="sum"))
        return result
    values = [(a + b) / 2 for a, b in zip(direction(logits, true, images), direction(logits.T, true.T, texts))]
    return mean(values, list(w))


def softened(p, logits, true, w, share, levels):
    def direction(matrix, truth):
        result = []
        for i, kept in enumerate(rows(p, truth)):
            kept = [j for j in kept if j % levels == i % levels]
            q = torch.tensor([1 - share if j == i else share / max(len(kept) - 1, 1) for j in kept], dtype=torch.float64)
            result.append(-(q * matrix[i, kept].log_softmax(0)).sum())
        return result
    return mean([(a + b) / 2 for a, b in zip(direction(logits, true), direction(logits.T, true.T))], list(w))


def complementary(p, logits, true, w):
    def direction(matrix, truth):
        result = []
        for i, kept in enumerate(rows(p, truth)):
            shares = matrix[i, kept].softmax(0)
            result.append(sum(-torch.log(1 - (1 - 1e-6) * q) for q, j in zip(shares, kept) if j != i)
                          + torch.zeros((), dtype=torch.float64))
        return result
    return mean([a + b for a, b in zip(direction(logits, true), direction(logits.T, true.T))], list(w))


def expected(case):
    p, c = case["pairs"], case["config"]
    s = torch.tensor(case["logitScale"], dtype=torch.float64, requires_grad=True)
    images = (torch.tensor(case["images"], dtype=torch.float64) / 256).requires_grad_()
    texts = (torch.tensor(case["texts"], dtype=torch.float64) / 256).requires_grad_()
    w = torch.tensor(case["weights"], dtype=torch.float64)
    w = w / w.mean()
    true = base.true_matrix(case, len(images), len(texts))
    cosines = images @ texts.T
    logits = s * cosines
    focus = (c.get("focal", 0), c.get("labelSmoothing", 0))
    softness = (c.get("softShare", 1), c.get("softTemperature", 0.1))
    margin = c.get("margin", 0.2)
    all_terms = {
        "ownTexts": lambda: own(case, "ownTexts", logits, true, w, *focus),
        "ownImages": lambda: own(case, "ownImages", logits.T, true.T, w, *focus),
        "rankTexts": lambda: rank(case, "ownTexts", cosines, true, w, s, margin),
        "rankImages": lambda: rank(case, "ownImages", cosines.T, true.T, w, s, margin),
        "textContrast": lambda: text_contrast(case, images, texts, true, w, s),
        "hardest": lambda: hardest(p, cosines, true, w, c.get("hardestMargin", 0.2)),
        "softTargets": lambda: soft(p, logits, true, w, images, texts, *softness, False),
        "softRelations": lambda: soft(p, logits, true, w, images, texts, *softness, True),
        "softened": lambda: softened(p, logits, true, w, c.get("softenedShare", 0.2), c.get("levels", 1)),
        "complementary": lambda: complementary(p, logits, true, w),
    }
    terms = {name: term() for name, term in all_terms.items() if c.get(name)}
    loss = sum(c[name] * term for name, term in terms.items())
    gradients = torch.autograd.grad(loss, [images, texts, s], allow_unused=True)
    return {
        "loss": loss.item(),
        "terms": {name: term.item() for name, term in terms.items()},
        "imageGradients": gradients[0].flatten().tolist(),
        "textGradients": gradients[1].flatten().tolist(),
        "logitScaleGradient": 0.0 if gradients[2] is None else gradients[2].item(),
    }


base.objective = expected
settings = [
    ("focal weights and label smoothing", {"ownTexts": 1, "ownImages": 0.5, "focal": 2, "labelSmoothing": 0.02}),
    ("focal weights alone", {"ownTexts": 1, "focal": 1}),
    ("rank with a fixed margin", {"rankTexts": 1, "rankImages": 0.5, "margin": 0.3}),
    ("rank with an adaptive margin", {"rankTexts": 0.2, "rankImages": 0.3, "margin": None}),
    ("text contrast", {"textContrast": 0.7}),
    ("hinge on the hardest", {"hardest": 1, "hardestMargin": 0.25}),
    ("soft targets", {"softTargets": 1, "softShare": 0.6, "softTemperature": 0.3}),
    ("soft relations", {"softRelations": 1}),
    ("softened contrast", {"softened": 1, "softenedShare": 0.3}),
    ("complementary contrast", {"complementary": 1}),
    ("softened contrast on two levels", {"softened": 1, "softenedShare": 0.3, "levels": 2}),
]
print(json.dumps(base.rounded([
    base.make_case(name + suffix, 20 + number, 6, 8, 9, 7.0, config, **base.OWN, **masks)
    for number, (name, config) in enumerate(settings)
    for suffix, masks in [("", {}), (", masks and weights", base.MASKED)]
])))
