// node benchmarks/scale/throughput.ts --python PYTHON [--photos 4000] [--rounds 5] [--dir FOLDER]
// PYTHON has img2dataset: python3 -m venv x && x/bin/pip install img2dataset==1.47.0
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writePhotos } from './photos.ts';
import { writeResults } from './results.ts';

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    photos: { type: 'string', default: '4000' },
    rounds: { type: 'string', default: '5' },
    dir: { type: 'string', default: 'anagram-throughput' },
  },
});
const { python, dir } = values;
if (!python) throw new Error('Expected --python, with img2dataset.');
const [photos, rounds] = [Number(values.photos), Number(values.rounds)];
const ownProgram = join(import.meta.dirname, 'write-once.ts');
const theirProgram = join(import.meta.dirname, 'img2dataset_write.py');

interface Timed {
  readonly seconds: number;
  readonly processorSeconds: number;
}

await rm(dir, { recursive: true, force: true });
const corpus = await writePhotos(join(dir, 'photos'), photos);

/** Runs a program on all cores or on the first alone, into a folder that is removed afterwards. */
async function timed(cores: number, program: string, args: (out: string) => string[]): Promise<Timed> {
  const out = join(dir, 'out');
  await rm(out, { recursive: true, force: true });
  const command = [program, ...args(out)];
  const pinned = cores === 1 ? ['taskset', '-c', '0', ...command] : command;
  const said = execFileSync(pinned[0]!, pinned.slice(1), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  await rm(out, { recursive: true, force: true });
  return JSON.parse(said.trim().split('\n').at(-1)!) as Timed;
}

const contenders = (cores: number) => ({
  img2dataset: () => timed(cores, python, (out) => [theirProgram, corpus, out, String(cores)]),
  anagram: () => timed(cores, process.execPath, (out) => [ownProgram, corpus, out, 'null']),
  anagramFitted: () => timed(cores, process.execPath, (out) => [ownProgram, corpus, out, '256']),
});

/** Their time over ours, round by round, so that what else the machine does falls on both. */
function compare(theirs: readonly Timed[], own: readonly Timed[]) {
  const ratios = own.map(({ seconds }, k) => theirs[k]!.seconds / seconds);
  const ofProcessors = own.map(({ processorSeconds }, k) => theirs[k]!.processorSeconds / processorSeconds);
  return {
    ratio: rounded(median(ratios)),
    spread: [rounded(Math.min(...ratios)), rounded(Math.max(...ratios))],
    ratioOfProcessorTime: rounded(median(ofProcessors)),
    processorMsPerPicture: perPicture(own),
    img2datasetProcessorMsPerPicture: perPicture(theirs),
    picturesPerSecond: Math.round(photos / median(own.map(({ seconds }) => seconds))),
    img2datasetPicturesPerSecond: Math.round(photos / median(theirs.map(({ seconds }) => seconds))),
  };
}

async function measure(cores: number) {
  const programs = contenders(cores);
  const found = { img2dataset: [] as Timed[], anagram: [] as Timed[], anagramFitted: [] as Timed[] };
  for (let round = 0; round < rounds; round++) {
    for (const name of ['img2dataset', 'anagram', 'anagramFitted'] as const) found[name].push(await programs[name]());
    console.log(`${cores} cores, round ${round}: ${JSON.stringify(Object.values(found).map((all) => all.at(-1)))}`);
  }
  return {
    prepare: compare(found.img2dataset, found.anagram),
    prepareFitted: compare(found.img2dataset, found.anagramFitted),
  };
}

const all = availableParallelism();
await writeResults('throughput', {
  compared: [
    'img2dataset 1.47.0: its Downloader, Resizer (256, keep_ratio, JPEG 95) and WebDataset writer on file:// addresses, sha256, Parquet, without EXIF',
    'prepare: decode, sha256 of bytes and pixels, perceptual hash, deduplicate, route, shards of the original bytes, Parquet, verdicts, manifest; prepareFitted: also resized to 256 × 256 as Pillow does, for a verifier',
    'img2dataset with a process a core, prepare with one process; imports and the start of processes are not timed',
  ],
  photos,
  rounds,
  oneCore: await measure(1),
  allCores: { cores: all, ...(await measure(all)) },
  command: `node benchmarks/scale/throughput.ts --python PYTHON --photos ${photos} --rounds ${rounds}`,
});
await rm(dir, { recursive: true, force: true });

function perPicture(all: readonly Timed[]): number {
  return rounded((median(all.map(({ processorSeconds }) => processorSeconds)) / photos) * 1000);
}

function median(found: readonly number[]): number {
  const sorted = [...found].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
