import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readModel } from './model-files.ts';
import { openWeights } from './open-weights.ts';
import { writeSafetensors } from './write-safetensors.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-weights-'));
});
afterEach(() => rm(dir, { recursive: true }));

const open = () => openWeights(dir, 'model.safetensors');
const shard = (name: string, values: { [tensor: string]: number }) =>
  writeSafetensors(
    join(dir, name),
    Object.entries(values).map(([tensor, value]) => ({
      name: tensor,
      shape: [1],
      read: async () => Float32Array.of(value),
    })),
  );
const index = (weightMap: object | string) => {
  const weights = typeof weightMap === 'string' ? weightMap : JSON.stringify(weightMap);
  return writeFile(
    join(dir, 'model.safetensors.index.json'),
    `{"metadata":{"total_size":8,"deep":[[1.5e3]]},"weight_map":${weights}}`,
  );
};

describe('shards', () => {
  test('are read as one file, each tensor from its own', async () => {
    await shard('model-00001-of-00002.safetensors', { a: 1, b: 2 });
    await shard('model-00002-of-00002.safetensors', { c: 3 });
    await index({
      a: 'model-00001-of-00002.safetensors',
      c: 'model-00002-of-00002.safetensors',
      b: 'model-00001-of-00002.safetensors',
    });
    await using weights = await open();
    expect([...weights.tensors.keys()].sort()).toEqual(['a', 'b', 'c']);
    const values = await Promise.all(['a', 'b', 'c'].map(weights.read));
    expect(values.map(([value]) => value)).toEqual([1, 2, 3]);
    await expect(weights.read('d')).rejects.toThrow('lists no tensor d');
  });

  test('are passed over where the one file is there', async () => {
    await shard('model.safetensors', { a: 7 });
    await index({ a: 'missing.safetensors' });
    await using weights = await open();
    expect(await weights.read('a')).toEqual(Float32Array.of(7));
  });

  test('may be links to files elsewhere, as download caches lay them out', async () => {
    await mkdir(join(dir, 'blobs'));
    await shard('blobs/0123abcd', { a: 5 });
    await symlink(join('blobs', '0123abcd'), join(dir, 'model-00001-of-00001.safetensors'));
    await index({ a: 'model-00001-of-00001.safetensors' });
    await using weights = await open();
    expect(await weights.read('a')).toEqual(Float32Array.of(5));
  });

  test('leave no file open, read or not', async () => {
    await shard('x.safetensors', { a: 1 });
    await shard('y.safetensors', { b: 1 });
    await index({ a: 'x.safetensors', b: 'y.safetensors' });
    const weights = await open();
    await weights.read('a');
    await weights.close();
    await weights.close();
    await rm(join(dir, 'y.safetensors'));
    await expect(weights.read('b')).rejects.toMatchObject({ code: 'checkpoint-corrupt' });
    await weights.close();
  });

  test.each<[string, object | string, RegExp]>([
    ['a tensor stands in no shard', { a: 'x.safetensors', b: 'y.safetensors', z: 'x.safetensors' }, /z in x.*lacks it/],
    [
      'a tensor of a shard is not listed',
      { a: 'x.safetensors', b: 'z.safetensors' },
      /does not list the tensor c of z/,
    ],
    [
      'a tensor stands in two shards',
      { a: 'x.safetensors', c: 'z.safetensors', b: 'y.safetensors' },
      /b in y.*z.safet/,
    ],
    ['a tensor is listed twice', '{"a":"x.safetensors","\\u0061":"y.safetensors"}', /"a" stands twice/],
    ['a shard is not there', { a: 'x.safetensors', b: 'gone.safetensors' }, /gone.safetensors cannot be read/],
    ['a shard lies above', { a: '../x.safetensors' }, /no plain name/],
    ['a shard lies below', { a: 'blobs/x.safetensors' }, /no plain name/],
    ['a shard lies below, for Windows', { a: 'blobs\\x.safetensors' }, /no plain name/],
    ['a shard has an absolute name', { a: '/x.safetensors' }, /no plain name/],
    ['a shard lies on another drive', { a: 'C:x.safetensors' }, /no plain name/],
    ['a shard has a zero byte in its name', { a: 'x\0.safetensors' }, /no plain name/],
    ['a shard has no name', { a: '' }, /no plain name/],
    ['a shard is pickled', { a: 'pytorch_model-00001-of-00002.bin' }, /no plain name/],
    ['a shard is no name', { a: 7 }, /expected a string/],
    ['there are too many shards', many(300, (at) => `${at}.safetensors`), /more than 256 shards/],
    ['there are too many tensors', many(40_000, () => 'x.safetensors'), /more than 32768 tensors/],
    ['nothing is listed', {}, /missing or empty/],
    ['the list is cut short', '{"a":', /expected a string/],
  ])('are refused where %s', async (_, weightMap, message) => {
    await shard('x.safetensors', { a: 1 });
    await shard('y.safetensors', { b: 2 });
    await shard('z.safetensors', { b: 2, c: 3 });
    await index(weightMap);
    await expect(open()).rejects.toMatchObject({
      code: 'checkpoint-corrupt',
      message: expect.stringMatching(message),
    });
  });
});

