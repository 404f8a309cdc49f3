import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendLabel, readLabelFile, readLabels, resumeLabelFile } from './read-labels.ts';

let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'anagram-labels-')), 'labels.jsonl');
});
afterEach(() => rm(join(path, '..'), { recursive: true }));

const line = (id: string, right: boolean | null) => `${JSON.stringify({ id, right })}\n`;

describe('label files', () => {
  it('hold the last answer of each pair', async () => {
    for (const right of [true, null, false]) await appendLabel(path, { id: 'a', right });
    await appendLabel(path, { id: 'ü "x"', right: null });
    expect([...(await readLabelFile(path))]).toEqual([
      ['a', false],
      ['ü "x"', null],
    ]);
  });

  it('go on after half a line that a killed process left, and after a line without its end', async () => {
    await writeFile(path, `${line('a', true)}{"id": "b", "ri`);
    expect([...(await resumeLabelFile(path)).keys()]).toEqual(['a']);
    await writeFile(path, (line('a', true) + line('b', false)).trimEnd());
    expect((await resumeLabelFile(path)).size).toBe(2);
    await appendLabel(path, { id: 'c', right: true });
    expect(await readFile(path, 'utf8')).toBe(line('a', true) + line('b', false) + line('c', true));
  });

  it('need not be there to be begun', async () => {
    expect(await resumeLabelFile(path)).toEqual(new Map());
    await expect(readLabelFile(path)).rejects.toMatchObject({ code: 'source-failed' });
  });

  it('say which line is none', async () => {
    await writeFile(path, `${line('a', true)}{"id": "b", "right": "yes"}\n`);
    await expect(readLabels(path)).rejects.toThrow(/Line 2 of .*true, false or null/);
  });
});

it('readLabels leaves out what nobody could judge, and counts it', async () => {
  expect(await readLabels({ a: true, b: null, c: false })).toEqual({
    truth: new Map([
      ['a', true],
      ['c', false],
    ]),
    unsure: 1,
  });
});
