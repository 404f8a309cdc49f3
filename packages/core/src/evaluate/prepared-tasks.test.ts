import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blotches, writePreparedFolder } from '../../test/fixtures/prepared-folder.ts';
import { constantEmbedder, randomEmbedder } from '../../test/fixtures/tiny-benchmark.ts';
import type { AnagramEvent } from '../events.ts';
import { openPairs, type PreparedPairs } from '../shard/open-pairs.ts';
import { compareReports } from './compare-reports.ts';
import type { CompositionReport } from './composition.ts';
import { requireHeldOut } from './held-out.ts';
import { preparedTasks } from './prepared-tasks.ts';

let dir: string;
let pairs: PreparedPairs;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'prepared-'));
  await writePreparedFolder(
    dir,
    Array.from({ length: 30 }, (_, k) => ({ text: `a dog number ${k}`, picture: blotches(k, 16) })),
    Array.from({ length: 60 }, (_, k) => ({
      ...{ pair: k % 30, category: k % 2 === 0 ? ('colour' as const) : ('verb' as const), text: `a cat number ${k}` },
      ...(k < 40 && { picture: blotches(100 + k, 16) }),
    })),
  );
  pairs = await openPairs(dir, { negatives: true });
});
afterAll(() => rm(dir, { recursive: true }));

describe('preparedTasks', () => {
  it('gives a constant model chance at most on every figure of every task', async () => {
    const reports = await Promise.all(
      (await preparedTasks(pairs, { name: 'own' })).map((task) => task.run({ model: constantEmbedder() })),
    );
    expect(reports.map(({ task }) => task)).toEqual(['own/retrieval', 'own/composition', 'own/text-choice']);
    for (const { scores, chance, baselines } of reports) {
      expect(Object.keys(scores).length).toBeGreaterThan(0);
      for (const [name, { value }] of Object.entries(scores)) expect(value, name).toBeLessThanOrEqual(chance[name]!);
      for (const values of Object.values(baselines!)) expect(Object.keys(values)).toEqual(Object.keys(scores));
    }
  });

  it('tells by category how well texts are told apart unseen, and draws the negatives of a picture together', async () => {
    const [, both, texts] = await preparedTasks(pairs, { name: 'own' });
    const composition = (await both!.run({ model: randomEmbedder(1) })) as CompositionReport;
    expect(composition.detectability.colour).toBe(1);
    expect(Object.keys(composition.categories)).toEqual(['colour', 'verb']);
    expect(composition.scores['all.macro.group']!.n).toBe(40);
    expect(composition.scores['all.macro.group']!.value).toBeCloseTo(composition.mean, 12);
    const choice = await texts!.run({ model: randomEmbedder(1) });
    expect(choice.baselines!.learnedWords!['all.macro.choice']).toBe(1);
  });

  it('says of how many pairs a sample was drawn, and lets two models be compared on the same one alone', async () => {
    const run = async (limit: number, seed: number) => {
      const [, both] = await preparedTasks(pairs, { name: 'own', limit });
      return both!.run({ model: randomEmbedder(seed) });
    };
    const [first, second, other] = [await run(20, 1), await run(20, 2), await run(21, 2)];
    expect(first.limited).toEqual({ drawn: 20, of: 30, what: 'pairs' });
    const compared = compareReports(first, second)['all.macro.group']!;
    expect(compared.difference).toBeCloseTo(
      second.scores['all.macro.group']!.value - first.scores['all.macro.group']!.value,
      12,
    );
    expect(() => compareReports(first, other)).toThrow('own/composition was read from different files');
    expect((await run(1000, 1)).limited).toBeUndefined();
  });

  it('has tasks whose fingerprints the pairs, the limit and the seed decide', async () => {
    const of = async (options: object) => {
      const tasks = await preparedTasks(pairs, { name: 'own', ...options });
      return Promise.all(tasks.map((task) => task.fingerprint!()));
    };
    expect(await of({})).toEqual(await of({}));
    expect(new Set([...(await of({})), ...(await of({ limit: 20 })), ...(await of({ seed: 1 }))]).size).toBe(9);
  });
});

describe('requireHeldOut', () => {
  const record = (fingerprint: string) => ({
    ...{ version: 1, settings: {}, pairs: [{ name: 'x', fingerprint, length: 30, share: 1 }], model: 'a' },
    ...{ environment: { libtorch: '2', device: 'cpu', threads: 1 }, trained: null },
  });

  it.each([
    ['with its negatives', { negatives: true }],
    ['without them', {}],
    ['weighed by score', { negatives: true, weight: 'score' as const }],
  ])('refuses a folder that the run beside the model was trained on, %s', async (_, options) => {
    const run = await mkdtemp(join(dir, 'run-'));
    await mkdir(join(run, 'model'));
    const { fingerprint } = await openPairs(dir, options);
    await writeFile(join(run, 'run.json'), JSON.stringify(record(fingerprint)));
    await expect(requireHeldOut(join(run, 'model'), [pairs])).rejects.toMatchObject({
      code: 'invalid-options',
      message: expect.stringContaining(`was trained on ${dir}`),
    });
    await writeFile(join(run, 'run.json'), JSON.stringify(record('another')));
    await requireHeldOut(join(run, 'model'), [pairs]);
  });

  it('knows the run of a model that a link leads to', async () => {
    const run = await mkdtemp(join(dir, 'run-'));
    await mkdir(join(run, 'model'));
    await writeFile(join(run, 'run.json'), JSON.stringify(record(pairs.fingerprint)));
    const link = join(dir, 'best');
    await symlink(join(run, 'model'), link);
    await expect(requireHeldOut(link, [pairs])).rejects.toThrow('was trained on');
  });

  it('knows trained pairs by their pictures and texts, and warns of a few', async () => {
    const run = await mkdtemp(join(dir, 'run-'));
    await mkdir(join(run, 'model'));
    const { pairs: sets, ...rest } = record('another');
    const trained = { ...rest, pairs: [{ ...sets[0], dir }] };
    await writeFile(join(run, 'run.json'), JSON.stringify(trained));
    // Elsewhere, with other negatives: no fingerprint tells that these are the same pairs.
    const elsewhere: PreparedPairs = { ...pairs, dir: join(dir, 'elsewhere') };
    await expect(requireHeldOut(join(run, 'model'), [elsewhere])).rejects.toThrow(
      `${pairs.length} of the ${pairs.length} pairs`,
    );
    const few: PreparedPairs = {
      ...elsewhere,
      async *samples() {
        let first = true;
        for await (const sample of pairs.samples()) {
          yield first ? sample : { ...sample, text: `another ${sample.text}` };
          first = false;
        }
      },
    };
    const events: AnagramEvent[] = [];
    await requireHeldOut(join(run, 'model'), [few], { onEvent: (event) => events.push(event) });
    expect(events).toMatchObject([{ type: 'warning', message: expect.stringContaining(`1 of the ${pairs.length}`) }]);
  });

  it('lets a model pass that stands in no run', async () => {
    await requireHeldOut(join(dir, 'nowhere', 'model'), [pairs]);
  });
});
