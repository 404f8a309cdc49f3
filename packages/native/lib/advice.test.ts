import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { diskFull, withDiskAdvice } from './advice.ts';
import { findCmake, findCompiler } from './toolchain.ts';
import { parseNvidia } from './wheel.ts';

let empty: string;

beforeEach(async () => {
  empty = await mkdtemp(`${tmpdir()}/anagram-advice-`);
});
afterEach(() => rm(empty, { recursive: true }));

const messageOf = (promise: Promise<unknown>) => promise.then(String, (error: Error) => error.message);

test('a machine without a compiler is told what to install', async () => {
  expect(await messageOf(findCompiler({ PATH: empty }))).toMatchInlineSnapshot(`
    "No C++ compiler was found. Expected g++ 11 or clang++ 14, or newer, to build the addon.
    Tried:
      - c++ --version: spawn c++ ENOENT
      - g++ --version: spawn g++ ENOENT
      - clang++ --version: spawn clang++ ENOENT
    Possible solutions:
      - Debian, Ubuntu: sudo apt-get install -y g++ make
      - Fedora: sudo dnf install -y gcc-c++ make
      - macOS: xcode-select --install
      - Another compiler: CXX=/path/to/g++ npm run build:addon -w @anagram/native"
  `);
});

test('a machine without cmake is told what to install', async () => {
  expect(await messageOf(findCmake({ PATH: empty }))).toMatchInlineSnapshot(`
    "No usable cmake was found. Expected cmake 3.18 or newer on the PATH.
    Tried:
      - cmake --version: spawn cmake ENOENT
    Possible solutions:
      - Debian, Ubuntu: sudo apt-get install -y cmake
      - Fedora: sudo dnf install -y cmake
      - macOS: brew install cmake"
  `);
});

test('a full disk names the folder, what is needed and how to move the cache', () => {
  expect(diskFull('/home/me/.cache/anagram/libtorch', 1e9).message).toMatchInlineSnapshot(`
    "The disk under /home/me/.cache/anagram/libtorch is full. About 1000 MB are needed there.
    Possible solutions:
      - See what is left: df -h /home/me/.cache/anagram/libtorch
      - Put the cache on another disk: ANAGRAM_CACHE=/path/with/room npx anagram setup"
  `);
});

test('a write that finds no space becomes that advice', async () => {
  const full = () => Promise.reject(Object.assign(new Error('write'), { code: 'ENOSPC' }));
  await expect(withDiskAdvice('/cache', 5e6, full)).rejects.toMatchObject({ code: 'disk-full' });
});

test('another failure stays what it is', async () => {
  const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
  await expect(withDiskAdvice('/cache', 5e6, () => Promise.reject(denied))).rejects.toBe(denied);
});

test('the libraries that a CUDA wheel needs are read from its metadata', () => {
  const metadata = `Requires-Dist: filelock
Requires-Dist: nvidia-cublas==13.0.0.19; platform_system == "Linux"
Requires-Dist: nvidia-nccl-cu13 (==2.27.7) ; platform_system == "Linux"
Requires-Dist: triton==3.5.0
`;
  expect(parseNvidia(metadata)).toEqual(['nvidia-cublas==13.0.0.19', 'nvidia-nccl-cu13==2.27.7']);
});
