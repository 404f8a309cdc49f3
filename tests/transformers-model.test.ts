import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@anagram/core';
import {
  captioner,
  Meter,
  negativeWriter,
  openModel,
  probe,
  repairer,
  type TransformersOptions,
  transformers,
} from '@anagram/gen';
import { generateText, Output } from 'ai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { transformersJs } from '../benchmarks/fetch/npm-library.ts';
import { prepareBelieved } from './believed-pairs.ts';
import { runCli } from './run-cli.ts';

// Two models of a few thousand random weights, as transformers.js reads them: they talk nonsense, but transformers itself talks the same.
const fixtures = join(import.meta.dirname, '../packages/gen/test/fixtures');
const vision = join(fixtures, 'tiny-vision-model');
const text = join(fixtures, 'tiny-text-model');
const fetched: string | Error = await transformersJs().catch((error: Error) => error);
const library = fetched instanceof Error ? '' : fetched;
if (library === '') console.warn(`Tests of models in ONNX files are skipped: ${(fetched as Error).message}`);

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-transformers-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const open = (path: string, options: Partial<TransformersOptions> = {}) =>
  transformers({ path, library, threads: 1, ...options });
const plain = ([red, green, blue]: readonly number[]) =>
  encodePng({ width: 32, height: 32, data: new Uint8Array(32 * 32 * 3).map((_, at) => [red, green, blue][at % 3]!) });
