import { expect, it } from 'vitest';
import { Random } from '../random.ts';
import { groupsOf, rankAll, rankAmongEqual, rankByOneQuery } from './retrieval-ranks.ts';

const width = 3;
const n = 40;
const random = new Random('ranks');
const groups = groupsOf(Array.from({ length: n }, () => `text ${random.below(25)}`));
/** Of few values, so that scores tie. */
const rows = () => Float32Array.from({ length: n * width }, () => random.below(3) - 1);
const repeated = (row: Float32Array) => Float32Array.from({ length: n * width }, (_, at) => row[at % width]!);

it('ranks one query for all as a pass over all scores does', async () => {
  const [query, answers] = [rows().subarray(0, width), rows()];
  const all = await rankAll(repeated(query), answers, groups, width, undefined);
  const scores = Float64Array.from({ length: n }, (_, at) =>
    query.reduce((sum, x, d) => sum + x * answers[at * width + d]!, 0),
  );
  expect(new Set(scores).size).toBeLessThan(n);
  expect(rankByOneQuery(scores, groups)).toEqual(all.rank);
  expect((await rankAll(answers, repeated(query), groups, width, undefined)).rank).toEqual(rankAmongEqual(groups));
});

it('counts wrong answers from the best right one on, and says which are best', async () => {
  const [queries, answers] = [rows(), rows()];
  const found = await rankAll(queries, answers, groups, width, undefined);
  for (let q = 0; q < n; q++) {
    const score = (a: number) => {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += queries[q * width + d]! * answers[a * width + d]!;
      return sum;
    };
    const all = Array.from({ length: n }, (_, a) => a);
    const right = all.filter((a) => groups[a] === groups[q]);
    const wrong = all.filter((a) => groups[a] !== groups[q]);
    const best = Math.max(...right.map(score));
    expect(found.rank[q]).toBe(wrong.filter((a) => score(a) >= best).length);
    expect([found.rightScore[q], found.wrongScore[q]]).toEqual([best, Math.max(...wrong.map(score))]);
    expect([score(found.bestRight[q]!), score(found.bestWrong[q]!)]).toEqual([best, found.wrongScore[q]]);
  }
});

it('ends where it is told to', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(rankAll(rows(), rows(), groups, width, signal)).rejects.toThrow('enough');
});
