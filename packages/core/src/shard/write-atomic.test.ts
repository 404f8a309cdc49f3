import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appendLine, removeTemporaries, writeAtomic } from './write-atomic.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('writeAtomic', () => {
  test('writes texts, bytes and streams, and leaves no other file', async () => {
    await writeAtomic(join(dir, 'deep', 'er', 'a'), 'text');
    await writeAtomic(join(dir, 'deep', 'er', 'b'), Uint8Array.of(1, 2));
    await writeAtomic(join(dir, 'deep', 'er', 'c'), [Buffer.from('x'), Buffer.from('y')]);
    expect(await readdir(join(dir, 'deep', 'er'))).toEqual(['a', 'b', 'c']);
    expect(await readFile(join(dir, 'deep', 'er', 'c'), 'utf8')).toBe('xy');
  });

  test('keeps the old file whole when the data fails half-way', async () => {
    await writeAtomic(join(dir, 'a'), 'old');
    async function* failing() {
      yield Buffer.from('new');
      throw new Error('no more');
    }
    await expect(writeAtomic(join(dir, 'a'), failing())).rejects.toThrow('no more');
    expect(await readFile(join(dir, 'a'), 'utf8')).toBe('old');
    expect(await readdir(dir)).toEqual(['a']);
  });

  test.runIf(process.platform === 'linux')('a full disk is one clear sentence', async () => {
    // This device answers every write as a full disk does.
    await expect(appendLine('/dev/full', 'x')).rejects.toMatchObject({
      code: 'write-failed',
      message:
        'Could not write /dev/full: the disk is full. Free some space and run the same command again: everything finished is kept.',
    });
  });

  test('a folder that may not be written to says what to do', async () => {
    await writeFile(join(dir, 'file'), '');
    await expect(writeAtomic(join(dir, 'file', 'a'), 'x')).rejects.toMatchObject({ code: 'write-failed' });
    if (process.getuid?.() === 0) return;
    await chmod(dir, 0o500);
    await expect(writeAtomic(join(dir, 'a'), 'x')).rejects.toThrow('Choose a folder that you may write to');
    await chmod(dir, 0o700);
  });
});

describe('appendLine', () => {
  test('cuts off what a killed process left after the last line end', async () => {
    const path = join(dir, 'lines');
    await appendLine(path, 'one');
    await writeFile(path, `one\n${'torn'.repeat(5000)}`);
    await appendLine(path, 'two');
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
    await writeFile(path, 'torn');
    await appendLine(path, 'first');
    expect(await readFile(path, 'utf8')).toBe('first\n');
  });
});

test('removeTemporaries removes what killed processes left, and nothing else', async () => {
  for (const name of ['a.tar', 'a.tar.tmp-12-0', 'notes.tmp', 'b.tmp-1']) await writeFile(join(dir, name), '');
  await removeTemporaries(dir);
  expect(await readdir(dir)).toEqual(['a.tar', 'b.tmp-1', 'notes.tmp']);
});
