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
  expect(toFloat32('I64', new Uint8Array(BigInt64Array.of(3n, -1n).buffer))).toEqual(Float32Array.of(3, -1));
  expect(toFloat32('I32', new Uint8Array(8))).toBeNull();
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
  const nothing = JSON.stringify(entry([0], 0, 0));
  const manyTensors = () => `{${Array.from({ length: 40_000 }, (_, at) => `"${at}":${nothing}`).join(',')}}`;
  test.each<[string, Buffer, RegExp]>([
    ['it is empty', Buffer.alloc(0), /0 bytes/],
    ['its header claims 2^63 bytes', file('{}', 0, 2n ** 63n), /claims 9223372036854775808 bytes/],
    ['its header claims 2^64 - 1 bytes', file('{}', 0, 2n ** 64n - 1n), /claims 18446744073709551615 bytes/],
    ['its header is longer than the limit', file(`${' '.repeat(2 ** 22)}{}`), /most is 4194304.*as shards/],
    ['its header is longer than the file', file('{}', 0, 4096n), /claims 4096/],
    ['its header is no JSON', file('{'), /expected a string/],
    ['its header is an array', file('[]'), /expected an object/],
    ['something follows its header', file('{}{}'), /expected the end/],
    ['its header is not UTF-8', file('{"é":1}', 0).fill(0xff, 10, 11), /UTF-8/],
    ['its header is cut within a letter', file('{"é', 0).subarray(0, -1), /claims 4 bytes/],
    ['its header nests a million levels', file(`{"__metadata__":${'['.repeat(1e6)}`), /expected an object/],
    ['a tensor nests 400,000 levels', file(`{"a":${'{"dtype":'.repeat(4e5)}`), /expected a string/],
    ['a tensor reaches beyond the file', file({ a: entry([4], 0, 16) }, 8), /take 16 bytes/],
    ['tensors leave a gap', file({ a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12), /begins at byte 8/],
    ['tensors overlap', file({ a: entry([2], 0, 8), b: entry([1], 4, 8) }, 8), /begins at byte 4/],
    ['two tensors share their bytes', file({ a: entry([1], 0, 4), b: entry([1], 0, 4) }, 4), /begins at byte 0/],
    ['bytes are left over', file({ a: entry([1], 0, 4) }, 12), /the file has 12/],
    ['a shape does not fit its bytes', file({ a: entry([3], 0, 4) }, 4), /does not take the 4 bytes/],
    ['a shape has a thousand sides', file({ a: entry(new Array(1000).fill(1), 0, 4) }, 4), /more than 64/],
    ['a shape overflows', file({ a: entry([2 ** 52, 2 ** 52], 0, 4) }, 4), /does not take/],
    ['offsets run backwards', file({ a: entry([1], 4, 0) }, 4), /does not take/],
    ['a side is negative', file({ a: entry([-1], 0, 4) }, 4), /whole number/],
    ['a side is a fraction', file({ a: entry([0.5], 0, 2) }, 2), /whole number/],
    ['a side is written with an exponent', file('{"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}', 1), /whole/],
    ['a side has a leading zero', file('{"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}', 1), /whole/],
    ['an offset is beyond 2^53', file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[9007199254740992]}}'), /2\^53/],
    ['an offset is missing', file({ a: { dtype: 'U8', shape: [1], data_offsets: [0] } }, 1), /lacks one of/],
    ['an offset is too many', file({ a: { dtype: 'U8', shape: [1], data_offsets: [0, 1, 1] } }, 1), /more than 2/],
    ['a field is missing', file({ a: { dtype: 'U8', data_offsets: [0, 1] } }, 1), /lacks one of/],
    ['a field stands twice', file('{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1), /twice/],
    ['metadata are no strings', file({ __metadata__: { step: 7 } }), /expected a string/],
    ['metadata stand twice', file('{"__metadata__":{},"__metadata__":{}}'), /twice/],
    ['a name has half of a surrogate pair', file('{"\\ud800":1}'), /surrogate/],
    ['it has more tensors than a model may', file(manyTensors()), /more than 32768 tensors/],
    ['it is a zip archive, as PyTorch writes it', Buffer.from('PK\u0003\u0004'.padEnd(64, 'x')), /its header claims/],
    ['a type is unknown', file({ a: entry([1], 0, 4, 'Q4') }, 4), /unknown type Q4/],
    [
      'a name stands twice',
      file(`{"a":${JSON.stringify(entry([1], 0, 4))},"a":${JSON.stringify(entry([1], 0, 4))}}`, 4),
      /"a" stands twice/,
    ],
    [
      'a name stands twice, once with an escape',
      file(`{"a":${JSON.stringify(entry([0], 0, 0))},"\\u0061":${JSON.stringify(entry([0], 0, 0))}}`),
      /"a" stands twice/,
    ],
    ['__proto__ stands twice', file(`{"__proto__":${nothing},"__proto__":${nothing}}`), /"__proto__" stands twice/],
    ['an entry has more than it should', file({ a: { ...entry([1], 0, 4), evil: 1 } }, 4), /does not know/],
  ])('%s', async (_, bytes, message) => {
    await writeFile(path, bytes);
    await expect(openSafetensors(path)).rejects.toMatchObject({
      code: 'checkpoint-corrupt',
      message: expect.stringMatching(message),
    });
  });

  test('it is a folder', async () => {
    await expect(openSafetensors(dir)).rejects.toMatchObject({
      code: 'checkpoint-corrupt',
      message: expect.stringContaining('it is no file'),
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
