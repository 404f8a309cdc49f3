import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FileServer, serveFile } from '../test/file-server.ts';
import { download } from './download.ts';

const content = randomBytes(300_000);
const sha256 = createHash('sha256').update(content).digest('hex');
let folder: string;
let file: string;
let server: FileServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anagram-download-'));
  file = join(folder, 'libtorch.zip');
  server = await serveFile(content);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test('a download gives the file, its checksum and progress up to its size', async () => {
  const seen: number[] = [];
  const result = await download({ url: server.url, file, onProgress: (done) => seen.push(done) });
  expect(result).toBe(sha256);
  expect((await readFile(file)).equals(content)).toBe(true);
  expect(seen.at(-1)).toBe(content.length);
});

test('a broken connection is taken up where it stopped', async () => {
  server.breakAfter = 100_000;
  const starts: number[] = [];
  const heal = (_total: number | null, from: number) => {
    starts.push(from);
    if (starts.length === 2) server.breakAfter = null;
  };
  const onProgress = (done: number) => {
    if (done % 100_000 === 0) server.breakOff();
  };
  await download({ url: server.url, file, sha256, onStart: heal, onProgress });
  expect(starts).toEqual([0, 100_000, 200_000]);
  expect(server.requests[1]).toBe('bytes=100000-');
  expect((await readFile(file)).equals(content)).toBe(true);
});

test('what a killed process had fetched is not fetched again', async () => {
  await writeFile(`${file}.part`, content.subarray(0, 120_000));
  await writeFile(`${file}.part.etag`, server.etag);
  await download({ url: server.url, file, sha256 });
  expect(server.requests).toEqual(['bytes=120000-']);
});

test('a part of another version of the file is not continued', async () => {
  await writeFile(`${file}.part`, Buffer.alloc(120_000));
  await writeFile(`${file}.part.etag`, '"older"');
  await download({ url: server.url, file, sha256 });
  expect((await readFile(file)).equals(content)).toBe(true);
});

test('a part longer than the file is thrown away', async () => {
  await writeFile(`${file}.part`, Buffer.alloc(content.length + 5));
  await writeFile(`${file}.part.etag`, server.etag);
  await download({ url: server.url, file, sha256 });
  expect(server.requests).toEqual([`bytes=${content.length + 5}-`, 'all']);
});

test('a file with the wrong checksum is refused and forgotten', async () => {
  await expect(download({ url: server.url, file, sha256: '0'.repeat(64) })).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringContaining(`sha256 ${'0'.repeat(64)} was expected, ${sha256} received`),
  });
  expect(existsSync(file)).toBe(false);
  expect(existsSync(`${file}.part`)).toBe(false);
});

test('a connection that never holds ends in an error that says how far it came', async () => {
  server.breakAfter = 1000;
  const onProgress = (done: number) => {
    if (done % 1000 === 0) server.breakOff();
  };
  await expect(download({ url: server.url, file, retries: 1, onProgress })).rejects.toMatchObject({
    code: 'download-failed',
  });
  expect((await stat(`${file}.part`)).size).toBe(2000);
});

test('an abort rejects with its reason and keeps what came so far', async () => {
  server.half = new Promise(() => {});
  const controller = new AbortController();
  const reason = new Error('enough');
  const onProgress = () => controller.abort(reason);
  await expect(download({ url: server.url, file, signal: controller.signal, onProgress })).rejects.toBe(reason);
  expect((await stat(`${file}.part`)).size).toBeGreaterThan(0);
});
