import { expect, it } from 'vitest';
import { constantEmbedder } from '../../test/fixtures/tiny-benchmark.ts';
import { evaluate } from './evaluate.ts';
import type { Task } from './task.ts';

it('refuses two tasks of the same name before it runs any: one report would hide the other', async () => {
  const run: string[] = [];
  const task = (name: string): Task => ({
    name,
    async run() {
      run.push(name);
      return { task: name, scores: {}, chance: {}, ties: 0, failures: [] };
    },
  });
  const model = constantEmbedder();
  await expect(evaluate({ model, tasks: [task('a'), task('b'), task('b')] })).rejects.toThrow('two with the name "b"');
  expect(run).toEqual([]);
  expect(Object.keys(await evaluate({ model, tasks: [task('a'), task('b')] }))).toEqual(['a', 'b']);
});
