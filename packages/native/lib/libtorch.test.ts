import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { libtorchFiles } from '../test/zip.ts';
import { cacheFolder } from './cache.ts';
import { findLibtorch, inspectLibtorch, resolveLibtorch } from './libtorch.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anagram-libtorch-'));
});
afterEach(() => rm(folder, { recursive: true }));

const pythons = ['no-such-python'];

async function place(version: string, extra: Record<string, string> = {}): Promise<string> {
  const files = { ...libtorchFiles(join(folder, 'libtorch'), version), ...extra };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return join(folder, 'libtorch');
}

const messageOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: Error) => error.message.replaceAll(folder, 'TMP'),
  );

test('ANAGRAM_LIBTORCH is taken before all else, and any 2.x goes there', async () => {
  const ANAGRAM_LIBTORCH = await place('2.9.1');
  const { found } = await findLibtorch({ env: { ANAGRAM_LIBTORCH }, pythons });
  expect(found).toEqual({ folder: ANAGRAM_LIBTORCH, version: '2.9.1', from: 'ANAGRAM_LIBTORCH' });
});

test('a folder that lacks a file says which', async () => {
  expect(await inspectLibtorch(folder)).toEqual({
    problem: 'include/torch/csrc/api/include/torch/torch.h is missing',
  });
});

test('a wrong ANAGRAM_LIBTORCH is an error, not passed over', async () => {
  const env = { ANAGRAM_LIBTORCH: await place('1.13.0') };
  expect(await messageOf(findLibtorch({ env, pythons }))).toMatchInlineSnapshot(`
    "ANAGRAM_LIBTORCH=TMP/libtorch cannot be used: it is libtorch 1.13.0, not 2.x. Expected the folder of a libtorch 2.13 with include/ and lib/.
    Tried:
      - TMP/libtorch
    Possible solutions:
      - Let Anagram fetch its own: unset ANAGRAM_LIBTORCH && npx anagram setup
      - Use a Python's torch 2.13.0: export ANAGRAM_LIBTORCH=$(python3 -c "import torch; print(torch.__path__[0])")"
  `);
});

test('a libtorch with the old string ABI is refused', async () => {
  const file = join(folder, 'libtorch/share/cmake/Torch/TorchConfig.cmake');
  const old = await place('2.5.0', { [file]: 'set(TORCH_CXX_FLAGS "-D_GLIBCXX_USE_CXX11_ABI=0")' });
  expect(await inspectLibtorch(old)).toEqual({
    problem: 'it is libtorch 2.5.0 built with the C++ string ABI from before C++11',
  });
});

test('none at all is an error that lists what was tried and what helps', async () => {
  const env = { ANAGRAM_CACHE: join(folder, 'cache'), PATH: '' };
  expect(await messageOf(resolveLibtorch({ env, pythons }))).toMatchInlineSnapshot(`
    "No libtorch was found.
    Tried:
      - ANAGRAM_LIBTORCH: not set
      - no-such-python: not found
      - TMP/cache: holds no libtorch 2.13.0
    Possible solutions:
      - Fetch it into the cache: npx anagram setup
      - Use one that you have: ANAGRAM_LIBTORCH=/path/to/libtorch (the folder with include/ and lib/)"
  `);
});

test('the cache lies where the user says, else where XDG says, else in the home', () => {
  expect(cacheFolder({ ANAGRAM_CACHE: '/a', XDG_CACHE_HOME: '/x' })).toBe('/a');
  expect(cacheFolder({ XDG_CACHE_HOME: '/x' })).toBe('/x/anagram');
  expect(cacheFolder({})).toMatch(/\.cache\/anagram$/);
});
