// node benchmarks/scale/run.ts [--records 50000] [--kills 10] [--dir FOLDER]
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { jsonl, setThreads, Verifier } from '@anagram/core';
import { writeCorpus } from './corpus.ts';
import { writeResults } from './results.ts';
import { survive } from './survive.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '50000' },
    kills: { type: 'string', default: '10' },
    dir: { type: 'string', default: 'anagram-scale' },
  },
});
const [records, kills] = [Number(values.records), Number(values.kills)];
await rm(values.dir, { recursive: true, force: true });
await mkdir(values.dir, { recursive: true });

const corpus = await writeCorpus(join(values.dir, 'corpus'), records);
console.log(`${corpus.records} records, hostile: ${JSON.stringify(corpus.hostile)}`);
// A verifier of a small ViT and neighbours: what it takes in memory counts here, not how well it judges.
await setThreads(1);
const verifier = join(values.dir, 'verifier');
const source = jsonl(corpus.file, { image: 'image', text: 'text', id: 'id' });
const towers = {
  vit: {
    embed_dim: 32,
    vision_cfg: { image_size: 32, layers: 2, width: 64, head_width: 32, patch_size: 8 },
    text_cfg: { context_length: 24, width: 64, heads: 2, layers: 2 },
  },
};
const settings = { towers, folds: 2, epochs: 4, imageSize: 32, vocabSize: 600, maxPairs: 3000 };
(await Verifier.train({ source, dir: verifier, ...settings })).dispose();
const figures = await survive({ corpus: corpus.file, verifier, dir: join(values.dir, 'prepared'), kills, seed: 1 });

await writeResults('survival', {
  records,
  hostile: corpus.hostile,
  ...figures,
  command: `node benchmarks/scale/run.ts --records ${records} --kills ${kills}`,
});
if (!figures.same || figures.undisturbed.peakMB > 1500) process.exitCode = 1;
