import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from '@anagram/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sugarCrepeFiles, winogroundFiles } from '../../core/test/fixtures/benchmark-files.ts';
import { constantEmbedder, writeTinyBenchmark } from '../../core/test/fixtures/tiny-benchmark.ts';
import { evaluationResult } from './evaluation-result.ts';
import { openBenchmarks } from './open-benchmark.ts';

let folder: string;
let sugar: { annotations: string; images: string };
let wino: { annotations: string; images: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'open-benchmarks-'));
  const write = async (name: string, { files, pictures }: typeof sugarCrepeFiles) => {
    const { dir: annotations, images } = await writeTinyBenchmark(join(folder, name), files, pictures);
    return { annotations, images };
  };
  sugar = await write('sugar', sugarCrepeFiles);
  wino = await write('wino', winogroundFiles);
});
afterAll(() => rm(folder, { recursive: true }));

const folders = { annotations: 'a', images: 'b' };

describe('openBenchmarks', () => {
  it('opens what flags name, which share their folders, and then what the settings list', () => {
    const benchmark = ['whats-up:A', 'whats-up:B'];
    const tasks = openBenchmarks({ benchmark, ...folders }, [{ name: 'cola', ...folders }]);
    expect(tasks.map(({ name }) => name)).toEqual(['whatsup/A', 'whatsup/B', 'cola']);
    expect(openBenchmarks({})).toEqual([]);
    const [unsaid] = openBenchmarks({}, [{ name: 'cola', ...folders, ties: undefined, limit: undefined }]);
    expect(unsaid!.name).toBe('cola');
  });

  it('lets --ties win over the settings, for every benchmark', async () => {
    const listed = [
      { name: 'sugar-crepe', ...sugar, ties: 'wrong' },
      { name: 'winoground', ...wino, ties: 'official' },
    ];
    const rules = async (ties?: string) => {
      const tasks = openBenchmarks(ties === undefined ? {} : { ties }, listed);
      const reports = await Promise.all(tasks.map((task) => task.run({ model: constantEmbedder() })));
      return reports.map(({ tieRule }) => tieRule);
    };
    expect(await rules()).toEqual(['wrong', 'official']);
    expect(await rules('official')).toEqual(['official', 'official']);
  });

  it.each([
    [{ benchmark: ['sugarcrepe'], ...folders }, [], 'Did you mean "sugar-crepe"?'],
    [{ benchmark: ['cola'], images: 'b' }, [], '--benchmark: Expected --annotations and --images with it.'],
    [{ images: 'b' }, [], '--annotations and --images: Expected --benchmark with them'],
    [{ ties: 'official' }, [], '--ties: Expected --benchmark with it'],
    [{ benchmark: ['cola'], ...folders, ties: 'maybe' }, [], '--ties: '],
    [
      {},
      [{ name: 'cola', ...folders, image: 'c' }],
      'evaluate.benchmarks.0: unknown key "image". Did you mean "images"?',
    ],
    [{}, [{ name: 'cola', images: 'b' }], 'evaluate.benchmarks.0.annotations'],
    [{}, 'cola', 'evaluate.benchmarks: '],
  ])('refuses %j with %j', (flags, listed, sentence) => {
    expect(() => openBenchmarks(flags, listed)).toThrow(sentence);
    expect(() => openBenchmarks(flags, listed)).toThrow(expect.objectContaining({ code: 'invalid-options' }));
  });
});

describe('evaluationResult', () => {
  const run = async (...listed: readonly { name: string; annotations: string; images: string }[]) =>
    evaluationResult(await evaluate({ model: constantEmbedder(), tasks: openBenchmarks({}, listed) }));
  const nowhere = () => ({ name: 'winoground', annotations: wino.annotations, images: join(folder, 'nowhere') });

  it('gives the reports, a line each score, and no exit code of its own where every task ran', async () => {
    const { json, lines, partial, exitCode } = await run({ name: 'sugar-crepe', ...sugar });
    expect(json).toMatchObject({ sugarcrepe: { scores: { 'swap_obj.choice': { value: 0, n: 2 } } } });
    expect(lines[0]).toMatch(/^score +value +95 % interval +n +chance +text only +image only$/);
    expect(lines).toContainEqual(
      expect.stringMatching(/^sugarcrepe swap_obj\.choice +0\.000 .* 2 +0\.500 +\d\.\d+ +0\.000$/),
    );
    const { sugarcrepe } = json as Record<string, { failures: unknown[]; outcomes?: unknown; ties: number }>;
    expect([sugarcrepe!.ties, sugarcrepe!.failures.length, sugarcrepe!.outcomes]).toEqual([14, 10, undefined]);
    expect([partial, exitCode]).toEqual([false, undefined]);
  });

  it('never shows the scores of a sample under the name of the whole', async () => {
    const tasks = openBenchmarks({}, [{ name: 'sugar-crepe', ...sugar }], 5);
    const { lines, partial } = evaluationResult(await evaluate({ model: constantEmbedder(), tasks }));
    const scores = lines.filter((line) => line.includes('.choice'));
    expect(scores.length).toBeGreaterThan(0);
    for (const line of scores) expect(line).toMatch(/^sugarcrepe \(5 of 14 items\) /);
    expect(lines).toContain('sugarcrepe was scored on 5 of 14 items: these are no figures of the whole.');
    expect(partial).toBe(false);
  });

  it('is partial where a task failed beside one that ran, and says why', async () => {
    const broken = { name: 'winoground', annotations: join(folder, 'nowhere'), images: wino.images };
    const { json, lines, partial, exitCode } = await run(broken, { name: 'sugar-crepe', ...sugar });
    expect(lines.at(-1)).toMatch(/^winoground failed: .*examples\.jsonl cannot be read/);
    expect(json).toMatchObject({ winoground: { failed: { code: 'source-failed' } }, sugarcrepe: { ties: 14 } });
    expect([partial, exitCode]).toEqual([true, undefined]);
    expect((await run(broken)).exitCode).toBe(1);
  });

  it('is partial where a task was skipped beside one that ran, and says why', async () => {
    const { lines, partial, exitCode } = await run({ name: 'sugar-crepe', ...sugar }, nowhere());
    expect(lines.at(-1)).toMatch(/^winoground was skipped: 80 of 80 pictures are not in .* They are published at /);
    expect(lines[0]).toMatch(/^score/);
    expect([partial, exitCode]).toEqual([true, undefined]);
  });

  it('fails where nothing could run, with the reason and no empty table', async () => {
    const { lines, exitCode } = await run(nowhere());
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^winoground was skipped: /);
    expect(exitCode).toBe(1);
  });
});
