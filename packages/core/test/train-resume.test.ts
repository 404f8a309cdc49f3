import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClipModel } from '../src/clip/clip-model.ts';
import type { AnagramEvent } from '../src/events.ts';
import type { PairSet } from '../src/pair.ts';
import { tinyPairs } from '../src/testing/tiny-pairs.ts';
import { Tokenizer } from '../src/text/tokenizer.ts';
import { structureRoles } from '../src/train/settings.ts';
import { type TrainOptions, train } from '../src/train/train.ts';

/** What every test here compares with: a run that nothing stopped. */
const steps = 11;
const pairs = tinyPairs({ count: 14 });
const tokenizer = Tokenizer.train(pairs.texts() as Iterable<string>, { vocabSize: 560 });
const settings = {
  pairs: [
    { set: pairs, share: 2 },
    { set: tinyPairs({ count: 5, seed: 1, negatives: 'texts' }), share: 1 },
  ],
  steps,
  batchSize: 10,
  checkpointEvery: 4,
  logEvery: 1,
  augment: { scale: 0.1, rotation: 5, tint: 0.1 },
  structure: { ...structureRoles, grid: 2, share: 0.25 },
  optimizer: { kind: 'muon' as const },
};
const createModel = (seed = 1) => ClipModel.create({ architecture: 'tiny-vit', imageSize: 16, tokenizer, seed });

let root: string;
let uninterrupted: { model: Record<string, string>; log: string };
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-train-'));
  await runIn('uninterrupted');
  uninterrupted = await outcome('uninterrupted');
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function runIn(name: string, options: Partial<TrainOptions> = {}) {
  await using model = await createModel();
  return await train({ ...settings, dir: join(root, name), model, ...options });
}

/** Hashes of the model's files, and the log. */
async function outcome(name: string) {
  const folder = join(root, name, 'model');
  const model: Record<string, string> = {};
  for (const file of await readdir(folder)) {
    model[file] = createHash('sha256')
      .update(await readFile(join(folder, file)))
      .digest('hex');
  }
  return { model, log: await readFile(join(root, name, 'log.jsonl'), 'utf8') };
}

/** Aborts once `step` steps are done. */
function abortAfter(step: number) {
  const controller = new AbortController();
  const events: AnagramEvent[] = [];
  const onEvent = (event: AnagramEvent) => {
    events.push(event);
    if (event.type === 'step-end' && event.step === step) controller.abort(new Error('enough'));
  };
  return { signal: controller.signal, onEvent, events };
}

test.each([1, 2, 4, 7, 10])('aborted after step %i and called again, it ends in the same bytes', async (stop) => {
  const name = `abort-${stop}`;
  const { events, ...knobs } = abortAfter(stop);
  await expect(runIn(name, knobs)).rejects.toThrow('enough');
  expect(events.at(-1)).toMatchObject({ type: 'checkpoint-saved', step: stop });
  expect(await readdir(join(root, name))).not.toContain('model');
  const seen: AnagramEvent[] = [];
  const result = await runIn(name, { onEvent: (event) => seen.push(event) });
  expect(seen[0]).toMatchObject({ type: 'run-start', resumedFrom: stop });
  expect(result.steps).toBe(steps);
  expect(await outcome(name)).toEqual(uninterrupted);
});

test('the same model object can go on after an abort', async () => {
  await using model = await createModel();
  const { signal, onEvent } = abortAfter(5);
  await expect(train({ ...settings, dir: join(root, 'object'), model, signal, onEvent })).rejects.toThrow('enough');
  await train({ ...settings, dir: join(root, 'object'), model });
  expect(await outcome('object')).toEqual(uninterrupted);
});

test('a run that was killed between checkpoints goes on from the last one, its log cut back', async () => {
  const dir = join(root, 'killed');
  const failing: PairSet = {
    ...pairs,
    pair: (index, size) => (reads++ < 36 ? pairs.pair(index, size) : Promise.reject(new Error('the disk is gone'))),
  };
  let reads = 0;
  const sets = [{ set: failing, share: 2 }, settings.pairs[1]!];
  await expect(runIn('killed', { pairs: sets })).rejects.toThrow('the disk is gone');
  expect((await readFile(join(dir, 'log.jsonl'), 'utf8')).split('\n').length).toBeGreaterThan(5);
  await cp(join(dir, 'checkpoint-4'), join(dir, 'checkpoint-8.partial'), { recursive: true });
  await runIn('killed');
  expect(await outcome('killed')).toEqual(uninterrupted);
});

test('a broken checkpoint is passed over with a warning', async () => {
  const { events, ...knobs } = abortAfter(9);
  await expect(runIn('broken', knobs)).rejects.toThrow('enough');
  await truncate(join(root, 'broken', 'checkpoint-9', 'weights.safetensors'), 1000);
  const seen: AnagramEvent[] = [];
  await runIn('broken', { onEvent: (event) => seen.push(event) });
  expect(seen.find(({ type }) => type === 'warning')).toMatchObject({
    message: expect.stringContaining('checkpoint-9'),
  });
  expect(await outcome('broken')).toEqual(uninterrupted);
});

test('a run whose every checkpoint is broken is refused', async () => {
  const { events, ...knobs } = abortAfter(2);
  await expect(runIn('all-broken', knobs)).rejects.toThrow('enough');
  for (const step of [0, 2]) await writeFile(join(root, 'all-broken', `checkpoint-${step}`, 'state.json'), '{}');
  await expect(runIn('all-broken')).rejects.toMatchObject({ code: 'checkpoint-corrupt' });
});

test('other options are refused by name, and fresh begins anew', async () => {
  const { events, ...knobs } = abortAfter(3);
  await expect(runIn('options', knobs)).rejects.toThrow('enough');
  const changed = { steps: steps + 1, seed: 5, optimizer: { learningRate: 0.5 }, pairs: tinyPairs({ count: 15 }) };
  await expect(runIn('options', changed)).rejects.toMatchObject({
    code: 'run-options-changed',
    details: {
      changed: expect.arrayContaining([
        'steps',
        'seed',
        'optimizer.learningRate',
        'pairs.0.fingerprint',
        'pairs.0.share',
      ]),
    },
  });
  await using other = await createModel(2);
  await expect(runIn('options', { model: other })).rejects.toMatchObject({ details: { changed: ['model'] } });
  await runIn('options', { fresh: true });
  expect(await outcome('options')).toEqual(uninterrupted);
});

test('a finished run is given back, also with the model that it has trained', async () => {
  await using model = await createModel();
  const options = { ...settings, dir: join(root, 'finished'), model, logEvery: 3, checkpointEvery: 100 };
  const first = await train(options);
  const hash = await model.hash();
  const again = await train({ ...options, logEvery: 1, checkpointEvery: 1 });
  expect(again).toEqual(first);
  expect(await model.hash()).toBe(hash);
  expect((await outcome('finished')).model).toEqual(uninterrupted.model);
  await runIn('finished');
});

test('two runs in one folder are refused', async () => {
  const results = await Promise.allSettled([runIn('twice'), runIn('twice')]);
  const failed = results.filter((result) => result.status === 'rejected');
  expect(failed).toHaveLength(1);
  expect(failed[0]!.reason).toMatchObject({ code: 'dir-in-use' });
});

test('only the last two checkpoints are kept', async () => {
  const names = await readdir(join(root, 'uninterrupted'));
  expect(names.sort()).toEqual(['checkpoint-11', 'checkpoint-8', 'log.jsonl', 'model', 'run.json']);
});
