import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@anagram/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  captioner,
  comfyui,
  editor,
  type FaultKind,
  type HandleOptions,
  illustrator,
  Meter,
  negativeWriter,
  openaiCompatible,
  openModel,
  repairer,
  sdapi,
} from '../src/index.ts';
import { type FakeServer, type Fault, startFakeServer } from './fake-server.ts';

const apiKey = 'sk-test-0123456789abcdef';
const picture = (width: number, height = width, level = 100) =>
  encodePng({ width, height, data: new Uint8Array(3 * width * height).fill(level) });

let server: FakeServer;
let cache: string;
let image: Uint8Array;
let said: string[];

beforeEach(async () => {
  const drawn = await picture(64, 64, 9);
  image = await picture(8);
  said = [];
  cache = await mkdtemp(join(tmpdir(), 'anagram-faults-'));
  const chat = () =>
    JSON.stringify(
      server.chats.at(-1)!.body.response_format?.json_schema?.schema
        ? answerFor(JSON.stringify(server.chats.at(-1)!.body.response_format))
        : {},
    );
  server = await startFakeServer({ apiKey, chat, picture: () => drawn });
});
afterEach(async () => {
  await server.close();
  await rm(cache, { recursive: true });
});

function answerFor(schema: string): object {
  if (schema.includes('captions')) return { captions: ['a grey square'] };
  return schema.includes('texts') ? { texts: ['a grey square'] } : { colour: 'A blue car.' };
}

const workflow = {
  3: { class_type: 'KSampler', inputs: { seed: 0 } },
  6: { class_type: 'CLIPTextEncode', inputs: { text: '' } },
  10: { class_type: 'LoadImage', inputs: { image: '' } },
};
const slots = { prompt: '6.inputs.text', seed: '3.inputs.seed', image: '10.inputs.image' };
const origin = () => new URL(server.baseUrl).origin;
const sdServer = (shared: HandleOptions) => {
  const providers = { sd: { wire: 'sd-server' as const, baseUrl: origin(), apiKeyEnv: 'KEY' } };
  return openModel('sd:', { providers, ...shared, env: { KEY: apiKey } });
};
const openai = (shared: HandleOptions) => openaiCompatible({ ...shared, baseUrl: server.baseUrl, apiKey, model: 'm' });
const hosted = (shared: HandleOptions) =>
  openModel('openai:m', {
    providers: { openai: { baseUrl: server.baseUrl } },
    ...shared,
    env: { OPENAI_API_KEY: apiKey },
  });
const anthropic = (model: string) => (shared: HandleOptions) =>
  openModel(`anthropic:${model}`, {
    providers: { anthropic: { baseUrl: server.baseUrl } },
    ...shared,
    env: { ANTHROPIC_API_KEY: apiKey },
  });
const comfy = (shared: HandleOptions) => comfyui({ ...shared, baseUrl: origin(), apiKey, workflow, slots, pollMs: 5 });
const basic = (shared: HandleOptions) => sdapi({ ...shared, baseUrl: origin(), apiKey });

const negative = { category: 'colour', text: 'A blue car.', change: { from: 'red', to: 'blue' } } as const;
const knobs = { timeoutMs: 1000, maxRetries: 2 };
const drawBy = (open: typeof openai) => async (meter: Meter) =>
  (
    await illustrator({ model: open({ meter }), size: '64x64', ...knobs }).illustrate({
      text: 'a cat',
      count: 1,
      seed: 5,
    })
  ).length;
const editBy = (open: typeof openai) => async (meter: Meter) => {
  const make = editor({ model: open({ meter }), size: '64x64', ...knobs });
  return (await make.edit({ image, text: 'A red car.', negative, seed: 5 })) ? 1 : 0;
};

/** Every wire: asks for one thing, and says how many it got. */
const wires: { [name: string]: { picture: boolean; ask(meter: Meter): Promise<number> } } = {
  'chat, captions': {
    picture: false,
    ask: async (meter) => (await captioner({ model: openai({ meter }), ...knobs }).caption({ image, count: 1 })).length,
  },
  'chat, repairs': {
    picture: false,
    ask: async (meter) =>
      (await repairer({ model: openai({ meter }), ...knobs }).repair({ image, text: 'a dog', count: 1 })).length,
  },
  'chat, negatives': {
    picture: false,
    ask: async (meter) => {
      const writer = negativeWriter({ model: openai({ meter }), fallback: null, ...knobs });
      return (await writer.write({ text: 'A red car.', categories: ['colour'], seed: 1 })).length;
    },
  },
  'openai by its id, captions': {
    picture: false,
    ask: async (meter) => (await captioner({ model: hosted({ meter }), ...knobs }).caption({ image, count: 1 })).length,
  },
  'anthropic by its id, captions, by a form': {
    picture: false,
    ask: async (meter) =>
      (await captioner({ model: anthropic('claude-sonnet-4-5')({ meter }), ...knobs }).caption({ image, count: 1 }))
        .length,
  },
  'anthropic by its id, repairs, by a tool': {
    picture: false,
    ask: async (meter) =>
      (await repairer({ model: anthropic('m')({ meter }), ...knobs }).repair({ image, text: 'a dog', count: 1 }))
        .length,
  },
  'openai by its id, generations': { picture: true, ask: drawBy(hosted) },
  'openai by its id, edits': { picture: true, ask: editBy(hosted) },
  'openai generations': { picture: true, ask: drawBy(openai) },
  'openai edits': { picture: true, ask: editBy(openai) },
  'sdapi txt2img': { picture: true, ask: drawBy(basic) },
  'sdapi img2img': { picture: true, ask: editBy(basic) },
  'sd-server txt2img': { picture: true, ask: drawBy(sdServer) },
  'sd-server img2img': { picture: true, ask: editBy(sdServer) },
  'comfyui generate': { picture: true, ask: drawBy(comfy) },
  'comfyui edit': { picture: true, ask: editBy(comfy) },
};

