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

it('says how many texts of a task the model cut, each once', async () => {
  const model = {
    ...constantEmbedder(),
    lostTokens: (texts: readonly string[]) => texts.map((text) => text.length - 3),
  };
  const reads = (name: string, texts: readonly string[]): Task => ({
    name,
    async run({ model }) {
      await model.embedTexts(texts);
      await model.embedTexts(texts);
      return { task: name, scores: {}, chance: {}, ties: 0, failures: [] };
    },
  });
  const messages: string[] = [];
  const reports = await evaluate({
    model,
    tasks: [reads('long', ['a', 'abcd', 'abcdefgh']), reads('short', ['a'])],
    onEvent: (event) => event.type === 'warning' && messages.push(event.message),
  });
  expect(reports.long!.cutTexts).toBe(2);
  expect(reports.short).not.toHaveProperty('cutTexts');
  expect(messages).toEqual([expect.stringMatching(/^long: 2 texts are too long .* 3\.0 tokens on average, 5 at most/)]);
});
