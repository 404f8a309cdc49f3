import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadBinding } from '../lib/index.ts';
import { batchOfPairs, plain, tiny } from './tiny.ts';

const binding = loadBinding();

function runProgram(name: string, ...args: string[]) {
  const program = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
  const command = ['--conditions=@anagram/source', '--no-warnings', program, ...args];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  return { status, signal, stderr, result: stdout === '' ? undefined : JSON.parse(stdout) };
}

test('process.exit(0) with two hundred steps queued exits with 0', () => {
  for (let run = 0; run < 3; run++) {
    expect(runProgram('exit-while-busy')).toMatchObject({ status: 0, signal: null, stderr: '' });
  }
});

test('an uncaught error with steps queued exits with 1 and its own stack, not with a crash', () => {
  const { status, signal, stderr } = runProgram('exit-while-busy', 'throw');
  expect({ status, signal }).toEqual({ status: 1, signal: null });
  expect(stderr).toContain('Error: uncaught');
});

test('pending steps keep the process alive, settled ones do not', () => {
  expect(runProgram('end-of-loop')).toMatchObject({ status: 0, result: { settled: 8 } });
});

test('stop() lets the current job finish and rejects what is queued or comes later', () => {
  const { status, result } = runProgram('stop');
  expect(status).toBe(0);
  expect(result.done).toBeLessThan(50);
  expect(result.codes).toContain('engine-stopped');
  expect(result.late).toEqual(['engine-stopped', 'engine-stopped']);
});

test('two workers train at the same time, each on its own engine, and one is terminated at work', () => {
  const { status, result, stderr } = runProgram('workers');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(result.losses[0]).toHaveLength(10);
  expect(result.losses[0]).toEqual(result.losses[1]);
  expect(result).toMatchObject({ exits: [0, 0], terminated: 1 });
});

test('process.exit(0) in the main thread while workers train exits with 0', () => {
  expect(runProgram('exit-over-workers')).toMatchObject({ status: 0, signal: null, stderr: '' });
});

test('the event loop goes on while steps are under way', async () => {
  const model = await binding.createModel(tiny, 1, 'cpu');
  const trainer = await binding.createTrainer(model, plain);
  let ticks = 0;
  let busy = true;
  const tick = () => {
    ticks += 1;
    if (busy) setImmediate(tick);
  };
  setImmediate(tick);
  const ticksAtEnd: number[] = [];
  const batch = batchOfPairs(64, tiny, 1);
  const steps = Array.from({ length: 5 }, () => trainer.step(batch, 1e-3).then(() => ticksAtEnd.push(ticks)));
  await Promise.all(steps);
  busy = false;
  expect(ticksAtEnd[0]).toBeGreaterThan(0);
  expect(ticksAtEnd[4]).toBeGreaterThan(ticksAtEnd[0]!);
  trainer.dispose();
  model.dispose();
});

test('two models of one thread compute at the same time', async () => {
  const models = [await binding.createModel(tiny, 1, 'cpu'), await binding.createModel(tiny, 2, 'cpu')];
  const trainers = await Promise.all(models.map((model) => binding.createTrainer(model, plain)));
  const done: number[] = [];
  const batch = batchOfPairs(64, tiny, 1);
  const steps = (which: number) =>
    Array.from({ length: 20 }, () => trainers[which]!.step(batch, 0).then(() => done.push(which)));
  await Promise.all([...steps(0), ...steps(1)]);
  expect(done.indexOf(1)).toBeLessThan(done.lastIndexOf(0));
  for (const handle of [...trainers, ...models]) handle.dispose();
});

test('the jobs of a model run in the order they were given, whichever handle they came by', async () => {
  const model = await binding.createModel(tiny, 1, 'cpu');
  const trainer = await binding.createTrainer(model, plain);
  const values = (fill: number) => new Float32Array(16).fill(fill);
  const written = model.writeTensor('ln_final.weight', values(2));
  const stepped = trainer.step(batchOfPairs(4, tiny, 1), 0);
  const read = model.readTensor('ln_final.weight');
  await Promise.all([written, stepped]);
  expect(await read).toEqual(values(2));
});

test('an allocation that cannot be had is an error with the code out-of-memory', async () => {
  const vast = { ...tiny, text: { ...tiny.text, vocabSize: 2 ** 31 - 1, width: 2 ** 30 } };
  await expect(binding.createModel(vast, 1, 'cpu')).rejects.toMatchObject({ code: 'out-of-memory' });
});

