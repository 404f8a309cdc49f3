"""Writes objective-teacher.json: distillation and paraphrases, each term by itself, in float64 by PyTorch.

    python make-teacher-golden.py > objective-teacher.json

The papers' formulas with the library's own losses (kl_div, mse_loss, cross_entropy), row by row; batches and masks are
those of make-objective-golden.py.
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
    return torch.tensor(rows, dtype=torch.float64) / 256


def distil(case, images, texts, s, teacher):
    """open_clip's DistillClipLoss without the entropy of the teacher's rows."""
    p = case["pairs"]
    student = s * images[:p] @ texts[:p].T
    wanted = teacher["logitScale"] * teacher["images"][:p] @ teacher["texts"][:p].T
    return sum(
        F.kl_div(logits.log_softmax(1), target.softmax(1), reduction="batchmean")
        for logits, target in [(student, wanted), (student.T, wanted.T)]
    ) / 2


def feature_distil(case, images, texts, s, teacher):
    """DeGLA's sum of squared errors, over the number of pairs."""
    whole = F.mse_loss(images, teacher["images"], reduction="sum") + F.mse_loss(texts, teacher["texts"], reduction="sum")
    return whole / case["pairs"]


def teacher_contrast(case, images, texts, s, teacher, true, w):
    losses, weights = [], []
    for r, negatives in enumerate(case["ownTexts"]):
        kept = [n for n in negatives if not true[r, n]]
        if not kept:
            continue
        candidates = torch.stack([teacher["texts"][r], *(texts[n] for n in kept)])
        losses.append(F.cross_entropy(10.0 * (candidates @ texts[r]).unsqueeze(0), torch.tensor([0])))
        weights.append(w[r])
    return sum(a * b for a, b in zip(losses, weights)) / sum(weights)


def paraphrases(case, other, texts, s, true, w):
    p, losses, weights = case["pairs"], [], []
    for row, vector in zip(case["paraphraseRows"], other):
        kept = [row, *(j for j in range(p) if j != row and not true[row, j])]
        losses.append(F.cross_entropy((s * texts[kept] @ vector).unsqueeze(0), torch.tensor([0])))
        weights.append(w[row])
    return sum(a * b for a, b in zip(losses, weights)) / sum(weights)


def paraphrase_distance(case, other, texts, w):
    rows = case["paraphraseRows"]
    apart = F.mse_loss(texts[rows], other, reduction="none").sum(1)
    return (apart * w[rows]).sum() / w[rows].sum()


def expected(case):
    s = torch.tensor(case["logitScale"], dtype=torch.float64, requires_grad=True)
    images, texts = scaled(case["images"]).requires_grad_(), scaled(case["texts"]).requires_grad_()
    other = scaled(case["paraphrases"]).requires_grad_()
    w = torch.tensor(case["weights"], dtype=torch.float64)
    w = w / w.mean()
    true = base.true_matrix(case, len(images), len(texts))
    teacher = {
        "images": scaled(case["teacher"]["images"]),
        "texts": scaled(case["teacher"]["texts"]),
        "logitScale": case["teacher"]["logitScale"],
    }
    all_terms = {
        "distil": lambda: distil(case, images, texts, s, teacher),
        "featureDistil": lambda: feature_distil(case, images, texts, s, teacher),
        "teacherContrast": lambda: teacher_contrast(case, images, texts, s, teacher, true, w),
        "paraphrases": lambda: paraphrases(case, other, texts, s, true, w),
        "paraphraseDistance": lambda: paraphrase_distance(case, other, texts, w),
    }
    terms = {name: all_terms[name]() for name in case["config"]}
    loss = sum(case["config"][name] * term for name, term in terms.items())
    inputs = [images, texts, other, s]
    gradients = torch.autograd.grad(loss, inputs, allow_unused=True)
    flat = [torch.zeros_like(x) if g is None else g for x, g in zip(inputs, gradients)]
    return {
        "loss": loss.item(),
        "terms": {name: term.item() for name, term in terms.items()},
        "imageGradients": flat[0].flatten().tolist(),
        "textGradients": flat[1].flatten().tolist(),
        "paraphraseGradients": flat[2].flatten().tolist(),
        "logitScaleGradient": flat[3].item(),
    }


def beside(seed):
    generator = torch.Generator().manual_seed(seed)
    return {
        "teacher": {
            "images": base.unit_rows(8, 4, generator),
            "texts": base.unit_rows(9, 4, generator),
            "logitScale": 5.0,
        },
        "paraphrases": base.unit_rows(4, 4, generator),
        "paraphraseRows": [4, 0, 3, 1],
    }


base.objective = expected
settings = [
    ("similarities of a teacher", {"distil": 0.7}),
    ("embeddings of a teacher", {"featureDistil": 0.3}),
    ("text contrast with a teacher", {"teacherContrast": 0.1}),
    ("paraphrases", {"paraphrases": 0.5}),
    ("distance of paraphrases", {"paraphraseDistance": 1.0}),
    ("all of them", {"distil": 0.7, "featureDistil": 0.3, "teacherContrast": 0.1, "paraphrases": 0.5, "paraphraseDistance": 1.0}),
]
print(json.dumps(base.rounded([
    base.make_case(name + suffix, 40 + number, 6, 8, 9, 7.0, config, **base.OWN, **beside(60 + number), **masks)
    for number, (name, config) in enumerate(settings)
    for suffix, masks in [("", {}), (", masks and weights", base.MASKED)]
])))
