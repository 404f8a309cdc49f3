import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blotches, writePreparedFolder } from '../../test/fixtures/prepared-folder.ts';
import { tinyEmbedder } from '../../test/fixtures/tiny-benchmark.ts';
import { croppedFile } from '../image/crop.ts';
import { encodeJpeg, encodePng } from '../image/encode.ts';
import type { ImageFile } from '../pair.ts';
import { evaluate } from './evaluate.ts';
import { retrieval } from './retrieval.ts';
import { textChoice } from './text-choice.ts';
import { readTrainingContent } from './training-content.ts';

const file = (name: string, bytes: Uint8Array): ImageFile => ({ name, bytes: async () => bytes });

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'contamination-'));
  await writePreparedFolder(
    dir,
    [0, 1].map((k) => ({ text: `A Dog, number ${k}.`, picture: blotches(k) })),
    [{ pair: 0, category: 'object', text: 'a cat', picture: blotches(7) }],
  );
});
afterAll(() => rm(dir, { recursive: true }));

describe('readTrainingContent', () => {
  it('knows texts without regard to case and punctuation, those of negatives too', async () => {
    const content = await readTrainingContent(dir);
    expect(['a dog number 1', 'a dog, number 2', 'A cat!'].map((text) => content.hasText(text))).toEqual([
      true,
      false,
      true,
    ]);
    expect(content.names).toEqual([dir.split('/').at(-1)]);
  });

  it('knows a picture by its bytes, its pixels and its looks, a part by its whole, and edited pictures too', async () => {
    const { findPicture } = await readTrainingContent([dir]);
    expect(await findPicture(file('same.png', await encodePng(blotches(0))))).toBe('bytes');
    expect(await findPicture(blotches(0))).toBe('pixels');
    expect(await findPicture(blotches(7))).toBe('pixels');
    expect(await findPicture(file('again.jpg', await encodeJpeg(blotches(1, 96))))).toBe('near');
    expect(await findPicture(blotches(3))).toBe(null);
  });

  it('finds no likeness between pictures without features', async () => {
    const flat = { width: 8, height: 8, data: new Uint8Array(192).fill(9) };
    expect(await (await readTrainingContent(dir)).findPicture(flat)).toBe(null);
  });
});

describe('evaluate with trainedOn', () => {
  const names = ['half.jpg', 'other', 'words', 'none'];
  const images = [blotches(0, 96), blotches(3), blotches(4), blotches(5)];
  const texts = ['one', 'two', 'a dog, number 1', 'three'];
  const right = tinyEmbedder(
    2,
    (text) => (text.startsWith('not') ? [0, 1] : [1, 0]),
    () => [1, 0],
  );
  const items = texts.map((text, k) => ({
    ...{ id: names[k]!, category: 'colour', image: images[k]!, text, negativeText: `not ${k}` },
  }));

  it('counts and names what stood there, and scores the rest beside the whole', async () => {
    // Wrong on the two items that stood in the training data.
    const model = {
      ...right,
      embedTexts: (all: readonly string[]) =>
        right.embedTexts(all.map((text) => (text === 'one' || text.startsWith('a dog') ? 'not' : text))),
    };
    const { t } = await evaluate({ model, tasks: [textChoice({ name: 't', items })], trainedOn: dir });
    expect(t!.scores['colour.choice']).toMatchObject({ value: 0.5, n: 4 });
    expect(t!.contamination).toMatchObject({
      texts: { count: 1, of: 8, first: ['a dog, number 1'] },
      pictures: { count: 1, of: 4, first: [{ picture: 'picture 1', as: 'near' }] },
      items: { count: 2, of: 4 },
      rest: { 'colour.choice': { value: 1, n: 2 } },
    });
  });

  it('looks for a part of a picture as its whole, which it reads once', async () => {
    let read = 0;
    const bytes = await encodePng(blotches(1));
    const whole: ImageFile = {
      name: 'whole.png',
      async bytes() {
        read++;
        return bytes;
      },
    };
    const parts = [0, 8].map((x) => croppedFile(whole, { x, y: 0, width: 8, height: 8 }));
    const cut = parts.map((image, k) => ({ ...items[0]!, id: `${k}`, image, text: `part ${k}` }));
    const { findPicture, ...content } = await readTrainingContent(dir);
    const asked: string[] = [];
    const report = await textChoice({ name: 't', items: cut }).run({
      model: { ...right, embedImages: async (images) => Float32Array.from(images.flatMap(() => [1, 0])) },
      trainedOn: {
        ...content,
        findPicture: (image) => {
          asked.push('name' in image ? image.name : 'pixels');
          return findPicture(image);
        },
      },
    });
    expect(report.contamination!.pictures).toMatchObject({
      count: 2,
      of: 2,
      first: [{ as: 'bytes' }, { as: 'bytes' }],
    });
    expect([asked, read]).toEqual([['whole.png'], 1]);
  });

  it('does so for retrieval, whose other queries still choose among the whole gallery', async () => {
    const gallery = items.map(({ id, image, text }) => ({ id, image, text }));
    const { r } = await evaluate({ model: right, tasks: [retrieval({ name: 'r', gallery })], trainedOn: dir });
    expect(r!.contamination!.items).toEqual({ count: 2, of: 4 });
    expect(r!.contamination!.rest['textToImage.recall@1']).toMatchObject({ value: 0, n: 2 });
  });

  it('keeps the hashes of the training data in dir, and makes a damaged file anew', async () => {
    const out = await mkdtemp(join(tmpdir(), 'contamination-out-'));
    const run = () => evaluate({ model: right, tasks: [textChoice({ name: 't', items })], trainedOn: dir, dir: out });
    const first = await run();
    const kept = (await readdir(out)).find((name) => name.startsWith('trained-on-'))!;
    await writeFile(join(out, kept), '{"texts": [');
    expect(await run()).toEqual(first);
    await rm(out, { recursive: true });
  });
});
