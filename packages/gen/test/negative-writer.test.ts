import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Meter, negativeWriter, openaiCompatible } from '../src/index.ts';
import { type ChatRequest, type FakeServer, startFakeServer } from './fake-server.ts';

const apiKey = 'sk-test-0123456789abcdef';
const text = 'A red car on a street.';
let server: FakeServer;
let answers: ((request: ChatRequest) => unknown)[];
const always = { colour: 'A blue car on a street.', quantity: 'Two red cars on a street.' };

beforeEach(async () => {
  answers = [];
  server = await startFakeServer({ apiKey, chat: (request) => JSON.stringify(answers.shift()?.(request) ?? always) });
});
afterEach(() => server.close());

const model = (key = apiKey) =>
  openaiCompatible({ baseUrl: server.baseUrl, apiKey: key, model: 'writer-7b', name: 'local' });
const request = { text, categories: ['colour', 'quantity'], seed: 7 } as const;

describe('negativeWriter', () => {
  test('asks once for all categories and returns what changed', async () => {
    const writer = negativeWriter({ model: model() });
    expect(await writer.write(request)).toEqual([
      { category: 'colour', text: always.colour, change: { from: 'red', to: 'blue' } },
      { category: 'quantity', text: always.quantity, change: { from: 'a red car', to: 'two red cars' } },
    ]);
    expect(server.chats).toHaveLength(1);
    const { body } = server.chats[0]!;
    expect(body).toMatchObject({ model: 'writer-7b', seed: 7, response_format: { type: 'json_schema' } });
    const schema = body.response_format?.json_schema?.schema;
    expect(schema).toMatchObject({ required: ['colour', 'quantity'], additionalProperties: false });
    expect(body.messages.map((message) => message.role)).toEqual(['system', 'user']);
    expect(JSON.stringify(body.messages[1])).toContain(JSON.stringify(JSON.stringify(text)).slice(1, -1));
  });

  test('reads JSON between fences', async () => {
    const fenced = await startFakeServer({ chat: () => `\`\`\`json\n${JSON.stringify(always)}\n\`\`\`` });
    const small = openaiCompatible({ baseUrl: fenced.baseUrl, model: 'small' });
    expect(await negativeWriter({ model: small, fallback: null }).write(request)).toHaveLength(2);
    expect(fenced.chats).toHaveLength(1);
    await fenced.close();
  });

  test('names model, the versions of prompt and guard, and fallback in its id', () => {
    expect(negativeWriter({ model: model() }).id).toBe(
      'local/writer-7b/negatives-en@2+negatives-ko@1/one-change@1/default/rules-auto-2',
    );
    expect(negativeWriter({ model: model(), language: 'en', temperature: 0, fallback: null }).id).toBe(
      'local/writer-7b/negatives-en@2/one-change@1/t0/none',
    );
  });

  test('asks again, with the reason, for what does not pass the screen', async () => {
    answers = [() => ({ ...always, colour: 'a red car on a street' }), () => ({ colour: 'A green car on a street.' })];
    const written = await negativeWriter({ model: model(), fallback: null }).write(request);
    expect(written.map((negative) => negative.text).sort()).toEqual(['A green car on a street.', always.quantity]);
    const again = JSON.stringify(server.chats[1]!.body.messages);
    expect(again).toContain('which is equal to the caption');
    expect(again).not.toContain('- quantity');
  });

  test('quotes the beginning alone of an answer that goes on without end', async () => {
    answers = [
      () => ({ ...always, colour: `A blue car on a street ${'and on '.repeat(1000)}` }),
      () => ({ colour: always.colour }),
    ];
    expect(await negativeWriter({ model: model(), fallback: null }).write(request)).toHaveLength(2);
    const again = JSON.stringify(server.chats[1]!.body.messages);
    expect(again).toContain('A blue car on a street and on and on');
    expect(again.length - JSON.stringify(server.chats[0]!.body.messages).length).toBeLessThan(1000);
  });

  test('asks again for what changes more than one thing', async () => {
    answers = [() => ({ ...always, colour: 'Two dogs chase a blue bus.' }), () => ({ colour: always.colour })];
    expect(await negativeWriter({ model: model(), fallback: null }).write(request)).toHaveLength(2);
    expect(JSON.stringify(server.chats[1]!.body.messages)).toContain('which is changed in more than one thing');
  });

  test('asks for negatives of a Korean caption in Korean, with its particles free to follow', async () => {
    const swapped = '쥐가 고양이를 쫓는다.';
    answers = [() => ({ 'agent-patient': swapped, colour: null })];
    const writer = negativeWriter({ model: model(), fallback: null });
    const korean = { text: '고양이가 쥐를 쫓는다.', categories: ['agent-patient', 'colour'], seed: 1 } as const;
    expect(await writer.write(korean)).toMatchObject([{ category: 'agent-patient', text: swapped }]);
    const sent = JSON.stringify(server.chats[0]!.body.messages);
    expect(sent).toContain('하는 쪽과 당하는 쪽을 서로 바꿈');
    expect(sent).not.toContain('You write hard negatives');
  });

  test('leaves to the rules what the model cannot get right, and takes null for an answer', async () => {
    answers = Array.from({ length: 3 }, () => () => ({ colour: text, quantity: null }));
    const written = await negativeWriter({ model: model() }).write(request);
    expect(server.chats).toHaveLength(3);
    expect(written).toHaveLength(1);
    expect(written[0]).toMatchObject({ category: 'colour', change: { from: 'red' } });
    expect(written[0]!.text).toMatch(/^An? \w+ car on a street\.$/);
  });

  test.each(['broken-json', 'refusal'] as const)('tries again after %s', async (kind) => {
    server.faults.push({ kind });
    expect(await negativeWriter({ model: model(), fallback: null }).write(request)).toHaveLength(2);
    expect(server.chats).toHaveLength(2);
  });

  test('waits as a busy server asks, and goes on', async () => {
    const headers = { 'retry-after-ms': '5' };
    server.faults.push({ kind: 'status', status: 429, headers }, { kind: 'status', status: 500, headers });
    expect(await negativeWriter({ model: model() }).write(request)).toHaveLength(2);
    expect(server.chats).toHaveLength(3);
  });

  test('honours Retry-After in seconds', async () => {
    server.faults.push({ kind: 'status', status: 429, headers: { 'retry-after': '0' } });
    expect(await negativeWriter({ model: model() }).write(request)).toHaveLength(2);
  });

  test('has the rules write for a server that stays busy, and says so once', async () => {
    const warnings: string[] = [];
    const onEvent = (event: { type: string; message?: string }) => warnings.push(event.message ?? '');
    const writer = negativeWriter({ model: model(), maxRetries: 1, onEvent });
    for (let i = 0; i < 4; i++) server.faults.push({ kind: 'status', status: 503, headers: { 'retry-after-ms': '1' } });
    for (let i = 0; i < 2; i++) expect(await writer.write(request)).toHaveLength(2);
    expect(warnings).toEqual([
      'local/writer-7b is too busy (status 503: Try again.); rules-auto-2 writes negatives in its place.',
    ]);
  });

  test('has the rules write for a text that is too long for the model, asks no more of it, and says so once', async () => {
    const warnings: string[] = [];
    const meter = new Meter({ onEvent: (event) => event.type === 'warning' && warnings.push(event.message) });
    const small = openaiCompatible({ baseUrl: server.baseUrl, apiKey, model: 'writer-7b', name: 'local', meter });
    const message = 'the request exceeds the available context size';
    for (let i = 0; i < 2; i++) server.faults.push({ kind: 'status', status: 400, message });
    const writer = negativeWriter({ model: small });
    for (let i = 0; i < 2; i++) {
      const written = await writer.write(request);
      expect(written.map(({ category }) => category)).toEqual(request.categories);
      expect(written.map(({ text }) => text)).not.toContain(always.colour);
    }
    expect(await writer.write(request)).toMatchObject([{ text: always.colour }, { text: always.quantity }]);
    expect(meter.report()).toMatchObject({ calls: 3, faults: { 'too-long': 2 } });
    expect(warnings).toEqual([
      `A question is too long for local/writer-7b: status 400: ${message}. Such questions go without its answer, and are counted as too-long.`,
    ]);
  });

  test('gives up on a server that stalls', async () => {
    for (let i = 0; i < 2; i++) server.faults.push({ kind: 'stall' });
    const writer = negativeWriter({ model: model(), timeoutMs: 50, maxRetries: 1, fallback: null });
    await expect(writer.write(request)).rejects.toMatchObject({
      code: 'generation-failed',
      message: expect.stringContaining('is too busy: no answer within 0.05 s'),
    });
  });

  test('stops at an abort with its reason', async () => {
    server.faults.push({ kind: 'stall' });
    const controller = new AbortController();
    const writing = negativeWriter({ model: model() }).write({ ...request, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 20);
    await expect(writing).rejects.toThrow('enough');
  });

  test('fails with one sentence where no repetition helps', async () => {
    server.faults.push({ kind: 'status', status: 404, message: 'The model `writer-7b` does not exist' });
    await expect(negativeWriter({ model: model() }).write(request)).rejects.toThrow(
      'refused the request: status 404: The model `writer-7b` does not exist. Expected an answer. Check that the server runs',
    );
    const { baseUrl } = server;
    await server.close();
    const gone = openaiCompatible({ baseUrl, model: 'writer-7b' });
    const writer = negativeWriter({ model: gone, maxRetries: 0 });
    await expect(writer.write(request)).rejects.toThrow(/compatible\/writer-7b at http:.* cannot be reached/);
  });
});

describe('secrets', () => {
  test('appear in no error, however deep, although the server repeats them', async () => {
    const wrong = 'sk-wrong-abcdefgh12345678';
    const error = await negativeWriter({ model: model(wrong) })
      .write(request)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'generation-failed' });
    const shown = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true });
    expect(shown).toContain('Incorrect API key provided: [key]');
    expect(shown).not.toContain(wrong);
    expect(inspect(model(), { depth: Number.POSITIVE_INFINITY })).not.toContain(apiKey);
  });

  test('that are not ours are hidden too', () => {
    expect(model().redact('header Bearer abc.def and sk-proj-12345678***9')).toBe('header Bearer [key] and [key]');
  });
});

describe('openaiCompatible', () => {
  test.each([
    [
      { baseUrl: 'http://user:secret@host/v1', model: 'm' },
      'openaiCompatible.baseUrl: Expected an http or https address',
    ],
    [{ baseUrl: 'file:///etc', model: 'm' }, 'openaiCompatible.baseUrl'],
    [{ baseUrl: 'http://host/v1', model: '' }, 'openaiCompatible.model'],
    [{ baseUrl: 'http://host/v1', model: 'm', name: 'a b' }, 'received "a b"'],
  ])('refuses %o', (options, message) => {
    expect(() => openaiCompatible(options)).toThrow(message);
    expect(() => openaiCompatible(options)).not.toThrow('secret');
  });

  test('asks for plain JSON from servers without schemas', async () => {
    const plain = openaiCompatible({ baseUrl: server.baseUrl, apiKey, model: 'm', structure: 'json' });
    expect(await negativeWriter({ model: plain }).write(request)).toHaveLength(2);
    expect(server.chats[0]!.body.response_format).toEqual({ type: 'json_object' });
  });
});
