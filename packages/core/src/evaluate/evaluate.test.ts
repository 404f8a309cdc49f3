import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sugarCrepeFiles, winogroundFiles } from '../../test/fixtures/benchmark-files.ts';
import { constantEmbedder, randomEmbedder, writeTinyBenchmark } from '../../test/fixtures/tiny-benchmark.ts';
import type { AnagramEvent } from '../events.ts';
import { sugarCrepe } from './benchmark/sugar-crepe.ts';
import { winoground } from './benchmark/winoground.ts';
import { evaluate } from './evaluate.ts';
import { evaluationSchema, readEvaluation } from './results.ts';
import type { Task } from './task.ts';

let folder: string;
let dir: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evaluate-'));
  dir = join(folder, 'results');
});
afterEach(() => rm(folder, { recursive: true }));

const hashed = (seed: number) => ({ ...randomEmbedder(seed), hash: async () => `${seed}`.repeat(64) });

/** A task that notes when it is run. */
const noting = (run: string[], name: string, fingerprint?: string): Task => ({
  name,
  ...(fingerprint !== undefined && { fingerprint: async () => fingerprint }),
  async run() {
    run.push(name);
    return { task: name, scores: {}, chance: {}, ties: 0, failures: [] };
  },
});
const failing: Task = {
  name: 'bad',
  fingerprint: async () => 'x',
  run: () => Promise.reject(new Error('no such luck')),
};

it('refuses two tasks of the same name before it runs any: one report would hide the other', async () => {
  const run: string[] = [];
  const model = constantEmbedder();
  const tasks = ['a', 'b', 'b'].map((name) => noting(run, name));
  await expect(evaluate({ model, tasks })).rejects.toThrow('two with the name "b"');
  expect(run).toEqual([]);
  expect(Object.keys(await evaluate({ model, tasks: tasks.slice(0, 2) }))).toEqual(['a', 'b']);
});

describe('with dir', () => {
  it('does not run again what is done, and runs what changed, failed or was added', async () => {
    const run: string[] = [];
    const model = hashed(1);
    await evaluate({ model, dir, tasks: [noting(run, 'a', '1'), noting(run, 'b', '1'), failing, noting(run, 'c')] });
    const events: AnagramEvent[] = [];
    const tasks = [noting(run, 'a', '1'), noting(run, 'b', '2'), noting(run, 'bad', 'x'), noting(run, 'c')];
    await evaluate({ model, dir, tasks, onEvent: (event) => events.push(event) });
    expect(run).toEqual(['a', 'b', 'c', 'b', 'bad', 'c']);
    expect(events).toContainEqual({ type: 'stage-end', stage: 'a', done: 0, note: 'done before' });
  });

  it('keeps the reports of other tasks, and embeds nothing twice for a further one', async () => {
    const paths = await writeTinyBenchmark(join(folder, 'sugar'), sugarCrepeFiles.files, sugarCrepeFiles.pictures);
    const first = await evaluate({ model: hashed(1), dir, tasks: [sugarCrepe(paths)] });
    const model = hashed(1);
    const second = await evaluate({ model, dir, tasks: [noting([], 'a'), { ...sugarCrepe(paths), name: 'again' }] });
    expect([model.texts, model.pictures]).toEqual([[], []]);
    expect(second.again!.scores).toEqual(first.sugarcrepe!.scores);
    const { tasks } = await readEvaluation(dir);
    expect(Object.keys(tasks)).toEqual(['a', 'again', 'sugarcrepe']);
    expect(tasks.sugarcrepe).toEqual(JSON.parse(JSON.stringify(first.sugarcrepe)));
  });

  it('gives the same bytes when it is run again, stopped in between or not', async () => {
    const write = (name: string, { files, pictures }: typeof sugarCrepeFiles) =>
      writeTinyBenchmark(join(folder, name), files, pictures);
    const tasks = [
      sugarCrepe(await write('sugar', sugarCrepeFiles)),
      winoground(await write('winoground', winogroundFiles)),
    ];
    await evaluate({ model: hashed(1), tasks, dir });
    const whole = await readFile(join(dir, 'results.json'), 'utf8');
    const stopped = join(folder, 'stopped');
    const controller = new AbortController();
    const stop = evaluate({
      ...{ model: hashed(1), tasks, dir: stopped, signal: controller.signal },
      onEvent: (event) =>
        event.type === 'stage-end' && event.stage === 'sugarcrepe' && controller.abort(new Error('enough')),
    });
    await expect(stop).rejects.toThrow('enough');
    expect(Object.keys((await readEvaluation(stopped)).tasks)).toEqual(['sugarcrepe']);
    for (let time = 0; time < 2; time++) {
      await evaluate({ model: hashed(1), tasks, dir: stopped });
      expect(await readFile(join(stopped, 'results.json'), 'utf8')).toBe(whole);
    }
  });

  it('loses no other report where a task fails, and writes why', async () => {
    const run: string[] = [];
    const warnings: string[] = [];
    const results = await evaluate({
      ...{ model: hashed(1), dir, tasks: [failing, noting(run, 'a')] },
      onEvent: (event) => event.type === 'warning' && warnings.push(event.message),
    });
    expect(results.bad!.failed).toEqual({ code: null, message: 'no such luck' });
    expect(run).toEqual(['a']);
    expect(warnings).toEqual(['bad failed: no such luck']);
    expect((await readEvaluation(dir)).tasks).toEqual(results);
  });

  it('refuses the results of another model, and what it cannot read', async () => {
    await evaluate({ model: hashed(1), dir, tasks: [noting([], 'a')] });
    const other = evaluate({ model: hashed(2), dir, tasks: [noting([], 'a')] });
    await expect(other).rejects.toMatchObject({
      code: 'run-options-changed',
      message: expect.stringContaining('Expected model 111111111111…, received 222222222222…'),
    });
    await expect(evaluate({ model: constantEmbedder(), dir, tasks: [] })).rejects.toThrow(
      'received one without a hash',
    );
    await writeFile(join(dir, 'results.json'), '{"a": {"scores": {}}}');
    await expect(evaluate({ model: hashed(1), dir, tasks: [] })).rejects.toMatchObject({
      code: 'source-failed',
      message: expect.stringMatching(/results\.json cannot be read: version: .*Evaluate again into another dir/),
    });
  });

  it('writes what its schema says', async () => {
    const paths = await writeTinyBenchmark(join(folder, 'sugar'), sugarCrepeFiles.files, sugarCrepeFiles.pictures);
    await evaluate({ model: hashed(1), dir, tasks: [sugarCrepe(paths), failing] });
    const saved = JSON.parse(await readFile(join(dir, 'results.json'), 'utf8'));
    expect(evaluationSchema.parse(saved)).toEqual(saved);
    expect(Object.keys(saved)).toEqual(['version', 'model', 'tasks', 'fingerprints']);
    expect(evaluationSchema.safeParse({ ...saved, version: 2 }).success).toBe(false);
    saved.tasks.sugarcrepe.scores['swap_obj.choice'].n = 'many';
    expect(evaluationSchema.safeParse(saved).success).toBe(false);
  });
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
