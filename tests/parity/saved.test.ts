import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { openSafetensors } from '../../packages/core/src/index.ts';
import { largestDifference } from './compare.ts';
import { record } from './figures.ts';
import { reference } from './reference.ts';
import { openClipSiglip, smallSiglip, smallViT, trainSmall, writePairs } from './trained-model.ts';

const { quick_gelu: _, ...smallGelu } = smallViT;

test.each([
  ['small ViT, QuickGELU', smallViT, ['transformers', 'open_clip']],
  ['small ViT', smallGelu, ['transformers', 'open_clip']],
  ['tiny-rn', 'tiny-rn', ['open_clip']],
  ['small SigLIP', smallSiglip, ['transformers']],
  ['SigLIP with ViT-B-32', openClipSiglip, ['transformers', 'open_clip'], 2],
] as const)(
  '%s, trained here, gives the same features elsewhere',
  async (name, architecture, libraries, steps?: number) => {
    const dir = join(inject('dir'), `saved ${name}`);
    const trained = await trainSmall(join(dir, 'run'), architecture, steps);
    await using model = trained.model;
    const { files, texts } = await writePairs(trained.pairs, join(dir, 'pictures'), model.imageSize, 12);
    const images = await model.embedImages(await Promise.all(files.map((file) => readFile(file))));
    const rows = await model.embedTexts(texts);
    for (const library of libraries) {
      const [folder, out] = [join(dir, library), join(dir, `${library}.safetensors`)];
      await model.save(folder, { layout: library });
      await reference.ask('embed.run', { library, model: folder, pictures: files, texts, out });
      await using theirs = await openSafetensors(out);
      const figures = {
        images: largestDifference(images, await theirs.read('images')),
        texts: largestDifference(rows, await theirs.read('texts')),
      };
      expect(await record(inject('dir'), { table: 'saved', name, against: library, figures })).toEqual([]);
    }
  },
);
