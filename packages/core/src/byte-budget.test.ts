import { expect, test } from 'vitest';
import { ByteBudget } from './byte-budget.ts';

test('never holds more than it may but for what is larger alone, and loses nothing', async () => {
  const budget = new ByteBudget(10);
  let held = 0;
  const seen: { size: number; beside: number }[] = [];
  const work = (size: number) =>
    budget.use(size, async () => {
      seen.push({ size, beside: held });
      held += size;
      await new Promise((done) => setImmediate(done));
      held -= size;
      if (size === 5) throw new Error('five');
      return size;
    });
  const sizes = [4, 4, 4, 0, 25, 1, 5, 10, 3, 3];
  const results = await Promise.allSettled(sizes.map(work));
  expect(results.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.message))).toEqual(
    sizes.map((size) => (size === 5 ? 'five' : size)),
  );
  expect(seen.map(({ size }) => size)).toEqual(sizes);
  for (const { size, beside } of seen) expect(beside === 0 || beside + size <= 10).toBe(true);
  expect(seen.filter(({ beside }) => beside > 0).length).toBeGreaterThan(2);
});
