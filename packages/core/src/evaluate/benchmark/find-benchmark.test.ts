import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sugarCrepeFiles } from '../../../test/fixtures/benchmark-files.ts';
import { randomEmbedder, writeTinyBenchmark } from '../../../test/fixtures/tiny-benchmark.ts';
import * as core from '../../index.ts';
import { benchmarkNames, findBenchmark } from './find-benchmark.ts';

const options = { dir: 'annotations', images: 'images' };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-benchmark-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('findBenchmark', () => {
  it('opens every name that it lists, each as a task of its own', () => {
    const tasks = benchmarkNames.map((name) => findBenchmark(name, options).name);
    expect(new Set(tasks).size).toBe(tasks.length);
    expect(benchmarkNames).toContain('sugar-crepe');
    expect(benchmarkNames).toContain('negbench-retrieval:coco-negated');
  });

  it('opens the set that the name says', () => {
    expect(findBenchmark('negbench:voc2007', options).name).toBe('negbench/voc2007');
    expect(findBenchmark('whats-up:B', options).name).toBe('whatsup/B');
  });

  it('reads from the folders and breaks ties by the rule that it is given', async () => {
    const paths = await writeTinyBenchmark(folder, sugarCrepeFiles.files, sugarCrepeFiles.pictures);
    const report = await findBenchmark('sugar-crepe', { ...paths, ties: 'official' }).run({ model: randomEmbedder(1) });
    expect(report.tieRule).toBe('official');
    expect(report.scores['all.micro.choice']!.n).toBe(14);
  });

  it.each([
    ['sugarcrepe', 'There is no benchmark "sugarcrepe". Did you mean "sugar-crepe"?'],
    ['imagenet', 'There is no benchmark "imagenet". Known: sugar-crepe, '],
    ['constructor', 'There is no benchmark "constructor".'],
    ['negbench', 'The benchmark negbench has sets; name one, e.g. negbench:coco. Known: coco, voc2007, synthetic.'],
    ['negbench:', 'The benchmark negbench has sets; name one'],
    ['whats-up:a', 'The benchmark whats-up has no set "a". Did you mean "A"?'],
    ['cola:one', 'The benchmark cola has no sets; expected "cola", received "cola:one".'],
  ])('refuses %s and says what was probably meant', (name, sentence) => {
    expect(() => findBenchmark(name, options)).toThrow(sentence);
    expect(() => findBenchmark(name, options)).toThrow(expect.objectContaining({ code: 'invalid-options' }));
  });

  it('calls each family by the name of its function', () => {
    const sources = Object.entries(core)
      .filter(([, value]) => typeof value === 'function')
      .map(([name]) => name.toLowerCase());
    const families = [...new Set(benchmarkNames.map((name) => name.split(':')[0]!))];
    for (const family of families) expect(sources).toContain(family.replaceAll('-', ''));
  });

  it('is told by the documentation with every family and set, and no other', async () => {
    const page = await readFile(new URL('../../../../../docs/benchmarks.md', import.meta.url), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toHaveLength(new Set(benchmarkNames.map((name) => name.split(':')[0])).size);
    for (const name of benchmarkNames) {
      const [family, set] = name.split(':');
      const row = rows.find((line) => line.includes(`| \`${family}\` |`));
      expect(row, name).toBeDefined();
      if (set !== undefined) expect(row, name).toContain(`\`${set}\``);
    }
  });
});
