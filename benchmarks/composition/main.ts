import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setThreads, Tokenizer } from '@anagram/core';
import { currentCommit } from './commit.ts';
import { contenders } from './contenders.ts';
import { noisySettings } from './noisy-data.ts';
import { readResults, sameRow } from './results.ts';
import { runRow } from './run-row.ts';
import { openWorld, type WorldName, worldNames } from './worlds.ts';

/** How much is measured. */
const defaults = { 'per-category': '200', gallery: '300', 'per-class': '3' } as const;
/** The proof, row by row: `npm run proof -- --rows clip,anagram --world shapes --seeds 1,2,3 --steps 900 --jobs 2`; README.md says more. */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: Object.keys(contenders).join(',') },
    world: { type: 'string', default: 'emoji' },
    seeds: { type: 'string', default: '1' },
    steps: { type: 'string', default: '900' },
    jobs: { type: 'string', default: '1' },
    again: { type: 'boolean', default: false },
    out: { type: 'string', default: import.meta.dirname },
    work: { type: 'string', default: '.cache/proof' },
    'per-category': { type: 'string', default: defaults['per-category'] },
    gallery: { type: 'string', default: defaults.gallery },
    'per-class': { type: 'string', default: defaults['per-class'] },
    'curve-every': { type: 'string', default: '100' },
    'curve-items': { type: 'string', default: '50' },
    corpus: { type: 'string', default: String(noisySettings.count) },
  },
});
const rows = values.rows.split(',');
const worlds = values.world.split(',') as WorldName[];
const seeds = values.seeds.split(',').map(Number);
const steps = Number(values.steps);
const unknown = rows.filter((row) => !contenders[row]);
if (unknown.length > 0) throw new Error(`Expected rows of ${Object.keys(contenders).join(', ')}; received ${unknown}.`);
if (!worlds.every((world) => worldNames.includes(world))) {
  throw new Error(`Expected worlds of ${worldNames.join(', ')}; received ${values.world}.`);
}
if (!values.seeds.split(',').every((seed) => /^\d+$/.test(seed))) {
  throw new Error(`Expected whole numbers as --seeds, such as 1,2,3; received ${values.seeds}.`);
}
const counts = [
  'steps',
  'jobs',
  'per-category',
  'gallery',
  'per-class',
  'curve-every',
  'curve-items',
  'corpus',
] as const;
for (const flag of counts) {
  if (/^[1-9]\d*$/.test(values[flag])) continue;
  throw new Error(`Expected a whole number above 0 as --${flag}; received ${values[flag]}.`);
}

const controller = new AbortController();
process.once('SIGINT', () => controller.abort(new Error('interrupted')));
const { signal } = controller;
/** What the row was measured on, where it is not the proof's own. */
const measured = (['per-category', 'gallery', 'per-class'] as const)
  .filter((flag) => values[flag] !== defaults[flag])
  .map((flag) => ` --${flag} ${values[flag]}`)
  .join('');
const commit = currentCommit(import.meta.dirname);

await setThreads(1); // a processor for each row
await mkdir(values.out, { recursive: true });
try {
  for (const name of worlds) await runWorld(name);
} catch (error) {
  if (!signal.aborted) throw error;
  console.error('stopped; the same command goes on');
  process.exitCode = 130;
}

async function runWorld(name: WorldName): Promise<void> {
  const world = await openWorld(name, { signal });
  const tokenizer = Tokenizer.train(await Array.fromAsync(world.training.texts()), { vocabSize: 1024 });
  const waiting = rows.flatMap((row) => seeds.map((seed) => ({ row, seed, steps })));
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      signal.throwIfAborted();
      const label = `${name} ${next.row} seed ${next.seed}, ${steps} steps`;
      const done = ((await readResults(values.out))[name] ?? []).some((result) => sameRow(result, next));
      if (done && !values.again) {
        console.log(`${label}: done before; --again repeats it`);
        continue;
      }
      const started = performance.now();
      await runRow({
        ...next,
        world,
        tokenizer,
        out: values.out,
        work: values.work,
        command: `npm run proof -- --rows ${next.row} --world ${name} --seeds ${next.seed} --steps ${steps}${
          contenders[next.row]!.corpus && !contenders[next.row]!.records ? ` --corpus ${values.corpus}` : ''
        }${measured}`,
        commit,
        perCategory: Number(values['per-category']),
        gallery: Number(values.gallery),
        perClass: Number(values['per-class']),
        curveEvery: Number(values['curve-every']),
        curveItems: Number(values['curve-items']),
        noisy: { ...noisySettings, count: Number(values.corpus) },
        signal,
        onEvent: (event) => {
          if (event.type === 'warning') console.error(`${label}: ${event.message}`);
          if (event.type === 'checkpoint-saved') console.error(`${label}: step ${event.step}`);
          if (event.type === 'stage-end') console.error(`${label}: ${event.stage} done`);
        },
      });
      const seconds = Math.round((performance.now() - started) / 1000);
      const result = (await readResults(values.out))[name]!.find((one) => sameRow(one, next))!;
      const { mean, recallAt1, data } = result;
      const scores = `mean group ${mean.toFixed(3)}, R@1 ${recallAt1.toFixed(3)}`;
      console.log(`${label}: done in ${seconds} s: ${scores}; in ${join(values.out, 'results.json')}`);
      if (data) console.log(`${label}: trained on ${JSON.stringify(data)}`);
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Number(values.jobs) }, lane));
  for (const end of lanes) if (end.status === 'rejected') throw end.reason;
}
