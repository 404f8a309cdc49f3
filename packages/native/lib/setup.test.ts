import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FileServer, serveFile } from '../test/file-server.ts';
import { libtorchFiles, wheel, zip } from '../test/zip.ts';
import type { SetupOptions } from './setup.ts';
import { setupLibtorch } from './setup.ts';
import type { SetupEvent } from './setup-events.ts';

const archive = zip(libtorchFiles('libtorch'));
const sha256 = createHash('sha256').update(archive).digest('hex');
const noPython = ['no-such-python'];
let folder: string;
let server: FileServer;
let options: SetupOptions;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anagram-setup-'));
  server = await serveFile(archive);
  options = {
    cacheDir: join(folder, 'cache'),
    variant: 'cpu',
    env: { PATH: process.env.PATH, HOME: folder },
    archive: () => ({ url: server.url, sha256 }),
    pythons: noPython,
  };
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const place = () => join(folder, 'cache/libtorch/2.13.0-cpu');

test('the official archive is fetched, unpacked and found again without the network', async () => {
  const events: SetupEvent[] = [];
  const first = await setupLibtorch({ ...options, onEvent: (event) => events.push(event) });
  expect(first).toEqual({ folder: join(place(), 'libtorch'), version: '2.13.0', from: 'cache' });
  expect(
    events.filter(({ type }) => type !== 'stage-progress').map((event) => 'stage' in event && event.stage),
  ).toEqual(['libtorch-download', 'libtorch-download', 'libtorch-unpack', 'libtorch-unpack']);
  expect(JSON.parse(await readFile(join(place(), 'anagram.json'), 'utf8'))).toMatchObject({ sha256, variant: 'cpu' });
  expect(await setupLibtorch(options)).toEqual(first);
  expect(server.requests).toEqual(['all']);
  expect((await readdir(join(folder, 'cache/libtorch'))).sort()).toEqual(['2.13.0-cpu', 'lock', 'sha256.json']);
});

test('two that start at once share one download', async () => {
  const [one, two] = await Promise.all([setupLibtorch(options), setupLibtorch(options)]);
  expect(one).toEqual(two);
  expect(server.requests).toEqual(['all']);
});

test('what a killed process left half unpacked is swept away', async () => {
  await mkdir(join(folder, 'cache/libtorch/unpacking-1/libtorch'), { recursive: true });
  await setupLibtorch(options);
  expect(await readdir(join(folder, 'cache/libtorch'))).not.toContain('unpacking-1');
});

test('a folder without its receipt is not taken for a finished one', async () => {
  await mkdir(join(place(), 'libtorch/lib'), { recursive: true });
  await setupLibtorch(options);
  expect(server.requests).toEqual(['all']);
});

test('without a known checksum, the first one is held to from then on', async () => {
  const unpinned = { ...options, archive: () => ({ url: server.url }) };
  await setupLibtorch(unpinned);
  await rm(place(), { recursive: true });
  server.content = zip(libtorchFiles('libtorch', '2.13.1'));
  server.etag = '"two"';
  await expect(setupLibtorch(unpinned)).rejects.toMatchObject({
    code: 'download-failed',
    tried: expect.arrayContaining([expect.stringContaining(`sha256 ${sha256} was expected`)]),
  });
});

test('an archive that holds something else is refused and fetched anew the next time', async () => {
  server.content = zip(libtorchFiles('libtorch', '1.9.0'));
  const unpinned = { ...options, archive: () => ({ url: server.url }) };
  await expect(setupLibtorch(unpinned)).rejects.toThrow('holds no libtorch 2.13: it is libtorch 1.9.0, not 2.x');
  server.content = archive;
  server.etag = '"two"';
  expect(await setupLibtorch(unpinned)).toMatchObject({ version: '2.13.0' });
});

test('where the archive is out of reach, the wheel comes through pip', async () => {
  const python = await fakePython(wheel('torch-2.13.0', libtorchFiles('torch')));
  await server[Symbol.asyncDispose]();
  const found = await setupLibtorch({ ...options, pythons: [python] });
  expect(found).toEqual({ folder: join(place(), 'torch'), version: '2.13.0', from: 'cache' });
});

test('a torch of the Python on the path is used as it is', async () => {
  const site = join(folder, 'site/torch');
  await writeTree(libtorchFiles(site));
  const python = await fakePython(Buffer.alloc(0), site);
  expect(await setupLibtorch({ ...options, pythons: [python] })).toEqual({
    folder: site,
    version: '2.13.0',
    from: 'python',
  });
});

test('when nothing works, the error lists all that was tried and what helps', async () => {
  server.content = Buffer.from('not a zip');
  const failing = setupLibtorch({ ...options, archive: () => ({ url: server.url }) });
  const message = await failing.then(String, (error: Error) => error.message);
  const plain = message.replaceAll(server.url, 'URL').replaceAll(folder, 'TMP');
  expect(plain).toMatchInlineSnapshot(`
    "No libtorch 2.13.0 was found, and none could be fetched.
    Tried:
      - ANAGRAM_LIBTORCH: not set
      - no-such-python: not found
      - TMP/cache: holds no libtorch 2.13.0
      - URL: The archive TMP/cache/libtorch/downloads/libtorch-2.13.0+cpu.zip is damaged: End of central directory record signature not found. Either not a zip file, or file is truncated.
      - torch wheel: The torch 2.13.0 wheel could not be had through pip.
      - no-such-python -m pip: no such program
    Possible solutions:
      - Check the network, then try again: npx anagram setup
      - Debian, Ubuntu: sudo apt-get install -y python3-pip
      - Fedora: sudo dnf install -y python3-pip
      - macOS: brew install python
      - From a machine with network: python3 -m pip download torch==2.13.0 --no-deps, then unzip the wheel here and set ANAGRAM_LIBTORCH to its folder torch/"
  `);
});

test('an abort rejects with its reason, and the next call takes up the download', async () => {
  server.half = new Promise(() => {});
  const controller = new AbortController();
  const reason = new Error('enough');
  const onEvent = (event: SetupEvent) => {
    if (event.type === 'stage-progress') controller.abort(reason);
  };
  await expect(setupLibtorch({ ...options, signal: controller.signal, onEvent })).rejects.toBe(reason);
  server.half = Promise.resolve();
  await setupLibtorch(options);
  expect(server.requests[1]).toMatch(/^bytes=\d+-$/);
});

/** A program that answers as `python3` would: with its torch's folder, and to `-m pip download` with a wheel. */
async function fakePython(torch: Buffer, site = ''): Promise<string> {
  const python = join(folder, 'python');
  await writeFile(join(folder, 'torch.whl'), torch);
  const script = `#!/bin/sh
if [ "$1" = -c ]; then echo '${site}'; exit; fi
if [ "$3" = --version ]; then echo pip 23; exit; fi
while [ "$1" != -d ]; do shift; done
cp '${folder}/torch.whl' "$2/torch-2.13.0-cp312-none-any.whl"
`;
  await writeFile(python, script);
  await chmod(python, 0o755);
  return python;
}

async function writeTree(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, content);
  }
}
