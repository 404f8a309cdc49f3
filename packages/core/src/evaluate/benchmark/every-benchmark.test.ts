import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as fixtures from '../../../test/fixtures/benchmark-files.ts';
import * as choices from '../../../test/fixtures/choice-benchmark-files.ts';
import * as relations from '../../../test/fixtures/relation-benchmark-files.ts';
import * as retrievals from '../../../test/fixtures/retrieval-benchmark-files.ts';
import { constantEmbedder, randomEmbedder, writeTinyBenchmark } from '../../../test/fixtures/tiny-benchmark.ts';
import { compareReports } from '../compare-reports.ts';
import { failureCard } from '../page/failure-card.ts';
import type { Task } from '../task.ts';
import { aroAttribution, aroOrder, aroRelation } from './aro.ts';
import { bivlc } from './bivlc.ts';
import { cocoRetrieval, flickr30kRetrieval } from './caption-retrieval.ts';
import { cola } from './cola.ts';
import { colaSingle } from './cola-single.ts';
import { colorSwap } from './color-swap.ts';
import { crepeProductivity, crepeSystematicity } from './crepe.ts';
import type { BenchmarkOptions, BenchmarkReport } from './define-benchmark.ts';
import { mmvpVlm } from './mmvp-vlm.ts';
import { negBench, negBenchRetrieval } from './negbench.ts';
import { spec } from './spec.ts';
import { sugarCrepe } from './sugar-crepe.ts';
import { sugarCrepePlusPlus } from './sugar-crepe-pp.ts';
import { valse } from './valse.ts';
import { vlCheckList } from './vl-checklist.ts';
import { spatialRelations, whatsUp } from './whats-up.ts';
import { winoground } from './winoground.ts';

