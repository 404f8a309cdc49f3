import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { randomEmbedder } from '../../../test/fixtures/tiny-benchmark.ts';
import { evaluate } from '../evaluate.ts';
import { textChoice } from '../text-choice.ts';

it('writes results.json and a page with pictures of the worst failures, below 2 MB however large the pictures are', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'anagram-evaluate-'));
  const items = Array.from({ length: 60 }, (_, k) => ({
    id: `item ${k}`,
    category: `category ${k % 3}`,
    image: noise(400, k),
    text: `text ${k}`,
    negativeText: `other ${k}`,
  }));
  const broken = { ...items[0]!, category: 'broken', image: { name: 'x.png', bytes: async () => Buffer.from('x') } };
  const embedder = randomEmbedder(2);
  const model = {
    ...embedder,
    embedImages: (all: readonly unknown[]) => embedder.embedTexts(all.map((_, k) => `${k}`)),
  };
  const tasks = Array.from({ length: 12 }, (_, t) => textChoice({ name: `task ${t}`, items: [broken, ...items] }));
  const results = await evaluate({ model, tasks, dir });
  expect(JSON.parse(await readFile(join(dir, 'results.json'), 'utf8'))).toMatchObject({ tasks: results });
  const html = await readFile(join(dir, 'report.html'), 'utf8');
  expect(html.length).toBeGreaterThan(1_000_000);
  expect(html.length).toBeLessThan(2_000_000);
  for (let t = 0; t < tasks.length; t++) expect(html).toContain(`<h2>task ${t}</h2>`);
  expect(html.match(/<img /g)!.length).toBeGreaterThan(50);
  expect(html).toMatch(/12 of \d+, the worst of each category in turn; \d+ without their pictures/);
  await rm(dir, { recursive: true });
});

/** A picture that compresses badly. */
function noise(side: number, seed: number) {
  let state = seed + 1;
  const data = new Uint8Array(side * side * 3);
  for (let at = 0; at < data.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[at] = state >>> 24;
  }
  return { width: side, height: side, data };
}
