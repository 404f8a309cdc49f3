"""Writes objective.json: the objective on small batches, computed eagerly in float64 by PyTorch.

    python make-objective-golden.py > objective.json

Whole matrices, explicit masks and a loop over rows: nothing is shared with the tiled implementation but the definition.
Embeddings are whole numbers of 256ths, so that float32 holds them exactly.
"""

import json

import torch
import torch.nn.functional as F


def true_matrix(case, ni, nt):
    """(NI, NT): is text t true of image i, as far as the groups of pairs and also_true tell?"""
    p = case["pairs"]
    image_groups, text_groups = case["imageGroups"], case["textGroups"]
    true = torch.zeros(ni, nt, dtype=torch.bool)
    for i in range(ni):
        for t in range(nt):
            same_text = i < p and text_groups[i] == text_groups[t]
            same_image = t < p and image_groups[i] == image_groups[t]
            true[i, t] = same_text or same_image or [i, t] in case["alsoTrue"]
    return true


def masked_cross_entropy(logits, true, row):
    """-log softmax at `row`, over the columns that are false and the own one."""
    keep = ~true.clone()
    keep[row] = True
    return torch.logsumexp(logits[keep], 0) - logits[row]


def sigmoid(case, logits, true, weights, columns, rows):
    """SigLIP's loss, entry by entry: eq. 1 of Zhai et al. 2023, over pairs and lone negatives, without what is true."""
    p, total = case["pairs"], torch.zeros((), dtype=torch.float64)
    for i in range(rows):
        for t in range(columns):
            if (i >= p and t >= p) or (true[i, t] and i != t):
                continue
            owners = [weights[r] for r in (i, t) if r < p]
            z = 1 if i == t else -1
            total = total - sum(owners) / len(owners) * F.logsigmoid(z * logits[i, t])
    return total / p


def objective(case):
    config = case["config"]
    p, s = case["pairs"], torch.tensor(case["logitScale"], dtype=torch.float64, requires_grad=True)
    b = torch.tensor(case["logitBias"], dtype=torch.float64, requires_grad=True)
    images = (torch.tensor(case["images"], dtype=torch.float64) / 256).requires_grad_()
    texts = (torch.tensor(case["texts"], dtype=torch.float64) / 256).requires_grad_()
    weights = torch.tensor(case["weights"], dtype=torch.float64)
    weights = weights / weights.mean()
    true = true_matrix(case, len(images), len(texts))
    logits = s * images @ texts.T
    columns, rows = (len(texts), len(images)) if config["sharedNegatives"] else (p, p)

    contrastive = torch.stack([
        (masked_cross_entropy(logits[r, :columns], true[r, :columns], r)
         + masked_cross_entropy(logits[:rows, r], true[:rows, r], r)) / 2
        for r in range(p)
    ])
    terms = {"contrastive": (weights * contrastive).mean(), "sigmoid": sigmoid(case, logits + b, true, weights, columns, rows)}
    own = {"ownTexts": (logits, true, "ownTexts"), "ownImages": (logits.T, true.T, "ownImages")}
    for name, (matrix, truth, key) in own.items():
        total, count = torch.zeros((), dtype=torch.float64), 0.0
        for r in range(p):
            negatives = [n for n in case[key][r] if not truth[r, n]]
            if negatives:
                choices = matrix[r, [r, *negatives]].unsqueeze(0)
                total = total + weights[r] * F.cross_entropy(choices, torch.zeros(1, dtype=torch.long))
                count += weights[r].item()
        terms[name] = total / count if count else total

    loss = sum(config[name] * term for name, term in terms.items())
    gradients = torch.autograd.grad(loss, [images, texts, s, b], allow_unused=True)
    return {
        "loss": loss.item(),
        "terms": {name: term.item() for name, term in terms.items() if config[name]},
        "imageGradients": gradients[0].flatten().tolist(),
        "textGradients": gradients[1].flatten().tolist(),
        "logitScaleGradient": gradients[2].item(),
        "logitBiasGradient": 0.0 if gradients[3] is None else gradients[3].item(),
    }


def unit_rows(count, width, generator):
    rows = F.normalize(torch.randn(count, width, generator=generator, dtype=torch.float64), dim=1)
    return (rows * 256).round().long().tolist()


def make_case(name, seed, pairs, images, texts, logit_scale, config, **changes):
    generator = torch.Generator().manual_seed(seed)
    case = {
        "name": name,
        "pairs": pairs,
        "width": 4,
        "images": unit_rows(images, 4, generator),
        "texts": unit_rows(texts, 4, generator),
        "imageGroups": list(range(images)),
        "textGroups": list(range(texts)),
        "weights": [1.0] * pairs,
        "ownTexts": [[] for _ in range(pairs)],
        "ownImages": [[] for _ in range(pairs)],
        "alsoTrue": [],
        "logitScale": logit_scale,
        "logitBias": 0.0,
        "config": config,
        **changes,
    }
    return {**case, "expected": objective(case)}


def config(contrastive=1.0, shared_negatives=True, own_texts=0.0, own_images=0.0, sigmoid=0.0):
    return {
        "contrastive": contrastive,
        "sigmoid": sigmoid,
        "sharedNegatives": shared_negatives,
        "ownTexts": own_texts,
        "ownImages": own_images,
    }


OWN = {
    "ownTexts": [[6, 7], [8], [], [7, 2, 8], [], [6, 4]],
    "ownImages": [[6], [], [], [7, 6], [1], [7]],
}
MASKED = {
    "imageGroups": [0, 1, 2, 0, 4, 5, 4, 7],
    "textGroups": [0, 1, 2, 3, 1, 5, 2, 7, 8],
    "alsoTrue": [[0, 2], [2, 7], [6, 1], [3, 8]],
    "weights": [1.0, 0.25, 2.0, 0.5, 1.5, 0.0],
}


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    return float(f"{value:.12g}") if isinstance(value, float) else value


print(json.dumps(rounded([
    make_case("plain CLIP", 1, 6, 6, 6, 1 / 0.07, config()),
    make_case("shared negatives", 2, 6, 8, 9, 20.0, config()),
    make_case("shared negatives, masks and weights", 3, 6, 8, 9, 20.0, config(), **MASKED),
    make_case("negatives that are not shared", 4, 6, 8, 9, 50.0, config(shared_negatives=False), **MASKED),
    make_case("own negatives alone", 5, 6, 8, 9, 10.0, config(0.0, True, 1.0, 0.5), **OWN),
    make_case("everything", 6, 6, 8, 9, 30.0, config(0.8, True, 0.6, 0.4), **OWN, **MASKED),
    make_case("plain SigLIP", 8, 6, 6, 6, 10.0, config(0.0, sigmoid=1.0), logitBias=-10.0),
    make_case("sigmoid, shared negatives, masks and weights", 9, 6, 8, 9, 20.0, config(0.0, sigmoid=1.0), logitBias=-4.0, **MASKED),
    make_case("sigmoid with negatives that are not shared", 10, 6, 8, 9, 8.0, config(0.0, False, 0.6, 0.4, 0.7), logitBias=1.5, **OWN, **MASKED),
    make_case("logit scale of 100", 7, 6, 8, 9, 100.0, config(1.0, True, 1.0, 1.0), **OWN, **MASKED),
])))
