import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { libtorchFiles } from '../test/zip.ts';
import { loadFailed, requireSameLibtorch } from './load.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anagram-load-'));
  for (const [path, content] of Object.entries(libtorchFiles(join(folder, 'libtorch')))) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
});
afterEach(() => rm(folder, { recursive: true }));

const record = (change = {}) => ({ libtorch: join(folder, 'libtorch'), version: '2.13.0', key: '', ...change });

function messageOf(body: () => void): string {
  try {
    body();
    return 'no error';
  } catch (error) {
    return (error as Error).message.replaceAll(folder, 'TMP');
  }
}

test('the libtorch of the build passes, named or not', () => {
  requireSameLibtorch(record(), undefined);
  requireSameLibtorch(record(), join(folder, 'libtorch'));
});

test('a libtorch that is gone is an error that says how to get it back', () => {
  const gone = record({ libtorch: join(folder, 'gone') });
  expect(messageOf(() => requireSameLibtorch(gone, undefined))).toMatchInlineSnapshot(`
    "The libtorch that the addon was built with is gone from TMP/gone.
    Tried:
      - TMP/gone/lib
    Possible solutions:
      - Build it: npx anagram setup (in a checkout: npm run build:addon -w @anagram/native)"
  `);
});

test('another version in its place is refused before it is loaded', () => {
  const older = record({ version: '2.12.1' });
  expect(messageOf(() => requireSameLibtorch(older, undefined))).toMatchInlineSnapshot(`
    "The addon was built with libtorch 2.12.1, but is to run with libtorch 2.13.0, which has taken its place in TMP/libtorch.
    Possible solutions:
      - Build it: npx anagram setup (in a checkout: npm run build:addon -w @anagram/native)
      - Keep the one that it was built with: unset ANAGRAM_LIBTORCH"
  `);
});

test('another ANAGRAM_LIBTORCH than the one of the build is refused', () => {
  expect(messageOf(() => requireSameLibtorch(record(), '/elsewhere'))).toMatchInlineSnapshot(`
    "The addon was built with TMP/libtorch, but is to run with ANAGRAM_LIBTORCH=/elsewhere.
    Possible solutions:
      - Build it: npx anagram setup (in a checkout: npm run build:addon -w @anagram/native)
      - Keep the one that it was built with: unset ANAGRAM_LIBTORCH"
  `);
});

test('what the dynamic linker says is answered with what helps against it', () => {
  const solutions = (said: string) => loadFailed(said).solutions.at(-1);
  expect(solutions("/lib/libc.so.6: version `GLIBC_2.28' not found")).toContain('ldd --version');
  expect(solutions('undefined symbol: _ZN3c105ErrorC2')).toBe(
    'Another libtorch may come first: unset LD_PRELOAD LD_LIBRARY_PATH',
  );
  expect(solutions('libgomp.so.1: cannot open shared object file')).toContain("grep 'not found'");
});
