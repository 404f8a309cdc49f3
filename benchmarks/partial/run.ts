import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ArchitectureName, ClipModel, Tokenizer, type TrainSettings, train } from '@anagram/core';
import { tinyPairs } from '@anagram/core/testing';

const cases: { readonly [name: string]: Partial<TrainSettings> } = {
  everything: {},
  'freeze.image': { freeze: { image: true } },
  'freeze.text': { freeze: { text: true } },
  lora: { lora: { rank: 8 } },
  ema: { ema: {} },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    architecture: { type: 'string', default: 'ViT-B-32' },
    batch: { type: 'string', default: '32' },
    steps: { type: 'string', default: '6' },
  },
});
const [name = ''] = positionals;
const settings = cases[name];
if (!settings) throw new Error(`Expected one of ${Object.keys(cases).join(', ')}, received "${name}".`);

const pairs = tinyPairs({ count: 64, negatives: 'none' });
const tokenizer = Tokenizer.train(pairs.texts() as Iterable<string>, { vocabSize: 560 });
await using model = await ClipModel.create({
  architecture: values.architecture as ArchitectureName,
  tokenizer,
  seed: 1,
});
const dir = await mkdtemp(join(tmpdir(), 'anagram-partial-'));
try {
  const ends: number[] = [];
  await train({
    ...{ model, pairs, dir, objective: 'clip', ...settings },
    steps: Number(values.steps),
    batchSize: Number(values.batch),
    onEvent: (event) => void (event.type === 'step-end' && ends.push(process.cpuUsage().user)),
  });
  const seconds = ends.slice(1).map((end, i) => (end - ends[i]!) / 1e6);
  const median = seconds.sort((a, b) => a - b)[seconds.length >> 1]!;
  const memory = process.resourceUsage().maxRSS / 2 ** 20;
  console.log(`${name.padEnd(14)} ${median.toFixed(2)} CPU seconds a step, ${memory.toFixed(2)} GiB at most`);
} finally {
  await rm(dir, { recursive: true });
}
