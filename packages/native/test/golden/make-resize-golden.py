"""Writes resize.json: a smooth picture resized by Pillow's antialiased BICUBIC.

    python make-resize-golden.py > resize.json
"""

import json

from PIL import Image

WIDTH, HEIGHT = 32, 24


def pixel(x, y):
    """The same whole numbers in resize.test.ts."""
    both = (x * (WIDTH - 1 - x) + y * (HEIGHT - 1 - y)) * 255 // 372
    return (x * 255 // (WIDTH - 1), y * 255 // (HEIGHT - 1), both)


picture = Image.new("RGB", (WIDTH, HEIGHT))
picture.putdata([pixel(x, y) for y in range(HEIGHT) for x in range(WIDTH)])
cases = []
for width, height in [(15, 11), (7, 24), (40, 30)]:
    resized = picture.resize((width, height), Image.BICUBIC)
    cases.append({"width": width, "height": height, "pixels": resized.tobytes().hex()})
print(json.dumps(cases))
