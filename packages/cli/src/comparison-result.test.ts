import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Embedder, evaluate, textChoice } from '@anagram/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomEmbedder } from '../../core/test/fixtures/tiny-benchmark.ts';
import { comparisonResult } from './comparison-result.ts';

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'comparison-'));
  const image = { width: 1, height: 1, data: Uint8Array.of(1, 0, 0) };
  const task = (name: string, count: number) =>
    textChoice({
      name,
      items: Array.from({ length: count }, (_, k) => ({
        id: `${k}`,
        category: 'colour',
        image: { ...image },
        text: `right ${k}`,
        negativeText: `wrong ${k}`,
      })),
    });
  /** Right on the texts whose number passes. */
  const knows = (right: (k: number) => boolean): Embedder => ({
    embedDim: 2,
    embedImages: async (images) => Float32Array.from(images.flatMap(() => [1, 0])),
    embedTexts: async (texts) =>
      Float32Array.from(
        texts.flatMap((text) => (text.startsWith('right') === right(Number(text.split(' ')[1])) ? [1, 0] : [0, 1])),
      ),
  });
  await evaluate({ model: knows((k) => k < 10), tasks: [task('t', 40), task('u', 40)], dir: at('a') });
  await evaluate({ model: knows((k) => k < 30), tasks: [task('t', 40), task('u', 39)], dir: at('b') });
  await evaluate({ model: randomEmbedder(1), tasks: [task('t', 40)], dir: at('c') });
});
afterAll(() => rm(folder, { recursive: true }));

it('shows values, difference, interval and p of each score, and says why a task is not compared', async () => {
  const { lines, json, partial, exitCode } = await comparisonResult([at('a'), join(at('b'), 'results.json')]);
  expect(lines[0]).toMatch(/^score +a +b +difference +95 % interval +p +n$/);
  expect(lines[1]).toMatch(/^t colour\.choice +0\.250 +0\.750 +\+0\.500 +\[\+0\.\d+, \+0\.\d+\] +0\.001 +40$/);
  expect(lines.at(-1)).toMatch(/u was scored on different items/);
  expect(json).toMatchObject([{ first: 'a', second: 'b', tasks: { t: { 'colour.choice': { difference: 0.5 } } } }]);
  expect([partial, exitCode]).toEqual([true, undefined]);
});

it('puts several models side by side, and compares each with the first', async () => {
  const { lines } = await comparisonResult([at('a'), at('b'), at('c')]);
  expect(lines[0]).toMatch(/^score +a +b +c$/);
  expect(lines).toContainEqual(expect.stringMatching(/^u colour\.choice +0\.250 +0\.769 +–$/));
  expect(lines.filter((line) => /difference/.test(line))).toHaveLength(2);
  expect(lines.at(-1)).toMatch(/^u was run on the first model alone/);
});

it('fails where nothing can be compared, and refuses one model alone and what is no result', async () => {
  await evaluate({ model: randomEmbedder(1), tasks: [], dir: at('none') });
  expect((await comparisonResult([at('a'), at('none')])).exitCode).toBe(1);
  await expect(comparisonResult([at('a')])).rejects.toMatchObject({ code: 'invalid-options' });
  await expect(comparisonResult([at('a'), at('nowhere')])).rejects.toThrow(/There is no ".*nowhere"/);
});
