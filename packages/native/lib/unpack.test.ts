import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wheel, zip } from '../test/zip.ts';
import { unpack } from './unpack.ts';

let folder: string;
let archive: string;
let into: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anagram-unpack-'));
  archive = join(folder, 'a.zip');
  into = join(folder, 'out');
});
afterEach(() => rm(folder, { recursive: true }));

test('the files asked for are unpacked, and progress reaches their size', async () => {
  await writeFile(archive, zip({ 'torch/lib/a.so': 'abc', 'torch/nn/b.py': 'no', 'torch/include/c.h': 'defg' }));
  const seen: number[][] = [];
  await unpack({
    archive,
    into,
    keep: (name) => !name.includes('/nn/'),
    onProgress: (done, total) => seen.push([done, total]),
  });
  expect(await readFile(join(into, 'torch/lib/a.so'), 'utf8')).toBe('abc');
  expect(await readdir(join(into, 'torch'))).toEqual(['include', 'lib']);
  expect(seen.at(-1)).toEqual([7, 7]);
});

test('a file whose bytes do not match RECORD is refused', async () => {
  const record = 'torch/lib/a.so,sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0,3\n'; // of 'abc'
  await writeFile(archive, zip({ 'torch/lib/a.so': 'abd', 'torch-1.dist-info/RECORD': record }));
  await expect(unpack({ archive, into, keep: () => true })).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringContaining('torch/lib/a.so does not match its sha256 in RECORD'),
  });
});

test('a file whose bytes match RECORD is taken', async () => {
  await writeFile(archive, wheel('torch-1', { 'torch/lib/a.so': 'abc' }));
  await unpack({ archive, into, keep: (name) => name.startsWith('torch/') });
  expect(await readFile(join(into, 'torch/lib/a.so'), 'utf8')).toBe('abc');
});

test('a truncated archive is called damaged', async () => {
  const bytes = zip({ 'torch/lib/a.so': 'abc'.repeat(1000) });
  await writeFile(archive, bytes.subarray(0, bytes.length - 30));
  await expect(unpack({ archive, into, keep: () => true })).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringContaining('is damaged'),
  });
});

test('a flipped byte is found', async () => {
  const bytes = zip({ 'torch/lib/a.so': 'abc'.repeat(1000) });
  bytes[50]! ^= 1;
  await writeFile(archive, bytes);
  await expect(unpack({ archive, into, keep: () => true })).rejects.toMatchObject({ code: 'download-failed' });
});

test('a name that leads out of the folder is refused', async () => {
  await writeFile(archive, zip({ '../evil.so': 'x' }));
  await expect(unpack({ archive, into, keep: () => true })).rejects.toMatchObject({ code: 'download-failed' });
  expect(await readdir(folder)).toEqual(['a.zip']);
});
