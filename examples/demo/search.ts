import { join } from 'node:path';
import { buildIndex, ClipModel, encodePng, type Knobs, openIndex } from '@anagram/core';
import { type Artwork, emojiSceneGallery } from '@anagram/worlds/emoji-scenes';
import { galleryCount, heldOutVendor, testSeed } from './budget.ts';

export interface Found {
  readonly query: string;
  readonly hits: readonly { readonly image: Uint8Array; readonly text: string; readonly score: number }[];
}

const queries = 4;
const limit = 4;

/** Indexes the held-out gallery with the trained model and asks for a few of its scenes by their captions. */
export async function searchScenes(
  options: { artwork: Artwork; modelDir: string; dir: string } & Knobs,
): Promise<Found[]> {
  const { artwork, modelDir, dir, ...knobs } = options;
  const gallery = emojiSceneGallery({ artwork, vendor: heldOutVendor, count: galleryCount, seed: testSeed });
  const byId = new Map(gallery.map((entry) => [entry.id, entry]));
  await using model = await ClipModel.load(modelDir);
  await buildIndex({
    model,
    items: gallery.map(({ id, image }) => ({ id, image })),
    dir: join(dir, 'index'),
    ...knobs,
  });
  const index = await openIndex({ model, dir: join(dir, 'index') });
  const asked = Array.from({ length: queries }, (_, k) => gallery[Math.floor((k * gallery.length) / queries)]!.text);
  return Promise.all(
    asked.map(async (query) => ({
      query,
      hits: await Promise.all(
        (await index.search(query, { limit })).map(async ({ id, score }) => {
          const { image, text } = byId.get(id)!;
          return { image: await encodePng(image), text, score };
        }),
      ),
    })),
  );
}