test('what libtorch refuses is an error with the code native-failure and no C++ stack', async () => {
  const failing = binding.createModel(tiny, 1, 'no-such-device');
  await expect(failing).rejects.toMatchObject({ code: 'native-failure' });
  await expect(failing).rejects.not.toThrow(/frame #|\.cpp/);
});

test('what JavaScript gets wrong is a TypeError with the code invalid-argument and one clear sentence', async () => {
  const model = await binding.createModel(tiny, 1, 'cpu');
  const sentences: string[] = [];
  const wrong: (() => Promise<unknown>)[] = [
    () => binding.createModel({ ...tiny, embedDim: 0.5 }, 1, 'cpu'),
    () => binding.createModel({ ...tiny, vision: { ...tiny.vision, kind: 'mlp' as never } as never }, 1, 'cpu'),
    () => binding.createModel({ ...tiny, imageMean: [0, 0] as never }, 1, 'cpu'),
    () => binding.createModel(tiny, -1, 'cpu'),
    () => binding.createTrainer({} as never, plain),
    () => binding.createTrainer(model, { ...plain, augment: undefined as never }),
    () => model.encodeImages(new Float32Array(768) as never, 1),
    () => model.encodeImages(new Uint8Array(700), 1),
    () => model.readTensor('visual.nothing'),
    () => model.writeTensor('ln_final.weight', new Float32Array(3)),
    () => binding.nearest(new Float32Array(4), new Float32Array(4), 2, 3),
  ];
  for (const call of wrong) {
    const error = await call().then(
      () => undefined,
      (error: Error & { code: string }) => error,
    );
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.code).toBe('invalid-argument');
    sentences.push(error?.message ?? '');
  }
  expect(sentences).toMatchInlineSnapshot(`
    [
      "config.embedDim must be a whole number from 1 to 2147483647, received 0.5.",
      "config.vision.kind must be 'transformer' or 'resnet', received 'mlp'.",
      "config.imageMean must be an array of 3 numbers, received an array.",
      "seed must be a whole number from 0 to 9007199254740991, received -1.",
      "The model must be one that createModel() returned in this thread.",
      "config.augment must be an object, received undefined.",
      "pixels must be a Uint8Array, not another class of typed array.",
      "pixels must have 1 × 16 × 16 × 3 = 768 values, received 700.",
      "There is no tensor called 'visual.nothing' here; tensors() and stateTensors() list the names.",
      "ln_final.weight must have 16 values, received 3.",
      "k must be a whole number from 1 to 2, received 3.",
    ]
  `);
  model.dispose();
});

test('a method on the wrong object is an error, not memory read as something else', async () => {
  const model = await binding.createModel(tiny, 1, 'cpu');
  const trainer = await binding.createTrainer(model, plain);
  const Model = model.constructor as new (state?: unknown) => unknown;
  expect(() => new Model()).toThrow('A model is made by createModel().');
  expect(() => model.tensors.call(trainer as never)).toThrow(TypeError);
  expect(() => trainer.stateTensors.call({} as never)).toThrow(TypeError);
  await expect(binding.createTrainer(trainer as never, plain)).rejects.toThrow('one that createModel() returned');
  trainer.dispose();
  model.dispose();
});

test('the step count is not set under a running step', async () => {
  const model = await binding.createModel(tiny, 1, 'cpu');
  const trainer = await binding.createTrainer(model, plain);
  const step = trainer.step(batchOfPairs(4, tiny, 1), 1e-3);
  expect(() => trainer.setStepCount(7)).toThrow('must wait until the steps under way have settled');
  await step;
  trainer.setStepCount(7);
  expect(trainer.stepCount).toBe(7);
  await trainer.step(batchOfPairs(4, tiny, 1), 1e-3);
  expect(trainer.stepCount).toBe(8);
  trainer.dispose();
  model.dispose();
});

test('models that nobody disposes of are collected, because the collector knows what they weigh', () => {
  const { status, result } = runProgram('forgotten-models');
  expect(status).toBe(0);
  expect(result.megabytes).toBeLessThan(600); // sixteen times 51 MB and libtorch would be 950
});

test('typed arrays may be reused as soon as a call has returned', async () => {
  const model = await binding.createModel(tiny, 1, 'cpu');
  const pixels = new Uint8Array(16 * 16 * 3).fill(200);
  const expected = await model.encodeImages(pixels, 1);
  const again = model.encodeImages(pixels, 1);
  pixels.fill(0);
  expect(await again).toEqual(expected);
  model.dispose();
});

test('a view into a larger buffer and a detached buffer are told apart from whole ones', async () => {
  const model = await binding.createModel(tiny, 1, 'cpu');
  const whole = Uint8Array.from({ length: 2 * 768 }, (_, index) => index % 251);
  const part = await model.encodeImages(whole.subarray(768), 1);
  expect(part).toEqual(await model.encodeImages(whole.slice(768), 1));
  structuredClone(whole.buffer, { transfer: [whole.buffer] });
  await expect(model.encodeImages(whole, 1)).rejects.toThrow('received 0');
  model.dispose();
});

test('threads can be set between jobs', async () => {
  const model = await binding.createModel(tiny, 1, 'cpu');
  const pixels = new Uint8Array(768).fill(90);
  const before = await model.encodeImages(pixels, 1);
  binding.setThreads(1);
  expect(binding.info().threads).toBe(1);
  const after = await model.encodeImages(pixels, 1);
  for (const [index, value] of after.entries()) expect(value).toBeCloseTo(before[index]!, 5);
  expect(() => binding.setThreads(0)).toThrow('count must be a whole number from 1 to 4096, received 0.');
  model.dispose();
});

test('info tells the libtorch that runs and the one compiled against, and they agree', () => {
  const info = binding.info();
  expect(info.libtorch).toMatch(/^2\.\d+\.\d+$/);
  expect(info.compiledAgainst).toBe(info.libtorch);
  expect(info.devices[0]).toBe('cpu');
  binding.trimMemory();
});