const headers = { 'retry-after': '0' };
/** Every fault: what the server does once, what is counted, whether a later answer heals it. */
const faults: {
  name: string;
  fault(): Promise<Fault>;
  kind: FaultKind;
  chatKind?: FaultKind;
  only?: 'picture';
  final?: 'picture';
}[] = [
  { name: 'a refusal', fault: async () => ({ kind: 'refusal' }), kind: 'refusal', final: 'picture' },
  { name: 'broken JSON', fault: async () => ({ kind: 'broken-json' }), kind: 'broken-json' },
  { name: 'an empty answer', fault: async () => ({ kind: 'empty' }), kind: 'empty-picture', chatKind: 'broken-json' },
  {
    name: 'bytes that are no picture',
    fault: async () => ({ kind: 'picture', bytes: Buffer.from('none') }),
    kind: 'empty-picture',
    only: 'picture',
  },
  {
    name: 'a picture of another shape',
    fault: async () => ({ kind: 'picture', bytes: await picture(64, 32) }),
    kind: 'wrong-size',
    only: 'picture',
  },
  { name: '429 with Retry-After', fault: async () => ({ kind: 'status', status: 429, headers }), kind: 'rate-limited' },
  { name: '500', fault: async () => ({ kind: 'status', status: 500 }), kind: 'server-error' },
  { name: 'a stall', fault: async () => ({ kind: 'stall' }), kind: 'stall' },
  { name: 'a connection that is reset', fault: async () => ({ kind: 'reset' }), kind: 'connection' },
];

describe.each(Object.entries(wires))('%s', (_, { picture: draws, ask }) => {
  const meterOf = () => new Meter({ cache, onEvent: (event) => said.push(JSON.stringify(event)) });
  const requests = () => server.chats.length + server.images.length;

  test.each(faults.filter(({ only }) => only === undefined || draws))(
    '$name is counted, and nothing is lost or paid twice',
    async ({ fault, kind, chatKind, final }) => {
      server.faults.push(await fault());
      const meter = meterOf();
      const given = final && draws ? 0 : 1;
      expect(await ask(meter)).toBe(given);
      const counted = draws ? kind : (chatKind ?? kind);
      expect(meter.report()).toMatchObject({ calls: given + 1, cached: 0, faults: { [counted]: 1 } });
      expect(said).toHaveLength(1);
      const before = requests();
      const again = meterOf();
      expect(await ask(again)).toBe(given);
      expect(requests()).toBe(before);
      expect(again.report()).toMatchObject({ calls: 0, inputTokens: 0, pictures: 0 });
      expect(again.report().cached).toBeGreaterThan(0);
    },
  );

  test('a dry run sends nothing and counts what would be sent', async () => {
    const meter = new Meter({ cache, dryRun: true });
    expect(await ask(meter)).toBe(0);
    expect(requests()).toBe(0);
    expect(meter.report()).toMatchObject({ dryRun: true, calls: 1, pictures: draws ? 1 : 0 });
    expect(await readdir(cache)).toEqual([]);
  });

  test('a budget stops before the call that would exceed it', async () => {
    server.faults.push({ kind: 'status', status: 500 });
    const meter = new Meter({ cache, budget: { calls: 1 } });
    await expect(ask(meter)).rejects.toMatchObject({ code: 'budget-spent', details: { limit: 'calls' } });
    expect(requests()).toBe(1);
  });

  test('two askers of one question pay once', async () => {
    expect(await Promise.all([ask(meterOf()), ask(meterOf())])).toEqual([1, 1]);
    expect(requests()).toBe(1);
  });

  test('the key stands in nothing that is said or kept', async () => {
    server.faults.push({ kind: 'status', status: 500, message: `key ${apiKey}` });
    await ask(meterOf());
    server.faults.push({ kind: 'status', status: 404, message: `Bearer ${apiKey}` });
    const error = await ask(new Meter()).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'generation-failed' });
    const kept = await filesUnder(cache);
    expect(kept.length).toBeGreaterThan(0);
    const everything = [...said, String((error as Error).stack), ...kept].join('\n');
    for (const secret of [apiKey, Buffer.from(apiKey).toString('base64')]) expect(everything).not.toContain(secret);
  });
});

