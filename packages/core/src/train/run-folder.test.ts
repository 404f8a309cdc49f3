import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyPairs } from '../testing/tiny-pairs.ts';
import { describeRun, openRun, type RunRecord, writeRun } from './run-folder.ts';
import { resolveSettings, type TrainSettings } from './settings.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-run-folder-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const record = (settings: Partial<TrainSettings> = {}) =>
  describeRun(resolveSettings({ steps: 3, objective: 'ce-clip', ...settings }), [{ set: tinyPairs(), share: 1 }], 'm', {
    ...{ libtorch: '2', device: 'cpu', threads: 1 },
  });

/** A run as a version wrote it that did not know distillation or ramps yet. */
function older(): RunRecord {
  const run = record();
  const { distil, ...objective } = run.settings.objective as { distil: number };
  const { hardness, ...curriculum } = run.settings.curriculum as { hardness: object };
  return { ...run, settings: { ...run.settings, objective, curriculum } };
}

test('a run goes on under a version that has more settings, which had their defaults', async () => {
  await writeRun(dir, older());
  const messages: string[] = [];
  await expect(openRun(dir, record(), (message) => messages.push(message))).resolves.toEqual(older());
  expect(messages).toEqual([]);
});

test('but not where such a setting now says something else, or an old one has changed', async () => {
  await writeRun(dir, older());
  const ramped = record({ curriculum: { hardness: { from: 0 } } });
  await expect(openRun(dir, ramped, () => {})).rejects.toThrow('curriculum.hardness.from (was nothing, is 0)');
  await expect(openRun(dir, record({ objective: 'clip' }), () => {})).rejects.toMatchObject({
    code: 'run-options-changed',
  });
});
