import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toFloat32 } from './dtype.ts';
import { openSafetensors } from './read-safetensors.ts';
import { writeSafetensors } from './write-safetensors.ts';

let dir: string;
let path: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-safetensors-'));
  path = join(dir, 'x.safetensors');
});
afterAll(() => rm(dir, { recursive: true }));

const tensor = (name: string, shape: number[], values: number[]) => ({
  name,
  shape,
  read: async () => Float32Array.from(values),
});

test('what is written is read back, scalars and empty tensors among it', async () => {
  await writeSafetensors(
    path,
    [tensor('b', [2, 3], [1, 2, 3, 4, 5, 6]), tensor('a', [], [0.5]), tensor('c', [0, 4], [])],
    { step: '7' },
  );
  await using file = await openSafetensors(path);
  expect([...file.tensors.keys()]).toEqual(['a', 'b', 'c']);
  expect(file.metadata).toEqual({ format: 'pt', step: '7' });
  expect(await file.read('b')).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
  expect(await file.read('a')).toEqual(Float32Array.of(0.5));
  expect(await file.read('c')).toEqual(new Float32Array());
  await expect(file.read('d')).rejects.toThrow('no tensor d');
});

test('the order of the tensors does not change the bytes, and data begin at a multiple of 8', async () => {
  const hash = async () =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  const tensors = [tensor('x', [1], [1]), tensor('y', [1], [2])];
  await writeSafetensors(path, tensors);
  const first = await hash();
  await writeSafetensors(path, tensors.toReversed());
  expect(await hash()).toBe(first);
  expect((await readFile(path)).readBigUInt64LE() % 8n).toBe(0n);
});

test('a tensor whose values do not fill its shape leaves no file', async () => {
  const missing = join(dir, 'none.safetensors');
  await expect(writeSafetensors(missing, [tensor('x', [2], [1])])).rejects.toThrow('Expected 2');
  await expect(readFile(missing)).rejects.toThrow('ENOENT');
});

test('half, brain, single and double floats become single ones', () => {
  const half = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x03ff, 0x7bff, 0x7c00, 0x8000, 0x3555);
  expect(Array.from(toFloat32('F16', new Uint8Array(half.buffer))!)).toEqual([
    1,
    -2,
    2 ** -24,
    1023 * 2 ** -24,
    65504,
    Infinity,
    -0,
    0.333251953125,
  ]);
  expect(toFloat32('F16', Uint8Array.of(0x01, 0x7e))![0]).toBeNaN();
  expect(Array.from(toFloat32('BF16', Uint8Array.of(0x80, 0x3f, 0x20, 0xc1))!)).toEqual([1, -10]);
  expect(Array.from(toFloat32('F64', new Uint8Array(Float64Array.of(0.1, -3).buffer))!)).toEqual([
    Math.fround(0.1),
    -3,
  ]);
  const unaligned = new Uint8Array(9);
  unaligned.set(new Uint8Array(Float32Array.of(1.5, -2.5).buffer), 1);
  expect(Array.from(toFloat32('F32', unaligned.subarray(1))!)).toEqual([1.5, -2.5]);
  expect(toFloat32('I64', new Uint8Array(8))).toBeNull();
});

describe('a file is refused before anything is allocated for it when', () => {
  const file = (header: string | object, data = 0, length?: bigint) => {
    const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(length ?? BigInt(json.length));
    return Buffer.concat([size, json, Buffer.alloc(data)]);
  };
  const entry = (shape: number[], begin: number, end: number, dtype = 'F32') => ({
    dtype,
    shape,
    data_offsets: [begin, end],
  });
  test.each<[string, Buffer, RegExp]>([
    ['it is empty', Buffer.alloc(0), /0 bytes/],
    ['its header is longer than the limit', file('{}', 0, 2n ** 63n), /most is/],
    ['its header is longer than the file', file('{}', 0, 4096n), /claims 4096/],
    ['its header is no JSON', file('{'), /no JSON/],
    ['its header is an array', file('[]'), /no JSON object/],
    ['a tensor reaches beyond the file', file({ a: entry([4], 0, 16) }, 8), /take 16 bytes/],
    ['tensors leave a gap', file({ a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12), /begins at byte 8/],
    ['tensors overlap', file({ a: entry([2], 0, 8), b: entry([1], 4, 8) }, 8), /begins at byte 4/],
    ['two tensors share their bytes', file({ a: entry([1], 0, 4), b: entry([1], 0, 4) }, 4), /begins at byte 0/],
    ['bytes are left over', file({ a: entry([1], 0, 4) }, 12), /the file has 12/],
    ['a shape does not fit its bytes', file({ a: entry([3], 0, 4) }, 4), /does not take the 4 bytes/],
    ['a shape overflows', file({ a: entry([2 ** 52, 2 ** 52], 0, 4) }, 4), /does not take/],
    ['offsets run backwards', file({ a: entry([1], 4, 0) }, 4), /does not take/],
    ['a side is negative', file({ a: entry([-1], 0, 4) }, 4), /malformed/],
    ['a type is unknown', file({ a: entry([1], 0, 4, 'Q4') }, 4), /unknown type Q4/],
    [
      'a name stands twice',
      file(`{"a":${JSON.stringify(entry([1], 0, 4))},"a":${JSON.stringify(entry([1], 0, 4))}}`, 4),
      /twice/,
    ],
    ['an entry has more than it should', file({ a: { ...entry([1], 0, 4), evil: 1 } }, 4), /malformed/],
  ])('%s', async (_, bytes, message) => {
    await writeFile(path, bytes);
    await expect(openSafetensors(path)).rejects.toMatchObject({
      code: 'checkpoint-corrupt',
      message: expect.stringMatching(message),
    });
  });

  test('it is not there', async () => {
    await expect(openSafetensors(join(dir, 'missing'))).rejects.toMatchObject({ code: 'checkpoint-corrupt' });
  });
});

test('a tensor may be called __proto__ or hold quotes in its name', async () => {
  const names = ['__proto__', 'a"data_offsets": "b'];
  await writeSafetensors(
    path,
    names.map((name) => tensor(name, [1], [1])),
  );
  await using file = await openSafetensors(path);
  expect([...file.tensors.keys()].sort()).toEqual(names.toSorted());
});