describe('a ComfyUI job, once it is queued, is not queued again', () => {
  const steps = [
    ['upload', 1],
    ['history', 1],
    ['queue', 1],
    ['view', 1],
  ] as const;
  const kinds: readonly (readonly [name: string, fault: Fault, kind: FaultKind])[] = [
    ['500', { kind: 'status', status: 500, headers: { 'retry-after': '0' } }, 'server-error'],
    ['429', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }, 'rate-limited'],
    ['a stall', { kind: 'stall' }, 'stall'],
    ['a reset', { kind: 'reset' }, 'connection'],
    ['broken JSON', { kind: 'broken-json' }, 'broken-json'],
  ];
  const jobs = () => server.images.filter(({ path }) => path === '/prompt').length;
  const cases = steps.flatMap(([step]) =>
    kinds.filter(([name]) => step !== 'view' || name !== 'broken JSON').map((each) => [step, ...each] as const),
  );

  test.each(cases)('at %s: %s', async (step, _, fault, kind) => {
    server.stepFaults[step].push(fault);
    if (step === 'queue') server.stepFaults.history.push({ kind: 'waiting' });
    const meter = new Meter({ cache, onEvent: (event) => said.push(JSON.stringify(event)) });
    expect(await editBy(comfy)(meter)).toBe(1);
    expect(meter.report()).toMatchObject({ calls: 2, faults: { [kind]: 1 } });
    expect(jobs()).toBe(1);
    expect(await editBy(comfy)(new Meter({ cache }))).toBe(1);
    expect(jobs()).toBe(1);
  });

  test('unless the job itself fails', async () => {
    server.stepFaults.history.push({ kind: 'failed-job' });
    const meter = new Meter({ cache });
    expect(await drawBy(comfy)(meter)).toBe(1);
    expect(meter.report()).toMatchObject({ calls: 2, faults: { 'server-error': 1 } });
    expect(jobs()).toBe(2);
  });

  test('nor while it waits in the queue', async () => {
    server.stepFaults.history.push({ kind: 'waiting' }, { kind: 'waiting' }, { kind: 'waiting' });
    const meter = new Meter({ cache });
    expect(await drawBy(comfy)(meter)).toBe(1);
    expect(meter.report()).toMatchObject({ calls: 1, faults: {} });
    expect(jobs()).toBe(1);
  });

  test('nor where it ends between the questions for the history and for the queue', async () => {
    server.stepFaults.history.push({ kind: 'forgotten' });
    const meter = new Meter({ cache });
    expect(await drawBy(comfy)(meter)).toBe(1);
    expect(meter.report()).toMatchObject({ calls: 1, faults: {} });
    expect(jobs()).toBe(1);
  });

  test('but at once where the server has forgotten it, as after a restart', async () => {
    server.stepFaults.history.push({ kind: 'waiting' }, { kind: 'forgotten' }, { kind: 'forgotten' });
    const meter = new Meter({ cache, onEvent: (event) => said.push(JSON.stringify(event)) });
    expect(await drawBy(comfy)(meter)).toBe(1);
    expect(meter.report()).toMatchObject({ calls: 2, faults: { 'server-error': 1 } });
    expect(said.join()).toContain('the server knows job job-1 no longer: it was restarted');
    expect(jobs()).toBe(2);
  });

  test('nor where its picture is none, which is an answer: the next seed is another job', async () => {
    server.stepFaults.view.push({ kind: 'picture', bytes: Buffer.from('none') });
    const meter = new Meter({ cache });
    expect(await drawBy(comfy)(meter)).toBe(1);
    expect(meter.report()).toMatchObject({ calls: 2, faults: { 'empty-picture': 1 } });
    expect(jobs()).toBe(2);
  });
});

test.each(Object.entries(wires).filter(([name]) => /openai|sdapi|sd-server/.test(name)))(
  '%s fetches a picture that is only named',
  async (_, { ask }) => {
    server.faults.push({ kind: 'address' });
    expect(await ask(new Meter())).toBe(1);
  },
);

test('money is counted by the prices of the settings, and stops at the budget', async () => {
  const meter = new Meter({ budget: { money: 0.05 } });
  const model = openai({ meter, prices: { perPicture: 0.02 } });
  const drawing = illustrator({ model }).illustrate({ text: 'a cat', count: 4, seed: 1 });
  await expect(drawing).rejects.toMatchObject({ code: 'budget-spent', details: { limit: 'money' } });
  expect(meter.report()).toMatchObject({ calls: 2, pictures: 2, money: 0.04 });
});

async function filesUnder(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')),
  );
}
