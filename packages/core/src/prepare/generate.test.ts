import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { noisy, oracle, picture, sourceOf, verdicts } from '../../test/fixtures/numbers.ts';
import { encodePng } from '../image/encode.ts';
import { readManifest } from '../shard/manifest.ts';
import { indexShard } from '../shard/shard-reader.ts';
import type { PairVerifier } from '../verify/pair-verifier.ts';
import { planPreparation, prepare } from './prepare.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-generate-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('generators are asked once, and only what reaches the threshold is kept', async () => {
  let captions = 0;
  let pictures = 0;
  const options = {
    source: noisy,
    verifier: oracle().verifier,
    dir,
    repairer: 'off' as const,
    captioner: {
      id: 'captioner',
      async caption({ count }: { count: number }) {
        captions++;
        return ['number 1', 'number 100', 'number 101'].slice(0, count);
      },
    },
    illustrator: {
      id: 'illustrator',
      async illustrate({ text }: { text: string }) {
        pictures++;
        return [await encodePng(picture(99, 'wrong')), await encodePng(picture(Number(text.slice(7)), 'new'))];
      },
    },
  };
  const prepared = await prepare(options);
  const all = await verdicts(prepared);
  expect(all.get('pair-0')).toMatchObject({ route: 'repair', kept: false });
  expect(all.get('picture-0')).toMatchObject({
    kept: true,
    reason: expect.stringContaining('its new text by captioner, the best of 3, scores 1.000'),
    repaired: { text: 'number 100', by: 'captioner', chosen: { by: null, of: 3, byTower: { oracle: 9 } } },
  });
  expect(all.get('text-4')).toMatchObject({ route: 'illustrate', kept: true, repaired: { by: 'illustrator' } });
  expect([captions, pictures]).toEqual([2, 2]);
  const illustrated = (await Array.fromAsync(prepared.samples())).find(({ text }) => text === 'number 106')!;
  expect(illustrated.provenance.route).toBe('illustrate');

  const again = await prepare(options);
  expect(again.manifestHash).toBe(prepared.manifestHash);
  expect([captions, pictures]).toEqual([2, 2]);
});

test('of what a generator offers one tower chooses and the others accept, and the verdict says so', async () => {
  const { verifier } = oracle();
  // The second tower calls the right text and "so to speak" equal; the first, which accepts, does not.
  const towers: PairVerifier = {
    ...verifier,
    id: 'two towers',
    score: async (pairs) =>
      (await verifier.score(pairs)).map(({ score, probability }, i) => ({
        ...{ score, probability },
        byTower: { strict: score, lax: pairs[i]!.text.startsWith('so to speak') ? 9 : score / 3 },
      })),
  };
  const source = sourceOf([
    ...Array.from({ length: 60 }, (_, i) => ({ id: `pair-${i}`, of: i, text: `number ${i % 3 === 0 ? i + 1 : i}` })),
    { id: 'lone', of: 200 },
  ]);
  const offering = async (texts: readonly string[], to: string) => {
    const captioner = { id: 'captioner', caption: async () => texts };
    const prepared = await prepare({ source, verifier: towers, dir: join(dir, to), repairer: 'off', captioner });
    return (await verdicts(prepared)).get('lone')!;
  };
  expect(await offering(['number 1', 'number 200'], 'right')).toMatchObject({
    kept: true,
    reason: expect.stringContaining('by captioner, which lax chose of 2, scores'),
    repaired: { text: 'number 200', chosen: { by: 'lax', of: 2, byTower: { strict: 9, lax: 3 } } },
  });
  expect(await offering(['so to speak 200', 'number 200'], 'fooled')).toMatchObject({
    kept: false,
    reason: expect.stringMatching(/no caption was accepted: the likeliest, which lax chose of 2, scores 0\.0/),
    repaired: null,
    refused: { text: 'so to speak 200', by: 'captioner', chosen: { by: 'lax', of: 2, byTower: { lax: 9 } } },
  });
  expect(await refusedIn(join(dir, 'fooled'))).toMatchObject([
    { id: 'lone', refused: { text: 'so to speak 200', by: 'captioner' } },
  ]);
});

/** Of the first shard of rejected records: those for which a generator offered something. */
async function refusedIn(folder: string) {
  const line = (await readManifest(folder)).find(({ shard }) => shard === 'rejected-00000.tar')!;
  const rejected = (await indexShard(folder, line)).map(({ texts }) => JSON.parse(texts.get('json')!));
  return rejected.filter(({ refused }) => refused);
}

test('a text that the threshold of its route refuses stands in the rejected shard too', async () => {
  const captioner = { id: 'captioner', caption: async () => ['number 100'] };
  const threshold = { base: 0.5, byRoute: { caption: false } } as const;
  const prepared = await prepare({
    source: noisy,
    verifier: oracle().verifier,
    dir,
    repairer: 'off',
    captioner,
    threshold,
  });
  expect((await verdicts(prepared)).get('picture-0')).toMatchObject({ kept: false, repaired: { text: 'number 100' } });
  expect((await refusedIn(dir)).find(({ id }) => id === 'picture-0')).toMatchObject({
    refused: { text: 'number 100', score: expect.closeTo(1, 2), by: 'captioner' },
    repaired: null,
  });
});

