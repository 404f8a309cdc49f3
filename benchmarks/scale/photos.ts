import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeJpeg, type Pixels, Random } from '@anagram/core';

const [width, height] = [640, 480];

/** Writes JPEGs of the size and weight of photographs (640 × 480, about 100 kB) and a JSONL of `id`, `image` and `text`. */
export async function writePhotos(root: string, count: number): Promise<string> {
  await mkdir(root, { recursive: true });
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    await writeFile(join(root, `${i}.jpg`), await encodeJpeg(photo(i), 90));
    lines.push(JSON.stringify({ id: String(i), image: `${i}.jpg`, text: `photograph number ${i}` }));
  }
  const file = join(root, 'photos.jsonl');
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

/** A few waves in each channel, and grain. */
function photo(index: number): Pixels {
  const random = new Random('photo', index);
  const levels = new Float32Array(width * height * 3).fill(128);
  for (let wave = 0; wave < 18; wave++) {
    const [across, down, phase] = [random.float() * 0.06, random.float() * 0.06, random.float() * 2 * Math.PI];
    // Along a row the angle grows evenly, so that a rotation is enough.
    const [turnCos, turnSin] = [Math.cos(across), Math.sin(across)];
    for (let y = 0; y < height; y++) {
      let [cos, sin] = [Math.cos(down * y + phase), Math.sin(down * y + phase)];
      for (let at = y * width * 3 + (wave % 3), end = (y + 1) * width * 3; at < end; at += 3) {
        levels[at]! += 18 * sin;
        [cos, sin] = [cos * turnCos - sin * turnSin, sin * turnCos + cos * turnSin];
      }
    }
  }
  const grain = Int8Array.from({ length: 8191 }, () => random.below(17) - 8);
  const data = Uint8ClampedArray.from(levels, (level, at) => level + grain[at % grain.length]!);
  return { width, height, data: new Uint8Array(data.buffer) };
}
