import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type AnagramEvent,
  ClipModel,
  defineSource,
  encodePng,
  hammingDistance,
  type Pixels,
  perceptualHash,
  prepare,
  prepareShare,
  type Source,
  type SourceRecord,
  Tokenizer,
  train,
} from '../src/index.ts';
import { tinyPairs } from '../src/testing/index.ts';
import { oracle, picture, verdicts } from './fixtures/numbers.ts';

const pairs = tinyPairs({ count: 24, negatives: 'none' });
const tokenizer = Tokenizer.train(pairs.texts() as Iterable<string>, { vocabSize: 560 });

let root: string;
let model: ClipModel;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-similar-'));
  model = await ClipModel.create({ architecture: 'tiny-vit', imageSize: 32, tokenizer, seed: 1 });
  await train({ model, pairs, dir: join(root, 'model'), steps: 30, batchSize: 24 });
});
afterAll(async () => {
  model.dispose();
  await rm(root, { recursive: true, force: true });
});

/** Moved to the right, its left edge drawn out. */
function shifted({ width, height, data }: Pixels, by: number): Pixels {
  const moved = new Uint8Array(data.length);
  for (let at = 0; at < width * height; at++) {
    const from = at - Math.min(at % width, by);
    moved.set(data.subarray(from * 3, from * 3 + 3), at * 3);
  }
  return { width, height, data: moved };
}

function sourceOf(name: string, records: readonly { id: string; text?: string; image: Pixels }[]): Source {
  return defineSource({
    name,
    settings: null,
    records: () =>
      records.map(
        ({ image, ...record }): SourceRecord => ({
          ...record,
          image: { name: `${record.id}.png`, bytes: () => encodePng(image) },
        }),
      ),
  });
}

test('a shifted picture that the perceptual hash misses is found, another picture of the same text is not', async () => {
  const [one, other] = [(await pairs.pair(1, 64)).image, (await pairs.pair(6, 64)).image];
  expect(hammingDistance(perceptualHash(one), perceptualHash(shifted(one, 1)))).toBeGreaterThan(3);
  const text = 'two things';
  const source = sourceOf('shifted', [
    { id: 'one', text, image: one },
    { id: 'other', text, image: other },
    { id: 'shifted', text: ' Two  things', image: shifted(one, 1) },
    { id: 'again', text, image: shifted(one, 1) },
    { id: 'other text', text: 'one thing', image: shifted(one, 2) },
    { id: 'lone', image: shifted(one, 2) },
    { id: 'lone too', image: shifted(one, 3) },
  ]);
  const { verifier } = oracle();
  const options = { source, verifier, threshold: 0 };
  const plain = await prepare({ ...options, dir: join(root, 'plain') });
  // The lone picture is, to the byte, that of another record's pair.
  expect(plain.counts.duplicates).toEqual({ bytes: 2 });

  const prepared = await prepare({ ...options, dir: join(root, 'similar'), similar: { model, from: 0.98 } });
  expect(prepared.counts.duplicates).toEqual({ embedding: 2, bytes: 1 });
  const all = await verdicts(prepared);
  const rows = await model.embedImages([one, shifted(one, 1)]);
  const cosine = rows.subarray(0, model.embedDim).reduce((sum, value, d) => sum + value * rows[model.embedDim + d]!, 0);
  const { duplicate, reason } = all.get('shifted')!;
  expect(duplicate).toMatchObject({ duplicateOf: 'one', kind: 'embedding' });
  expect(duplicate!.distance).toBeCloseTo(1 - cosine, 5);
  expect(reason).toMatch(/^like the picture of one \(cosine 0\.99\d\d\), with its text$/);
  expect(all.get('again')!.duplicate).toEqual(duplicate);
  for (const id of ['one', 'other', 'other text', 'lone too']) expect(all.get(id)!.route).not.toBe('duplicate');
});

/** Sixty numbers with three patterns each: with the pictures of a text more than two blocks. */
const many = sourceOf(
  'many',
  Array.from({ length: 180 }, (_, i) => ({
    id: `pair-${i}`,
    text: `number ${i % 60}`,
    image: picture(i % 60, `pattern ${i}`),
  })),
);

async function similarFiles(dir: string): Promise<string[]> {
  const names = await readdir(join(dir, 'work'));
  return names.filter((name) => name.startsWith('similar-')).map((name) => join(dir, 'work', name));
}

test('stopped at any event or killed while a block was written, it ends with the same manifest', async () => {
  const options = { source: many, verifier: oracle().verifier, similar: { model, from: 0.99 } };
  const whole = await prepare({ ...options, dir: join(root, 'whole') });
  const found = whole.counts.duplicates.embedding!;
  expect([found > 10, found < 120]).toEqual([true, true]);
  let stops = 0;
  for (let after = 1; ; after++) {
    const stop = new AbortController();
    let events = 0;
    const onEvent = () => {
      if (++events === after) stop.abort(new Error('stopped'));
    };
    const dir = join(root, 'parts');
    const ended = await prepare({ ...options, dir, signal: stop.signal, onEvent }).then(
      ({ manifestHash }) => manifestHash,
      (error: Error) => error.message,
    );
    if (ended !== 'stopped') {
      expect(ended).toBe(whole.manifestHash);
      break;
    }
    stops++;
  }
  expect(stops).toBeGreaterThan(5);

  const [file] = await similarFiles(join(root, 'whole'));
  const rows = await readFile(file!);
  expect(rows.length).toBe(180 * 4 * model.embedDim);
  await truncate(file!, 100 * 4 * model.embedDim + 3);
  const again = await prepare({ ...options, dir: join(root, 'whole') });
  expect(again.manifestHash).toBe(whole.manifestHash);
  expect(rows.equals(await readFile(file!))).toBe(true);
});

test('another cosine decides anew without embedding anything, another model embeds again', async () => {
  const dir = join(root, 'again');
  let embedded = 0;
  const onEvent = (event: AnagramEvent) => {
    if (event.type === 'stage-progress' && event.stage === 'prepare-similar') embedded++;
  };
  const options = { source: many, verifier: oracle().verifier, dir, onEvent };
  const strict = await prepare({ ...options, similar: { model, from: 1 } });
  expect([strict.counts.duplicates.embedding, embedded]).toEqual([undefined, 3]);
  const lax = await prepare({ ...options, similar: { model, from: 0 } });
  expect([lax.counts.duplicates.embedding! > 100, embedded]).toEqual([true, 3]);
  await using other = await ClipModel.create({ architecture: 'tiny-vit', imageSize: 32, tokenizer, seed: 2 });
  await prepare({ ...options, similar: { model: other, from: 0.9 } });
  expect([embedded, (await similarFiles(dir)).length]).toEqual([6, 2]);
  const none = await prepare(options);
  expect(none.counts.duplicates).toEqual({});
});

test('shares read and score alone; the prepare that decides embeds, and comes to the same', async () => {
  const { verifier } = oracle();
  const dir = join(root, 'shares');
  for (const index of [1, 0]) await prepareShare({ source: many, verifier, dir, index, of: 2 });
  expect(await similarFiles(dir)).toEqual([]);
  const similar = { model, from: 0.99 };
  const shared = await prepare({ source: many, verifier, dir, similar });
  const alone = await prepare({ source: many, verifier, dir: join(root, 'alone'), similar });
  expect([shared.manifestHash, shared.counts.duplicates.embedding! > 10]).toEqual([alone.manifestHash, true]);
});
