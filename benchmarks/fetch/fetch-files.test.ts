import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchmarkNames } from '@anagram/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileServer, serveFile } from '../../packages/native/test/file-server.ts';
import { zip } from '../../packages/native/test/zip.ts';
import { catalogue } from './catalogue.ts';
import { fetchFiles, lockFile } from './fetch-files.ts';

const content = Buffer.from('{"0": {}}'.repeat(40_000));
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
let dir: string;
let server: FileServer;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fetch-files-'));
  server = await serveFile(content);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

const fetchOne = (file: { sha256?: string; unpack?: true; path?: string } = {}) =>
  fetchFiles({ name: 'tiny', source: { files: [{ path: 'a.json', url: server.url, ...file }] }, dir });

describe('fetchFiles', () => {
  it('takes a file whose SHA-256 is pinned, and no other', async () => {
    expect(await fetchOne({ sha256: sha256(content) })).toEqual([
      { path: 'a.json', sha256: sha256(content), check: 'pinned' },
    ]);
    expect((await readFile(join(dir, 'a.json'))).equals(content)).toBe(true);
    await expect(fetchOne({ sha256: '0'.repeat(64), path: 'b.json' })).rejects.toThrow(
      /is not what was expected: sha256 0+ was expected.*\n.*\n.*npm run fetch-benchmarks -- tiny/,
    );
    expect(await readdir(dir)).not.toContain('b.json');
  });

  it('writes down the SHA-256 of the first fetch, says so, and holds every later one to it', async () => {
    expect(await fetchOne()).toMatchObject([{ check: 'recorded' }]);
    expect(JSON.parse(await readFile(join(dir, lockFile), 'utf8'))).toEqual({
      'a.json': { url: server.url, sha256: sha256(content) },
    });
    await rm(join(dir, 'a.json'));
    expect(await fetchOne()).toMatchObject([{ check: 'locked' }]);
    await rm(join(dir, 'a.json'));
    server.content = Buffer.from('changed');
    server.etag = '"two"';
    await expect(fetchOne()).rejects.toThrow('is not what was expected');
  });

  it('goes on where a killed process stopped, and fetches nothing that is there', async () => {
    await writeFile(join(dir, 'a.json.part'), content.subarray(0, 1000));
    await writeFile(join(dir, 'a.json.part.etag'), server.etag);
    await fetchOne();
    await fetchOne();
    expect(server.requests).toEqual(['bytes=1000-']);
  });

  it('unpacks an archive once', async () => {
    server.content = zip({ 'data/x.csv': 'a,b', 'data/y.csv': 'c' });
    const archive = { path: 'data.zip', unpack: true } as const;
    expect(await fetchOne(archive)).toMatchObject([{ check: 'recorded' }]);
    expect(await readFile(join(dir, 'data/x.csv'), 'utf8')).toBe('a,b');
    expect(await readdir(dir)).not.toContain('data.zip');
    expect(await fetchOne(archive)).toMatchObject([{ check: 'there' }]);
    expect(server.requests).toHaveLength(1);
  });

  it('asks for a token before anything is fetched where terms have to be accepted', async () => {
    const source = { gated: 'https://example.org/terms', files: [{ path: 'a', url: server.url }] };
    await expect(fetchFiles({ name: 'gated', source, dir, token: '' })).rejects.toThrow(
      'The owners of gated ask for their terms to be accepted: do so at https://example.org/terms, and set HF_TOKEN',
    );
    expect(server.requests).toEqual([]);
  });

  it('sends the token to the host that asks for it alone, and says what a refusal means', async () => {
    const tokens: (string | undefined)[] = [];
    const guard = createServer((request, response) => {
      tokens.push(request.headers.authorization);
      response.writeHead(request.headers.authorization === 'Bearer good' ? 200 : 403).end('x');
    });
    await new Promise<void>((resolve) => guard.listen(0, '127.0.0.1', resolve));
    try {
      const gated = `http://127.0.0.1:${(guard.address() as AddressInfo).port}/terms`;
      const guarded = { path: 'g', url: `${gated}/g` };
      const open = { path: 'a.json', url: server.url };
      const source = { gated, files: [guarded, open] };
      await fetchFiles({ name: 'gated', source, dir, token: 'good' });
      expect(tokens).toEqual(['Bearer good']);
      const ofOpen = { gated: server.url.replace('127.0.0.1', 'localhost'), files: [{ ...guarded, path: 'h' }] };
      await expect(fetchFiles({ name: 'gated', source: ofOpen, dir, token: 'good' })).rejects.toThrow(
        'refuse this HF_TOKEN',
      );
      expect(tokens.at(-1)).toBeUndefined();
    } finally {
      await new Promise((resolve) => guard.close(resolve));
    }
  });

  it('says in one sentence that a host cannot be reached, and how to try again', async () => {
    await server[Symbol.asyncDispose]();
    await expect(fetchOne()).rejects.toThrow(
      /could not be fetched: .*\n.*\n.*npm run fetch-benchmarks -- tiny \(what came so far is kept\)/,
    );
    server = await serveFile(content);
  });
});

describe('catalogue', () => {
  it('has every benchmark, with files, or with how to get them', () => {
    const families = new Set(benchmarkNames.map((name) => name.split(':')[0]!));
    expect([...families].filter((name) => !Object.hasOwn(catalogue, name))).toEqual([]);
    for (const [name, { files, byHand }] of Object.entries(catalogue)) {
      expect(files.length > 0 || byHand !== undefined, name).toBe(true);
      for (const { url, sha256 } of files) {
        expect(url).toMatch(/^https?:\/\//);
        if (sha256 !== undefined) expect(sha256).toMatch(/^[\da-f]{64}$/);
      }
    }
  });

  it.skipIf(!process.env.ANAGRAM_TEST_DATA)(
    'names the checksums of the published files (needs ANAGRAM_TEST_DATA)',
    async () => {
      for (const [name, folder] of [
        ['sugar-crepe', 'sugarcrepe'],
        ['sugar-crepe-plus-plus', 'sugarcrepe-pp'],
        ['cola', 'cola'],
      ] as const) {
        for (const { path, sha256: pinned } of catalogue[name]!.files) {
          expect(sha256(await readFile(join(process.env.ANAGRAM_TEST_DATA!, folder, path))), path).toBe(pinned);
        }
      }
    },
  );
});
