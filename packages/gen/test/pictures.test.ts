import { decodeImage, encodeJpeg, encodePng } from '@anagram/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { captioner, editor, illustrator, openaiCompatible, repairer } from '../src/index.ts';
import { type FakeServer, startFakeServer } from './fake-server.ts';

const picture = (level: number) => encodePng({ width: 2, height: 2, data: new Uint8Array(12).fill(level) });
let server: FakeServer;
let answer: unknown;

beforeEach(async () => {
  const drawn = await picture(9);
  server = await startFakeServer({ chat: () => JSON.stringify(answer), picture: () => drawn });
});
afterEach(() => server.close());
const model = () => openaiCompatible({ baseUrl: server.baseUrl, model: 'seer', name: 'local' });

/** The picture that a chat request carried. */
function sentPicture(index = 0): { url: string; bytes: Buffer } {
  const content = server.chats[index]!.body.messages.at(-1)!.content;
  const part = typeof content === 'string' ? undefined : content.find((each) => each.type === 'image_url');
  const url = part?.image_url?.url ?? '';
  return { url, bytes: Buffer.from(url.split(',')[1] ?? '', 'base64') };
}

describe('captioner', () => {
  test('sends the picture as it is and returns at most as many texts as asked for', async () => {
    answer = { captions: [' A cat. ', '', 'A cat.', 'A grey cat.', 'An animal.'] };
    const image = await picture(100);
    expect(await captioner({ model: model() }).caption({ image, count: 2 })).toEqual(['A cat.', 'A grey cat.']);
    expect(sentPicture().url).toMatch(/^data:image\/png;base64,/);
    expect(sentPicture().bytes.equals(image)).toBe(true);
  });

  test('calls a JPEG a JPEG', async () => {
    answer = { captions: ['x'] };
    const image = await encodeJpeg(await decodeImage(await picture(100)));
    await captioner({ model: model() }).caption({ image, count: 1 });
    expect(sentPicture().url).toMatch(/^data:image\/jpeg;base64,/);
  });

  test('gives nothing where the model keeps saying nothing usable', async () => {
    answer = { wrong: true };
    const image = await picture(1);
    expect(await captioner({ model: model(), maxRetries: 1 }).caption({ image, count: 1 })).toEqual([]);
    expect(server.chats).toHaveLength(2);
  });
});

describe('repairer', () => {
  test('sends picture and text, and drops answers that repeat the text', async () => {
    answer = { texts: ['a dog', 'a cat', 'a grey cat'] };
    const image = await picture(100);
    expect(await repairer({ model: model() }).repair({ image, text: 'a dog', count: 3 })).toEqual([
      'a cat',
      'a grey cat',
    ]);
    expect(sentPicture().bytes.equals(image)).toBe(true);
    expect(JSON.stringify(server.chats[0]!.body)).toContain(String.raw`Text: \"a dog\"`);
  });

  test('does not take silence of a busy server for an empty answer', async () => {
    server.faults.push({ kind: 'status', status: 503 });
    const repairing = repairer({ model: model(), maxRetries: 0 }).repair({
      image: await picture(1),
      text: 'a',
      count: 1,
    });
    await expect(repairing).rejects.toMatchObject({ code: 'generation-failed' });
  });
});

describe('illustrator', () => {
  test('asks for one picture at a time, each with its own seed', async () => {
    const options = { model: model(), size: '64x64', parameters: { steps: 4 } } as const;
    const pictures = await illustrator(options).illustrate({ text: 'a cat', count: 2, seed: 5 });
    expect(pictures.map((each) => Buffer.from(each))).toEqual([
      Buffer.from(await picture(9)),
      Buffer.from(await picture(9)),
    ]);
    expect(server.images.map((request) => request.path)).toEqual(['/v1/images/generations', '/v1/images/generations']);
    expect(server.images.map((request) => request.fields)).toEqual(
      [5, 1005].map((seed) => ({ model: 'seer', prompt: 'a cat', n: 1, size: '64x64', steps: 4, seed })),
    );
  });

  test('sends no seed to servers that take none, and says so in its id', async () => {
    const options = { model: model(), sendSeed: false } as const;
    await illustrator(options).illustrate({ text: 'a cat', count: 1, seed: 5 });
    expect(server.images[0]!.fields).not.toHaveProperty('seed');
    expect(illustrator(options).id).not.toBe(illustrator({ model: model() }).id);
  });

  test('tries again after a damaged answer', async () => {
    server.faults.push({ kind: 'broken-json' });
    expect(await illustrator({ model: model() }).illustrate({ text: 'a cat', count: 1, seed: 5 })).toHaveLength(1);
  });
});

describe('editor', () => {
  const negative = { category: 'colour', text: 'a blue cat', change: { from: 'red', to: 'blue' } } as const;

  test('uploads the picture and says what to change', async () => {
    const image = await picture(100);
    const edited = await editor({ model: model() }).edit({ image, text: 'a red cat', negative, seed: 3 });
    expect(Buffer.from(edited!).equals(await picture(9))).toBe(true);
    const [request] = server.images;
    expect(request!.path).toBe('/v1/images/edits');
    expect(Buffer.from(request!.files[0]!).equals(image)).toBe(true);
    expect(request!.fields).toMatchObject({ model: 'seer', seed: '3' });
    expect(request!.fields.prompt).toContain('Change "red" into "blue".');
  });

  test('gives null where no picture comes, however often', async () => {
    for (let i = 0; i < 3; i++) server.faults.push({ kind: 'broken-json' });
    expect(
      await editor({ model: model() }).edit({ image: await picture(1), text: 'a red cat', negative, seed: 3 }),
    ).toBeNull();
  });
});
