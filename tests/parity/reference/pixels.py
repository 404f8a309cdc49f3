"""Picture files of many shapes and kinds, and what transformers and open_clip make of them before normalisation."""

from pathlib import Path

import numpy as np
import open_clip
import torch
from open_clip.transform import image_transform
from PIL import Image
from safetensors.torch import save_file
from transformers import CLIPImageProcessor, CLIPImageProcessorPil, SiglipImageProcessor, SiglipImageProcessorPil

MEAN, STD = open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD
HALVES = (0.5, 0.5, 0.5)
# Width and height.
SHAPES = [(224, 224), (256, 256), (640, 480), (480, 640), (225, 224), (224, 225), (223, 301), (37, 91), (8, 8), (1, 1), (3, 2),
          (1024, 768), (333, 1000), (1000, 333), (2000, 250), (160, 1600), (449, 447), (1500, 1499)]


def run(dir, size, family):
    """Writes the files and `pixels.safetensors` with levels 0–255 under LIBRARY/FILE, (size, size, 3) each. Returns file names."""
    folder = Path(dir)
    folder.mkdir(parents=True)
    write_files(folder)
    mean, std = (HALVES, HALVES) if family == "siglip" else (MEAN, STD)
    libraries = processors(size, family, mean, std)
    names, levels = sorted(path.name for path in folder.iterdir()), {}
    for name in names:
        image = Image.open(folder / name)
        # Where the libraries convert each in a way of its own, all get what Pillow makes of it: see docs/parity.md.
        image = image.convert("RGB") if image.mode in ("1", "P", "RGBA") else image
        for library, process in libraries.items():
            levels[f"{library}/{name}"] = unnormalised(process(image), mean, std)
    save_file(levels, folder / "pixels.safetensors")
    return {"names": names, "libraries": list(libraries)}


def processors(size, family, mean, std):
    """CLIP's bring the shorter side to the size and crop, SigLIP's both sides."""
    if family == "siglip":
        settings = {"size": {"height": size, "width": size}}
        pil, fast, mode = SiglipImageProcessorPil(**settings, resample=3), SiglipImageProcessor(**settings, resample=3), "squash"
    else:
        settings = {"size": {"shortest_edge": size}, "crop_size": {"height": size, "width": size}}
        pil, fast, mode = CLIPImageProcessorPil(**settings), CLIPImageProcessor(**settings), "shortest"
    return {
        "transformers": lambda image: pil(image.convert("RGB"), return_tensors="pt")["pixel_values"][0],
        "transformers, tensors": lambda image: fast(image.convert("RGB"), return_tensors="pt")["pixel_values"][0],
        "open_clip": image_transform(size, is_train=False, mean=mean, std=std, resize_mode=mode),
    }


def unnormalised(values, mean, std):
    levels = (values * torch.tensor(std).view(3, 1, 1) + torch.tensor(mean).view(3, 1, 1)) * 255
    rounded = levels.round()
    assert (levels - rounded).abs().max() < 0.02, "these are no levels"
    return rounded.permute(1, 2, 0).contiguous()


def write_files(folder):
    random = np.random.default_rng(11)
    for width, height in SHAPES:
        Image.fromarray(picture(random, width, height)).save(folder / f"{width}x{height}.png")
    photo = Image.fromarray(picture(random, 500, 375))
    photo.save(folder / "baseline.jpg", quality=90, subsampling=0)
    photo.save(folder / "subsampled.jpg", quality=75, subsampling=2)
    photo.save(folder / "progressive.jpg", quality=85, progressive=True)
    photo.convert("L").save(folder / "gray.jpg", quality=90)
    photo.convert("L").save(folder / "gray.png")
    photo.quantize(64).save(folder / "palette.png")
    photo.convert("1").save(folder / "bilevel.png")
    photo.save(folder / "lossless.webp", lossless=True)
    alpha = photo.convert("RGBA")
    alpha.putalpha(Image.fromarray(picture(random, 500, 375)[:, :, 0]))
    alpha.save(folder / "alpha.png")
    noise = random.integers(0, 256, (301, 407, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "noise.png")
    edges = (np.indices((300, 300)).sum(0) // 3 % 2 * 255).astype(np.uint8)
    Image.fromarray(np.stack([edges] * 3, -1)).save(folder / "checkers.png")


def picture(random, width, height):
    """Waves, edges and a little noise."""
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    waves = [np.sin(2 * np.pi * (random.uniform(1, 9) * x + random.uniform(1, 9) * y)) for _ in range(3)]
    level = 127 + 100 * np.stack(waves, -1) + random.normal(0, 12, (height, width, 3))
    level[(x + y) % 0.31 < 0.05] = random.uniform(0, 255, 3)
    return np.clip(level, 0, 255).astype(np.uint8)
