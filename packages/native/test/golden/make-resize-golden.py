"""Writes resize.json: what Pillow 13 makes of pictures with smooth and hard edges, by the hashes of the pixels.

    pip install 'pillow==13.0.0' && python make-resize-golden.py > resize.json
"""

import hashlib
import json

from PIL import Image

FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}
SHAPES = [
    # (width, height) → (width, height)
    (32, 24, 15, 11), (32, 24, 7, 24), (32, 24, 32, 7), (32, 24, 40, 30), (32, 24, 33, 24), (32, 24, 1, 1),
    (1, 1, 5, 3), (1, 9, 4, 4), (2, 2, 224, 224), (3, 100, 8, 266), (100, 3, 266, 8), (37, 23, 16, 9),
    (23, 60, 16, 41), (101, 20, 20, 101), (20, 101, 101, 20), (640, 480, 298, 224), (480, 641, 224, 299),
    (500, 375, 224, 224), (375, 500, 224, 224), (120, 400, 32, 106), (64, 200, 32, 32), (224, 223, 224, 224),
    (1000, 40, 56, 56), (40, 1000, 56, 56), (333, 97, 64, 18), (97, 333, 18, 64), (50, 50, 49, 51), (255, 255, 7, 7),
]  # fmt: skip


def picture(width, height):
    """The same whole numbers in resize.test.ts."""
    image = Image.new("RGB", (width, height))
    image.putdata([
        ((x * 37 + y * 11) % 256, (x * y * 7) % 256, 255 if (x // 5 + y // 3) % 2 else 20)
        for y in range(height)
        for x in range(width)
    ])
    return image


cases = []
for width, height, to_width, to_height in SHAPES:
    for interpolation, code in FILTERS.items():
        resized = picture(width, height).resize((to_width, to_height), code)
        cases.append({
            "interpolation": interpolation,
            "from": [width, height],
            "to": [to_width, to_height],
            "sha256": hashlib.sha256(resized.tobytes()).hexdigest(),
        })
print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")
