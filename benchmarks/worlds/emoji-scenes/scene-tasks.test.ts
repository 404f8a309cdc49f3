import { compareReports, type Embedder, evaluate } from '@anagram/core';
import { describe, expect, it } from 'vitest';
import { sceneCategories } from './scene.ts';
import { emojiScenesTasks } from './scene-tasks.ts';
import { syntheticArtwork } from './synthetic-artwork.ts';

const artwork = syntheticArtwork();

/** Embeds lengths of texts and sums of pictures: something, and always the same. */
const model: Embedder = {
  embedDim: 2,
  embedTexts: async (texts) => Float32Array.from(texts.flatMap((text) => unit(text.length % 17))),
  embedImages: async (images) =>
    Float32Array.from(
      images.flatMap((image) => unit('data' in image ? image.data.reduce((sum, byte) => sum + byte, 0) % 23 : 0)),
    ),
};
const unit = (angle: number) => [Math.cos(angle), Math.sin(angle)];

describe('emojiScenesTasks', () => {
  it('runs in evaluate: every category both ways, and retrieval over the gallery', async () => {
    const tasks = emojiScenesTasks({ artwork, vendor: 'twemoji', perCategory: 4, gallery: 16 });
    const reports = await evaluate({ model, tasks });
    const [items, gallery] = tasks.map(({ name }) => reports[name]!);
    expect(Object.keys(items!.scores).sort()).toEqual(
      ['all.macro', ...sceneCategories]
        .flatMap((category) => ['group', 'image', 'text'].map((kind) => `${category}.${kind}`))
        .sort(),
    );
    expect(items!.scores['colour.group']!.n).toBe(4);
    expect(gallery!.scores['imageToText.recall@1']!.n).toBe(16);
    expect(gallery!.chance['textToImage.recall@5']).toBe(5 / 16);
  });

  it('is known by everything that decides a pixel or a text, so that finished reports stay and others are made', async () => {
    const small = { artwork, vendor: 'noto', perCategory: 2, gallery: 8 } as const;
    const printOf = (options: Parameters<typeof emojiScenesTasks>[0]) =>
      Promise.all(emojiScenesTasks(options).map((task) => task.fingerprint!()));
    const first = await printOf(small);
    expect(await printOf(small)).toEqual(first);
    for (const change of [
      { seed: 1 },
      { vendor: 'twemoji' },
      { perCategory: 3 },
      { size: 48 },
      { split: 'validation' },
    ] as const) {
      expect(await printOf({ ...small, ...change })).not.toEqual(first);
    }
    const [task] = emojiScenesTasks(small);
    const report = await task!.run({ model });
    expect(compareReports(report, report)['colour.group']!.difference).toBe(0);
  });
});
