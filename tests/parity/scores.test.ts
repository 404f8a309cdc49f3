import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import {
  type CompositionItem,
  composition,
  type Embedder,
  encodeJpeg,
  encodePng,
  evaluate,
  openSafetensors,
  type PairSet,
  type RetrievalItem,
  retrieval,
  sugarCrepe,
  type Task,
} from '../../packages/core/src/index.ts';
import type { Library } from './cases.ts';
import { record } from './figures.ts';
import { reference } from './reference.ts';
import { smallSiglip, smallViT, trainSmall } from './trained-model.ts';

/** Pixels; the model resizes them. */
const size = 50;

test.each([
  ['CLIP', 'transformers', smallViT],
  ['CLIP', 'open_clip', smallViT],
  ['SigLIP', 'transformers', smallSiglip],
] as const)('a %s scores the same when %s computes its embeddings', async (kind, library, architecture) => {
  const dir = join(inject('dir'), `scores ${kind} ${library}`);
  const trained = await trainSmall(join(dir, 'run'), architecture);
  await using model = trained.model;
  const folder = join(dir, 'model');
  await model.save(folder, { layout: library });
  const tasks = await tasksOn(trained.pairs, dir);
  const ours = await evaluate({ model, tasks });
  const theirs = await evaluate({ model: elsewhere(library, model.embedDim, folder, dir), tasks });
  const [shown, expected] = [shownScores(ours), shownScores(theirs)];
  expect(shown.size).toBeGreaterThan(10);
  // A model that knows nothing, or everything, would score the same by chance.
  const between = [...shown.values()].filter((score) => /^0\.\d*[1-9]/.test(score));
  expect(between.length).toBeGreaterThan(5);
  const differing = [...shown].filter(([name, score]) => expected.get(name) !== score);
  const figures = { scores: shown.size, differing: differing.length };
  const name = `${kind === 'CLIP' ? '' : `${kind}, `}retrieval, composition, SugarCrepe`;
  const row = { table: 'scores', name, against: library, figures } as const;
  expect(await record(inject('dir'), row)).toEqual([]);
  expect(shown).toEqual(expected);
});

/** Every digit of values, intervals and counts. */
function shownScores(reports: Awaited<ReturnType<typeof evaluate>>): Map<string, string> {
  return new Map(
    Object.values(reports).flatMap(({ task, skipped, ties, scores }) => {
      if (skipped) throw new Error(`${task} was skipped: ${skipped.reason}`);
      const figures = Object.entries(scores).map(([name, { value, n, interval }]) => [
        `${task} ${name}`,
        [value, n, ...interval].join(' '),
      ]);
      return [[`${task} ties`, `${ties}`], ...figures] as [string, string][];
    }),
  );
}

/** The saved model in Python, which reads the picture files itself. */
function elsewhere(library: Library, embedDim: number, model: string, dir: string): Embedder {
  let asked = 0;
  const embed = async (pictures: readonly string[], texts: readonly string[]) => {
    const out = join(dir, `embedded-${++asked}.safetensors`);
    await reference.ask('embed.run', { library, model, pictures, texts, out });
    await using file = await openSafetensors(out);
    return file.read(pictures.length > 0 ? 'images' : 'texts');
  };
  return {
    embedDim,
    async embedImages(images) {
      const folder = join(dir, `pictures-${++asked}`);
      await mkdir(folder);
      const paths = images.map((_, at) => join(folder, String(at)));
      for (const [at, image] of images.entries()) {
        await writeFile(paths[at]!, 'bytes' in image ? await image.bytes() : await encodePng(image));
      }
      return embed(paths, []);
    },
    embedTexts: (texts) => embed([], texts),
  };
}

async function tasksOn(pairs: PairSet, dir: string): Promise<Task[]> {
  const gallery: RetrievalItem[] = [];
  const items: CompositionItem[] = [];
  const records: Record<string, { filename: string; caption: string; negative_caption: string }> = {};
  const images = join(dir, 'coco');
  await mkdir(images, { recursive: true });
  for (let index = 0; index < pairs.length; index++) {
    const { image, text, negatives } = await pairs.pair(index, size);
    const [negative] = negatives;
    const filename = `${String(index).padStart(12, '0')}.jpg`;
    await writeFile(join(images, filename), await encodeJpeg(image));
    gallery.push({ id: filename, image, text });
    items.push({
      id: filename,
      category: negative!.category,
      images: [image, negative!.image!],
      texts: [text, negative!.text!],
    });
    records[index] = { filename, caption: text, negative_caption: negative!.text! };
  }
  const names = ['add_att', 'add_obj', 'replace_att', 'replace_obj', 'replace_rel', 'swap_att', 'swap_obj'];
  const annotations = join(dir, 'sugar-crepe');
  await mkdir(annotations);
  for (const name of names) await writeFile(join(annotations, `${name}.json`), JSON.stringify(records));
  return [
    retrieval({ name: 'retrieval', gallery }),
    composition({ name: 'composition', items }),
    sugarCrepe({ dir: annotations, images }),
  ];
}