test('a verdict keeps the text that was replaced', async () => {
  const repairer = { id: 'repairer', repair: async () => ['number 0'] };
  const all = await verdicts(await prepare({ source: noisy, verifier: oracle().verifier, dir, repairer }));
  const [first] = [...all.values()].filter(({ repaired }) => repaired?.by === 'repairer');
  expect(first).toMatchObject({ id: 'pair-0', repaired: { before: 'number 3', text: 'number 0' } });
});

test('a plan asks generators for all that a run would ask, and keeps nothing of it', async () => {
  const asked: string[] = [];
  const options = {
    ...{ source: noisy, verifier: oracle().verifier, dir, repairer: 'off' as const },
    captioner: {
      id: 'captioner',
      caption: async () => {
        asked.push('caption');
        return [] as string[];
      },
    },
    illustrator: {
      id: 'illustrator',
      illustrate: async ({ text }: { text: string }) => {
        asked.push(text);
        return [] as Uint8Array[];
      },
    },
  };
  const plan = { records: 40, kept: 23, asked: { repair: 0, caption: 2, illustrate: 2 } };
  expect(await planPreparation(options)).toEqual(plan);
  expect(asked).toEqual(['caption', 'caption', 'number 105', 'number 106']);
  expect(await readdir(dir)).toEqual(['work']);
  expect(await planPreparation(options)).toEqual(plan);
  // Retrieval is no generator: what it repairs is counted.
  expect(await planPreparation({ ...options, repairer: 'retrieval' })).toEqual({ ...plan, kept: 33 });
  asked.splice(8);
  await prepare(options);
  expect(asked).toHaveLength(12);
  expect(await planPreparation(options)).toEqual({ ...plan, asked: { repair: 0, caption: 0, illustrate: 0 } });
});

test('a repairer is told which words the verifier doubts, the worst first', async () => {
  const weights: { readonly [word: string]: number } = {
    a: 0,
    red: 3,
    blue: -4,
    car: 2,
    boat: -6,
    parks: -1,
    here: -2,
  };
  const believed = (text: string) => text.split(/\W+/).reduce((sum, word) => sum + (weights[word] ?? 0), 0);
  const verifier: PairVerifier = {
    ...oracle().verifier,
    id: 'by words',
    score: async (pairs) =>
      pairs.map(({ text }) => ({ score: believed(text), probability: believed(text) > 0 ? 0.99 : 0.01, byTower: {} })),
  };
  const told: { [text: string]: readonly string[] } = {};
  const repairer = {
    id: 'repairer',
    repair: async ({ text, doubts = [] }: { text: string; doubts?: readonly string[] }) => {
      told[text] = doubts;
      return [];
    },
  };
  const texts = ['a blue car, a boat parks here', 'boat', 'a blue car'];
  const source = sourceOf(texts.map((text, i) => ({ id: String(i), of: i, text })));
  await prepare({ source, verifier, dir, repairer });
  expect(told).toEqual({ [texts[0]!]: ['boat', 'blue', 'here'], boat: [], 'a blue car': ['blue'] });
});

test('several records are asked about at once, and their answers come in order', async () => {
  let [now, most] = [0, 0];
  const repairer = {
    id: 'repairer',
    repair: async ({ text }: { text: string }) => {
      most = Math.max(most, ++now);
      await sleep(5 + (text.length % 3) * 5);
      now--;
      return ['number 0'];
    },
  };
  const wrong = sourceOf(
    Array.from({ length: 30 }, (_, i) => ({ id: `pair-${i}`, of: i, text: `number ${'9'.repeat(i)}8` })),
  );
  const prepareInto = (to: string) =>
    prepare({ source: wrong, verifier: oracle().verifier, dir: join(dir, to), repairer });
  const first = await prepareInto('a');
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(8);
  expect((await prepareInto('b')).manifestHash).toBe(first.manifestHash);
});

test('a failure stops the asking once those on their way have answered', async () => {
  let asked = 0;
  const captioner = {
    id: 'captioner',
    caption: async () => {
      if (++asked === 3) throw new Error('no more');
      return ['number 1'];
    },
  };
  const pictures = sourceOf(Array.from({ length: 40 }, (_, i) => ({ id: `picture-${i}`, of: i })));
  const options = { source: pictures, verifier: oracle().verifier, dir, captioner };
  await expect(prepare(options)).rejects.toThrow('no more');
  expect(asked).toBeLessThanOrEqual(8 + 3);
  const before = asked;
  await prepare(options);
  // The first two were journalled.
  expect(asked - before).toBe(38);
});
