import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { clipFit } from '../../packages/core/src/image/preprocess.ts';
import { decodeImage, fitImage, openSafetensors } from '../../packages/core/src/index.ts';
import { record } from './figures.ts';
import { reference } from './reference.ts';

const size = 224;
/** SigLIP brings a picture to the square whatever its aspect. */
const fits = { clip: clipFit, siglip: { ...clipFit, resizeMode: 'squash' } } as const;

test.each([
  ['clip', ''],
  ['siglip', 'SigLIP, '],
] as const)('pictures of every shape and kind have the levels of Pillow: %s', async (family, kind) => {
  const dir = join(inject('dir'), `pixels ${family}`);
  const { names, libraries } = await reference.ask<{ names: string[]; libraries: string[] }>('pixels.run', {
    dir,
    size,
    family,
  });
  const ours = new Map<string, Uint8Array>();
  for (const name of names) {
    const { data } = await fitImage(await decodeImage(await readFile(join(dir, name)), name), size, fits[family]);
    ours.set(name, data); // (size, size, 3)
  }
  await using file = await openSafetensors(join(dir, 'pixels.safetensors'));
  const offences: string[] = [];
  for (const library of libraries) {
    const counts = [0, 0, 0];
    let [worst, name] = [0, ''];
    for (const [picture, received] of ours) {
      const expected = await file.read(`${library}/${picture}`);
      expect(received.length).toBe(expected.length);
      received.forEach((level, at) => {
        const apart = Math.abs(level - expected[at]!);
        counts[Math.min(apart, 2)]!++;
        if (apart > worst) [worst, name] = [apart, picture];
      });
    }
    const total = counts.reduce((sum, count) => sum + count, 0);
    const [equal, one, more] = counts.map((count) => count / total);
    const figures = { equal: equal!, 'off by 1': one!, 'off by more': more!, worst };
    const row = {
      table: library.endsWith('tensors') ? (family === 'clip' ? 'tensors' : 'squashed') : 'pixels',
      name: `${kind}${names.length} files`,
      against: library,
      figures,
      worst: { worst: name },
    } as const;
    offences.push(...(await record(inject('dir'), row)));
  }
  expect(offences).toEqual([]);
});