function many(count: number, shardOf: (at: number) => string): object {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`t${at}`, shardOf(at)]));
}

describe('pickled weights', () => {
  test.each(['pytorch_model.bin', 'open_clip_pytorch_model.bin', 'ViT-B-32.pt', 'epoch_32.pth', 'last.ckpt'])(
    'are refused with the reason and the way to convert: %s',
    async (name) => {
      await writeFile(join(dir, name), 'never read');
      for (const load of [open, () => readModel(dir)]) {
        await expect(load()).rejects.toMatchObject({
          code: 'model-mismatch',
          details: { path: dir },
          message: expect.stringMatching(
            new RegExp(`pickled, in ${name}.*is a program.*pip install torch safetensors.*'${dir}/${name}'`, 's'),
          ),
        });
      }
    },
  );

  test('in parts are converted together, and what a trainer leaves is none of them', async () => {
    for (const name of ['pytorch_model-00002-of-00002.bin', 'pytorch_model-00001-of-00002.bin', 'training_args.bin']) {
      await writeFile(join(dir, name), '');
    }
    const parts = `'${dir}/pytorch_model-00001-of-00002.bin' '${dir}/pytorch_model-00002-of-00002.bin'\n\n`;
    await expect(open()).rejects.toThrow(parts);
  });

  test('do not matter beside safetensors', async () => {
    await writeFile(join(dir, 'pytorch_model.bin'), 'never read');
    await shard('model.safetensors', { a: 7 });
    await using weights = await open();
    expect(await weights.read('a')).toEqual(Float32Array.of(7));
  });

  test('are not looked for in what a trainer leaves alone', async () => {
    await writeFile(join(dir, 'optimizer.pt'), '');
    await expect(open()).rejects.toMatchObject({ code: 'checkpoint-corrupt' });
  });

  test.skipIf(process.platform === 'win32')('the command survives a shell, whatever the folder is called', async () => {
    const odd = join(dir, `it's $HOME; "x"`);
    await mkdir(odd);
    await writeFile(join(odd, 'pytorch_model.bin'), '');
    const error = await openWeights(odd, 'model.safetensors').catch((cause: Error) => cause);
    const command = /python -c.*\n\n/s.exec((error as Error).message)![0];
    await writeFile(join(dir, 'python'), '#!/bin/sh\nshift\nprintf "%s\\n" "$@" > arguments\n', { mode: 0o755 });
    execFileSync('sh', ['-c', command], { cwd: dir, env: { ...process.env, PATH: `${dir}:${process.env.PATH}` } });
    const words = await readFile(join(dir, 'arguments'), 'utf8');
    expect(words).toContain('weights_only=True');
    expect(words.trimEnd().split('\n').slice(-2)).toEqual([
      join(odd, 'model.safetensors'),
      join(odd, 'pytorch_model.bin'),
    ]);
  });
});
