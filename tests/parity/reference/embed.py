"""Embeddings of a folder's model, computed by transformers or open_clip from picture files and texts as they are."""

from pathlib import Path

import open_clip
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import AutoModel, AutoTokenizer, CLIPImageProcessorPil, SiglipImageProcessorPil


def run(library, model, pictures, texts, out):
    """Writes `images` and `texts`, (count, width) unit rows, to `out`. Pictures are file names."""
    images = [Image.open(name).convert("RGB") for name in pictures]
    read = read_transformers if library == "transformers" else read_open_clip
    embed_images, embed_texts = read(Path(model))
    with torch.no_grad():
        rows = {"images": images and embed_images(images), "texts": texts and embed_texts(texts)}
    save_file({name: torch.nn.functional.normalize(row, dim=-1).contiguous() for name, row in rows.items() if len(row) > 0}, out)


def read_transformers(folder):
    model, tokenizer = AutoModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    siglip = model.config.model_type == "siglip"
    processor = (SiglipImageProcessorPil if siglip else CLIPImageProcessorPil).from_pretrained(folder)
    pooled = lambda output: getattr(output, "pooler_output", output)
    # SigLIP reads what follows a text.
    padding = {"padding": "max_length"} if siglip else {}

    def embed_images(images):
        return pooled(model.get_image_features(**processor(images, return_tensors="pt")))

    def embed_texts(texts):
        rows = [tokenizer(text, truncation=True, return_tensors="pt", **padding)["input_ids"] for text in texts]
        return torch.cat([pooled(model.get_text_features(input_ids=row)) for row in rows])

    return embed_images, embed_texts


def read_open_clip(folder):
    """By open_clip's own factory, which reads its config, weights and SigLIP's tokenizer from the folder."""
    model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    model.eval()
    embed_images = lambda images: model.encode_image(torch.stack([transform(image) for image in images]))
    if hasattr(model, "text"):
        tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")
        return embed_images, lambda texts: model.encode_text(tokenizer(texts))
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def embed_texts(texts):
        rows = [tokenizer(text, truncation=True)["input_ids"] for text in texts]
        ids = torch.zeros(len(rows), model.context_length, dtype=torch.long)
        for place, row in zip(ids, rows):
            place[: len(row)] = torch.tensor(row)
        return model.encode_text(ids)

    return embed_images, embed_texts
