import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ParquetFile } from './parquet-file.ts';

let dir: string;
let path: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parquet-file-'));
  path = join(dir, 'a.parquet');
  const columnData = [
    { name: 'text', data: Array.from({ length: 25 }, (_, k) => `a cüp ${k}`), type: 'STRING' as const },
    { name: 'number', data: Array.from({ length: 25 }, (_, k) => k), type: 'INT32' as const },
    { name: 'raw', data: Array.from({ length: 25 }, (_, k) => Uint8Array.of(k, 200)), type: 'BYTE_ARRAY' as const },
  ];
  await writeFile(path, Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 10 })));
});
afterAll(() => rm(dir, { recursive: true }));

describe('ParquetFile', () => {
  it('gives rows of the columns asked for, over all row groups', async () => {
    const file = await ParquetFile.open(path);
    expect([file.rows, file.columns]).toEqual([25, ['text', 'number', 'raw']]);
    const rows = await file.read(['number', 'text']);
    expect(rows).toHaveLength(25);
    expect(rows[17]).toEqual({ number: 17, text: 'a cüp 17' });
  });

  it('gives the bytes of any cell, in any order and at once', async () => {
    const file = await ParquetFile.open(path);
    const places = [24, 0, 9, 10, 3, 19, 20];
    const bytes = await Promise.all(places.map((row) => file.picture(row, 'raw').bytes()));
    expect(bytes.map((own) => [...own])).toEqual(places.map((row) => [row, 200]));
    expect(file.picture(3, 'raw').name).toBe('a.parquet, row 3, raw');
  });

  it('says which row and column hold no picture, and which file is none', async () => {
    const file = await ParquetFile.open(path);
    await expect(file.picture(12, 'number').bytes()).rejects.toThrow(/row 12 has no picture in the column number/);
    await writeFile(join(dir, 'cut.parquet'), 'PAR1 and nothing else');
    await expect(ParquetFile.open(join(dir, 'cut.parquet'))).rejects.toMatchObject({ code: 'source-failed' });
    await expect(ParquetFile.open(join(dir, 'nowhere.parquet'))).rejects.toThrow('nowhere.parquet');
  });
});
