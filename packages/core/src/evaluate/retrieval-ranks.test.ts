import { expect, it } from 'vitest';
import { Random } from '../random.ts';
import { groupsOf, rankAmongEqual, rankBothWays, rankByOneQuery } from './retrieval-ranks.ts';

const width = 3;
const n = 40;
const random = new Random('ranks');
const groups = groupsOf(Array.from({ length: n }, () => `text ${random.below(25)}`));
/** Of few values, so that scores tie. */
const rows = () => Float32Array.from({ length: n * width }, () => random.below(3) - 1);
const repeated = (row: Float32Array) => Float32Array.from({ length: n * width }, (_, at) => row[at % width]!);

it('ranks one query for all as a pass over all scores does', async () => {
  const [query, answers] = [rows().subarray(0, width), rows()];
  const all = await rankBothWays(repeated(query), answers, groups, width, undefined);
  const scores = Float64Array.from({ length: n }, (_, at) =>
    query.reduce((sum, x, d) => sum + x * answers[at * width + d]!, 0),
  );
  expect(new Set(scores).size).toBeLessThan(n);
  expect(rankByOneQuery(scores, groups)).toEqual(all.imageToText.rank);
  expect(all.textToImage.rank).toEqual(rankAmongEqual(groups));
});

it('counts wrong answers from the best right one on, and says which are best, both ways', async () => {
  const [images, texts] = [rows(), rows()];
  const found = await rankBothWays(images, texts, groups, width, undefined);
  const score = (i: number, t: number) => {
    let sum = 0;
    for (let d = 0; d < width; d++) sum += images[i * width + d]! * texts[t * width + d]!;
    return sum;
  };
  const ways = [
    [found.imageToText, score],
    [found.textToImage, (query: number, answer: number) => score(answer, query)],
  ] as const;
  for (const [ranked, scoreOf] of ways) {
    let ties = 0;
    for (let q = 0; q < n; q++) {
      const all = Array.from({ length: n }, (_, a) => a);
      const right = all.filter((a) => groups[a] === groups[q]);
      const wrong = all.filter((a) => groups[a] !== groups[q]);
      const highest = (of: number[]) => Math.max(...of.map((a) => scoreOf(q, a)));
      const first = (of: number[]) => of.find((a) => scoreOf(q, a) === highest(of));
      if (wrong.some((a) => scoreOf(q, a) === highest(right))) ties++;
      expect(ranked.rank[q]).toBe(wrong.filter((a) => scoreOf(q, a) >= highest(right)).length);
      expect([ranked.rightScore[q], ranked.wrongScore[q]]).toEqual([highest(right), highest(wrong)]);
      expect([ranked.bestRight[q], ranked.bestWrong[q]]).toEqual([first(right), first(wrong)]);
    }
    expect(ties).toBeGreaterThan(0);
    expect(ranked.ties).toBe(ties);
  }
});

it('multiplies every picture with every text once', async () => {
  let read = 0;
  const counted = new Proxy(rows(), {
    get(rows, at) {
      read++;
      return rows[at as unknown as number];
    },
  });
  await rankBothWays(counted, rows(), groups, width, undefined);
  expect(read).toBe(n * n * width);
});

it('ends where it is told to', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(rankBothWays(rows(), rows(), groups, width, signal)).rejects.toThrow('enough');
});
