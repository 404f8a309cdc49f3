import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RowFile } from './row-file.ts';

test('rows are there again, and what a killed process left after them does not count', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'anagram-rows-'));
  const path = join(dir, 'work', 'rows.f32');
  try {
    {
      await using file = await RowFile.open(path, 2);
      await file.add(Float32Array.of(1, 2, 3, 4));
      await file.add(Float32Array.of(5, 6));
    }
    await appendFile(path, new Uint8Array(7));
    await using file = await RowFile.open(path, 2);
    expect(file.count).toBe(3);
    expect(await file.rows([2, 0, 2])).toEqual(Float32Array.of(5, 6, 1, 2, 5, 6));
    await file.keep(1);
    await file.add(Float32Array.of(7, 8));
    expect([file.count, await file.rows([0, 1])]).toEqual([2, Float32Array.of(1, 2, 7, 8)]);
  } finally {
    await rm(dir, { recursive: true });
  }
});