const benchmarks: [string, (options: BenchmarkOptions) => Task<BenchmarkReport>, fixtures.BenchmarkFiles][] = [
  ['sugarCrepe', sugarCrepe, fixtures.sugarCrepeFiles],
  ['winoground', winoground, fixtures.winogroundFiles],
  ['sugarCrepePlusPlus', sugarCrepePlusPlus, fixtures.sugarCrepePlusPlusFiles],
  ['cola', cola, fixtures.colaFiles],
  ['colaSingle', (options) => colaSingle({ ...options, set: 'gqa' }), retrievals.colaSingleFiles],
  ['colorSwap', colorSwap, fixtures.colorSwapFiles],
  ['bivlc', bivlc, fixtures.bivlcFiles],
  ['aroRelation', aroRelation, relations.aroRelationFiles],
  ['aroAttribution', aroAttribution, relations.aroAttributionFiles],
  ['aroOrder', (options) => aroOrder({ ...options, set: 'coco' }), relations.aroOrderFiles],
  ['whatsUp', (options) => whatsUp({ ...options, set: 'A' }), relations.whatsUpFiles],
  ['spatialRelations', (options) => spatialRelations({ ...options, set: 'coco-two' }), relations.spatialRelationsFiles],
  ['mmvpVlm', mmvpVlm, relations.mmvpVlmFiles],
  ['negBench', (options) => negBench({ ...options, set: 'coco' }), choices.negBenchFiles],
  [
    'negBenchRetrieval',
    (options) => negBenchRetrieval({ ...options, set: 'coco-negated' }),
    choices.negBenchRetrievalFiles,
  ],
  ['spec', spec, choices.specFiles],
  ['valse', valse, choices.valseFiles],
  ['crepeProductivity', (options) => crepeProductivity({ ...options, set: 'atom' }), choices.crepeProductivityFiles],
  [
    'crepeSystematicity',
    (options) => crepeSystematicity({ ...options, set: 'cc12m' }),
    choices.crepeSystematicityFiles,
  ],
  ['vlCheckList', (options) => vlCheckList({ ...options, set: 'Relation' }), choices.vlCheckListFiles],
  ['cocoRetrieval test', (options) => cocoRetrieval({ ...options, set: 'test' }), retrievals.cocoRetrievalFiles],
  ['cocoRetrieval val2017', (options) => cocoRetrieval({ ...options, set: 'val2017' }), retrievals.cocoVal2017Files],
  [
    'flickr30kRetrieval',
    (options) => flickr30kRetrieval({ ...options, set: 'test' }),
    retrievals.flickr30kRetrievalFiles,
  ],
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'benchmarks-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(benchmarks)('%s', (name, task, { files, pictures, empty: without }) => {
  let paths: { dir: string; images: string };
  beforeAll(async () => {
    paths = await writeTinyBenchmark(join(folder, name), files, pictures);
  });

  it('gives a constant model chance at most on every figure, and counts every item as a tie', async () => {
    const report = await task(paths).run({ model: constantEmbedder() });
    expect(Object.keys(report.scores).length).toBeGreaterThan(0);
    for (const [figure, score] of Object.entries(report.scores)) {
      expect(score.value, figure).toBeLessThanOrEqual(report.chance[figure]!);
      expect(score.interval[0]).toBeLessThanOrEqual(score.value);
      expect(score.n).toBeGreaterThan(0);
    }
    expect(report.ties).toBe(report.failures.length);
    expect(report.tieRule).toBe('wrong');
    for (const baseline of Object.values(report.baselines)) {
      expect(Object.keys(baseline)).toEqual(Object.keys(report.scores));
    }
  });

  it('embeds each picture and each text once', async () => {
    const model = randomEmbedder(1);
    await task(paths).run({ model });
    expect(new Set(model.texts).size).toBe(model.texts.length);
    const shown = model.pictures.map((picture) => JSON.stringify(picture));
    expect(new Set(shown).size).toBe(shown.length);
    expect(new Set(model.pictures.map(({ colour }) => colour)).size).toBe(pictures.length);
  });

  it('hands over the pictures of its failures, and the cosines that a report shows explain each of them', async () => {
    const benchmark = task(paths);
    const { failures } = await benchmark.run({ model: randomEmbedder(3) });
    const handed = await benchmark.picturesOf!(failures);
    failures.forEach(({ detail, ...failure }, k) => {
      const { pictures: names, wrong } = detail as { pictures: string[]; wrong: string[] };
      expect(handed[k]).toHaveLength(names.length);
      for (const picture of handed[k]!) expect('bytes' in picture).toBe(true);
      const marks = failureCard({ ...failure, detail }).grid!.rows.flatMap(({ cells }) =>
        cells.map(({ tone }) => tone),
      );
      expect(marks).toContain('good');
      // Decided by texts alone, or among pictures of other items.
      if (wrong.join() !== 'tot' && !/retrieval/i.test(name)) expect(marks, failure.id).toContain('bad');
    });
    expect(failures.length).toBeGreaterThan(0);
  });

  it('scores a sample of the same items each time, says of how many, and keeps chance above a constant model', async () => {
    const whole = await task(paths).run({ model: constantEmbedder() });
    const limit = 1 + Math.floor(whole.failures.length / 2);
    const run = () => task({ ...paths, limit }).run({ model: constantEmbedder() });
    const report = await run();
    expect(report.limited).toEqual({ drawn: limit, of: whole.failures.length, what: 'items' });
    expect(report.failures).toHaveLength(limit);
    for (const [figure, { value }] of Object.entries(report.scores)) {
      expect(value, figure).toBeLessThanOrEqual(report.chance[figure]!);
    }
    expect((await run()).outcomes).toEqual(report.outcomes);
    expect(() => compareReports(whole, report)).toThrow('different items');
    expect(whole.limited).toBeUndefined();
    expect((await task({ ...paths, limit: 10_000 }).run({ model: constantEmbedder() })).limited).toBeUndefined();
  });

  it('has a fingerprint that its settings, annotation files and pictures decide', async () => {
    const copy = await writeTinyBenchmark(join(folder, `${name}-copy`), files, pictures);
    const of = (more: Partial<BenchmarkOptions> = {}) => task({ ...copy, ...more }).fingerprint!();
    const first = await of();
    expect(await of()).toBe(first);
    expect(await of({ ties: 'official' })).not.toBe(first);
    expect(await of({ limit: 2 })).not.toBe(first);
    await appendFile(join(copy.images, pictures[0]!), ' ');
    const touched = await of();
    expect(touched).not.toBe(first);
    const [file, content] = Object.entries(files)[0]!;
    await appendFile(join(copy.dir, file), String(content).includes('\r\n') ? '\r\n' : '\n');
    expect(await of()).not.toBe(touched);
  });

  it('is skipped with the list of pictures that are missing, and scores nothing', async () => {
    const model = randomEmbedder(1);
    const warnings: string[] = [];
    const report = await task({ ...paths, images: join(folder, 'nowhere') }).run({
      model,
      onEvent: (event) => event.type === 'warning' && warnings.push(event.message),
    });
    expect(report.skipped!.missing.count).toBe(pictures.length);
    expect(report.skipped!.missing.first[0]).toBeTypeOf('string');
    expect(report.skipped!.reason).toContain(report.skipped!.missing.publishedAt);
    expect(report.scores).toEqual({});
    expect(model.texts).toEqual([]);
    expect(warnings).toHaveLength(1);
  });

  it('names file, place and remedy where an annotation file is absent or broken', async () => {
    const nowhere = task({ ...paths, dir: join(folder, 'nowhere') }).run({ model: constantEmbedder() });
    await expect(nowhere).rejects.toThrow(/nowhere.*cannot be read: there is nothing at this path.*is published at/);
    const first = Object.keys(files)[0]!;
    const broken = await writeTinyBenchmark(join(folder, `${name}-broken`), { ...files, [first]: '{"0": {' }, []);
    const run = task(broken).run({ model: constantEmbedder() });
    await expect(run).rejects.toMatchObject({ code: 'source-failed' });
    await expect(run).rejects.toThrow(
      new RegExp(`${first.replaceAll('.', '\\.')}.*(Fetch the file again from|published)`),
    );
  });

  it('refuses an annotation file without records', async () => {
    const last = Object.keys(files).at(-1)!;
    const empty = last.endsWith('.json')
      ? Array.isArray(files[last])
        ? []
        : {}
      : (files[last] as string).split('\n')[0];
    const content = without ?? (last.endsWith('.jsonl') ? '\n' : empty);
    const dir = await writeTinyBenchmark(join(folder, `${name}-empty`), { ...files, [last]: content }, []);
    await expect(task(dir).run({ model: constantEmbedder() })).rejects.toThrow(/expected records, received none/);
  });

  it('stops where it is asked to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(task(paths).run({ model: constantEmbedder(), signal })).rejects.toThrow('enough');
  });

  it('reports the SHA-256 of every annotation file', async () => {
    const report = await task(paths).run({ model: randomEmbedder(1) });
    const sha256 = (content: unknown) =>
      createHash('sha256')
        .update(typeof content === 'string' ? content : JSON.stringify(content))
        .digest('hex');
    expect(report.files).toEqual(Object.fromEntries(Object.entries(files).map(([file, c]) => [file, sha256(c)])));
  });
});
