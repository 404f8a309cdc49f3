import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { oracle, sourceOf } from '../../test/fixtures/numbers.ts';
import { decodeImage } from '../image/decode.ts';
import type { Captioner } from '../models.ts';
import { tunePrompts } from './tune-prompts.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-tune-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const source = sourceOf([
  { id: 'alone', text: 'number 1' },
  ...Array.from({ length: 40 }, (_, i) => ({ id: `picture-${i}`, of: i })),
]);

/** Says the number of pictures for which it is right, which may depend on how often it was asked. */
function variant(id: string, isRight: (number: number, asked: number) => boolean): Captioner & { asked: number } {
  const captioner = {
    id,
    asked: 0,
    async caption({ image }: { image: Uint8Array }) {
      captioner.asked++;
      const number = (await decodeImage(image)).data[0]!;
      return isRight(number, captioner.asked) ? [`number ${number}`] : number % 5 === 0 ? [] : ['something'];
    },
  };
  return captioner;
}

const first = () => variant('first', (number) => number % 2 === 0);
const options = () => ({ source, verifier: oracle().verifier, pictures: 16, seed: 1 });

test('finds the prompt whose captions the verifier believes, and asks about fewer pictures what falls behind', async () => {
  const variants = [first(), variant('bad', () => false), variant('good', () => true), variant('worse', () => false)];
  const tuned = await tunePrompts({ ...options(), variants, dir });
  expect(tuned.winner).toBe('good');
  expect(tuned.table.map(({ id, pictures }) => [id, pictures])).toEqual([
    ['good', 16],
    ['first', 16],
    ['bad', 8],
    ['worse', 8],
  ]);
  expect(tuned.table[0]).toMatchObject({ score: expect.closeTo(1, 3), standardError: expect.closeTo(0, 3) });
  expect(tuned.heldOut).toMatchObject({ id: 'good', pictures: 16, best: { score: expect.closeTo(1, 3) } });
  expect(tuned.heldOut.difference.score).toBeGreaterThan(0.2);
  expect(variants.map(({ asked }) => asked)).toEqual([32, 8, 32, 8]);
  expect(JSON.parse(await readFile(join(dir, 'prompts.json'), 'utf8'))).toEqual(tuned);
  expect(await tunePrompts({ ...options(), variants })).toEqual(tuned);
});

test('keeps the first prompt where the best of the search does not hold up on new pictures', async () => {
  const lucky = variant('lucky', (_, asked) => asked <= 16);
  const tuned = await tunePrompts({ ...options(), variants: [first(), lucky] });
  expect(tuned.heldOut).toMatchObject({ id: 'lucky', best: { score: expect.closeTo(0, 3) } });
  expect(tuned.winner).toBe('first');
});

test('says so where there are too few pictures, and passes on what a captioner throws', async () => {
  const few = sourceOf(Array.from({ length: 9 }, (_, i) => ({ id: String(i), of: i })));
  const variants = [first(), variant('other', () => true)];
  await expect(tunePrompts({ ...options(), source: few, variants })).rejects.toMatchObject({ code: 'not-enough-data' });
  const broken: Captioner = { id: 'broken', caption: () => Promise.reject(new Error('no budget')) };
  await expect(tunePrompts({ ...options(), variants: [first(), broken] })).rejects.toThrow('no budget');
});