interface Greedy {
  readonly prompt: string;
  readonly colour?: readonly number[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly text: string;
}

test.skipIf(!library).each([text, vision])('%s says what transformers says', async (path) => {
  const { language } = open(path);
  const expected: Greedy[] = JSON.parse(readFileSync(join(path, 'greedy.json'), 'utf8'));
  for (const { prompt, colour, outputTokens, inputTokens, text } of expected) {
    const picture = colour ? [{ type: 'file' as const, mediaType: 'image/png', data: await plain(colour) }] : [];
    const said = await generateText({
      model: language,
      messages: [{ role: 'user', content: [{ type: 'text', text: prompt }, ...picture] }],
      ...{ temperature: 0, maxOutputTokens: outputTokens },
    });
    expect(said.text).toBe(text);
    expect(said.usage).toMatchObject({ inputTokens, outputTokens });
    expect(said.finishReason).toBe('length');
  }
  expect(new Set(expected.map((each) => each.text)).size).toBe(expected.length);
});

test.skipIf(!library)('captions and repairs are held to their form, counted, and kept', async () => {
  const image = await plain([220, 0, 0]);
  const ask = async () => {
    const meter = new Meter({ cache: join(root, 'answers') });
    const model = open(vision, { meter });
    const captions = await captioner({ model }).caption({ image, count: 2 });
    const repairs = await repairer({ model }).repair({ image, text: 'A blue square.', count: 2 });
    return { captions, repairs, report: meter.report() };
  };
  const first = await ask();
  expect(first.captions.length).toBeGreaterThan(0);
  expect(first.report.faults).toEqual({});
  expect(first.report.outputTokens).toBeGreaterThan(first.report.calls);
  expect(first.report.inputTokens).toBeGreaterThan(0);
  const again = await ask();
  expect(again.captions).toEqual(first.captions);
  expect(again.repairs).toEqual(first.repairs);
  expect(again.report).toMatchObject({ calls: 0, cached: first.report.calls, outputTokens: 0 });
});

test.skipIf(!library)('a seed gives one answer of the schema, another seed another', async () => {
  const form = z.strictObject({ colour: z.enum(['red', 'blue']).nullable(), texts: z.array(z.string()) });
  const say = async (seed: number) => {
    const question = { prompt: 'Which colour?', output: Output.object({ schema: form }), temperature: 1.5, seed };
    const { output, finishReason } = await generateText({ model: open(text).language, ...question });
    expect(finishReason).toBe('stop');
    return JSON.stringify(form.parse(output));
  };
  const said = [];
  for (let seed = 0; seed < 6; seed++) said.push(await say(seed));
  expect(await say(3)).toBe(said[3]);
  expect(new Set(said).size).toBeGreaterThan(1);
});

test.skipIf(!library)('a probe says who sees', async () => {
  const now = () => performance.now();
  expect(await probe(open(vision), 'see', { now })).toMatchObject({ ok: true, sees: true, constrained: true });
  const blind = await probe(open(text), 'see', { now });
  expect(blind).toMatchObject({ ok: false, sees: false, constrained: true });
  expect(blind.problem).toContain('a picture, which a model of texts alone does not read');
});

test.skipIf(!library)('an answer that takes too long is given up', async () => {
  const meter = new Meter();
  const writer = negativeWriter({
    ...{ model: open(text, { meter }), fallback: null, maxRetries: 0, timeoutMs: 1 },
  });
  await expect(writer.write({ text: 'A red car.', categories: ['colour'], seed: 0 })).rejects.toThrow('is too busy');
  expect(meter.report().faults).toEqual({ stall: 1 });
});

test.skipIf(!library)('by its registry id it writes negatives for `anagram negatives`', async () => {
  const data = join(root, 'data');
  await prepareBelieved(data, ['A red car on a street.', 'Two dogs are sitting on a sofa.']);
  const settings = {
    'negatives.writer': { model: `transformers:${text}`, maxRetries: 0 },
    'generation.providers.transformers': { library, threads: 1 },
  };
  const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${JSON.stringify(value)}`]);
  const { code, stderr } = await runCli(['negatives', data, '--categories', 'colour,object', ...set, '--json']);
  expect(stderr).toContain('generation');
  expect(code).toBe(0);
  const report = JSON.parse(readFileSync(join(data, 'generation.json'), 'utf8'));
  expect(report).toMatchObject({ dryRun: false, calls: 2 });
  expect(report.inputTokens).toBeGreaterThan(0);
});

const failing = (model: ReturnType<typeof open>) =>
  expect(negativeWriter({ model, fallback: null }).write({ text: 'A red car.', categories: ['colour'], seed: 0 }))
    .rejects;

test('a folder that is not there, and a library that is not there, are said so', async () => {
  const sentence = 'transformers.path: Expected a folder with config.json, tokenizer.json and onnx/';
  expect(() => openModel(`transformers:${join(root, 'none')}`)).toThrow(sentence);
  await failing(open(text, { library: root })).toThrow(`@huggingface/transformers was not found in ${root}`);
});

test.skipIf(!library)('a folder without weights, or without a chat template, is said so', async () => {
  const bare = join(root, 'bare');
  await cp(text, bare, { recursive: true });
  await failing(open(bare, { dtype: 'q4' })).toThrow(
    /onnx\/model_q4\.onnx.*Expected a chat model .* with its q4 weights/,
  );
  await writeFile(join(bare, 'tokenizer_config.json'), JSON.stringify({ tokenizer_class: 'TokenizersBackend' }));
  await failing(open(bare)).toThrow('it has no chat template');
});

test.skipIf(!library)(
  'where a question is longer than the model reads, `anagram negatives` has the rules write, and goes on',
  async () => {
    const data = join(root, 'long');
    await prepareBelieved(data, ['A red car on a street.', 'A blue bus on a road.']);
    const settings = {
      'negatives.writer': { model: `transformers:${text}` },
      'generation.providers.transformers': { library, threads: 1, contextTokens: 256 },
    };
    const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${JSON.stringify(value)}`]);
    const { code, stdout, stderr } = await runCli(['negatives', data, '--categories', 'colour', ...set, '--json']);
    expect(
      stderr.match(/A question is too long for transformers\/tiny-text-model-256: it reads 256 tokens/g),
    ).toHaveLength(1);
    expect(stderr).toContain('Raise generation.providers.transformers.contextTokens');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).byCategory.colour.texts).toBeGreaterThan(0);
    const report = JSON.parse(readFileSync(join(data, 'generation.json'), 'utf8'));
    expect(report).toMatchObject({ calls: 2, outputTokens: 0, faults: { 'too-long': 2 } });
  },
);
