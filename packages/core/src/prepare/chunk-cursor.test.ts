import { expect, test } from 'vitest';
import type { ReadingOptions, SourceRecord } from '../pair.ts';
import { defineSource } from '../source/define-source.ts';
import { ChunkCursor } from './chunk-cursor.ts';

const count = 1000;

/** Counts its readings; with `ahead` it decides so many records before they are taken, as a list of URLs does. */
function counted(ahead = 0) {
  const readings: number[] = [];
  const source = defineSource({
    name: 'counted',
    settings: null,
    selective: true,
    async *records({ wanted = () => true }: ReadingOptions) {
      const reading = readings.push(0) - 1;
      const decided: SourceRecord[] = [];
      for (let i = 0; i < count; i++) {
        for (let j = decided.length; j <= Math.min(i + ahead, count - 1); j++) {
          decided.push({ id: String(j), ...(ahead === 0 || wanted(j) ? { text: 'fetched' } : {}) });
        }
        readings[reading]!++;
        yield decided[i]!;
      }
    },
  });
  return { readings, cursor: new ChunkCursor(source, undefined) };
}

function ids(first: number, last: number) {
  return Array.from({ length: last - first + 1 }, (_, i) => ({ id: String(first + i), text: 'fetched' }));
}

test('takes chunks in ascending order out of one reading', async () => {
  const { readings, cursor } = counted();
  expect(await cursor.take(0)).toEqual(ids(0, 255));
  expect(await cursor.take(2)).toEqual(ids(512, 767));
  expect(await cursor.take(3)).toEqual(ids(768, 999));
  expect(readings).toEqual([count]);
});

test('begins anew for an earlier chunk', async () => {
  const { readings, cursor } = counted();
  await cursor.take(3);
  expect(await cursor.take(1)).toEqual(ids(256, 511));
  expect(readings).toEqual([count, 512]);
});

test('begins anew where the source has left out already what is wanted now', async () => {
  const { readings, cursor } = counted(300);
  expect(await cursor.take(0)).toEqual(ids(0, 255));
  expect(await cursor.take(1)).toEqual(ids(256, 511));
  expect(readings).toEqual([256, 512]);
  expect(await cursor.take(3)).toEqual(ids(768, 999));
  expect(readings).toHaveLength(3);
});

test('says where a source has become shorter', async () => {
  const { cursor } = counted();
  await expect(cursor.take(4)).rejects.toMatchObject({ code: 'source-failed' });
});
