/**
 * `node load-hostile.ts FOLDER COUNT`: loads COUNT spoiled model folders, then the files below FOLDER/largest, and prints
 * what came of it as JSON. A process of its own, so that its peak memory is that of these loads: `maxRSS` is kept by the
 * system and sees what lives between two lines of one synchronous parser, typed arrays and all, which samples of
 * `memoryUsage` around a load would miss. The peak of the whole run above where it began bounds each load.
 */
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readModel } from '../../src/clip/model-files.ts';
import { isAnagramError } from '../../src/errors.ts';
import { Random } from '../../src/random.ts';
import { mutateJson, mutateSafetensors } from './mutate.ts';
import { type ModelFolder, writeFolders } from './write-folders.ts';

/** What `load-hostile.ts` prints. */
export interface HostileReport {
  readonly loaded: number;
  readonly refused: number;
  /** Outcomes that are neither success nor an AnagramError that names a file of the folder; the first ten. */
  readonly wrong: readonly string[];
  /** Of the processor, so that what else runs does not count; who hangs without it meets the timeout of the whole. */
  readonly slowestMs: number;
  /** Peak of the process above what it held before the first spoiled file, in MB. */
  readonly peakMB: number;
}

const [, , root, count] = process.argv;
const random = new Random('hostile files');
let [loaded, refused, slowestMs] = [0, 0, 0];
const wrong: string[] = [];

async function load({ dir, tensors }: ModelFolder): Promise<unknown> {
  try {
    const model = await readModel(dir);
    await model.readTensors(tensors, async () => {});
    return null;
  } catch (error) {
    return error;
  }
}

async function tryFolder(folder: ModelFolder, what: string): Promise<void> {
  const began = process.cpuUsage();
  const error = await load(folder);
  const { user, system } = process.cpuUsage(began);
  slowestMs = Math.max(slowestMs, (user + system) / 1000);
  if (error === null) loaded++;
  else if (isAnagramError(error) && folder.files.some((name) => error.message.includes(join(folder.dir, name))))
    refused++;
  else if (wrong.length < 10) wrong.push(`${what}: ${error instanceof Error ? error.stack : error}`);
}

const folders = await writeFolders(root!);
const valid = new Map<string, Buffer>();
for (const folder of folders) {
  const error = await load(folder);
  if (error !== null) throw error;
  for (const file of folder.files) valid.set(join(folder.dir, file), await readFile(join(folder.dir, file)));
}
globalThis.gc?.();
const before = process.memoryUsage.rss();
const peakMB = () => Math.round((process.resourceUsage().maxRSS * 1024 - before) / 1e5) / 10;

for (let round = 0; round < Number(count); round++) {
  const folder = random.pick(folders);
  const file = random.pick(folder.files);
  const original = valid.get(join(folder.dir, file))!;
  const mutate = file.endsWith('.safetensors') ? mutateSafetensors : mutateJson;
  await writeFile(join(folder.dir, file), mutate(original, random));
  await tryFolder(folder, `mutation ${round} of ${file}`);
  await writeFile(join(folder.dir, file), original);
}

const [transformers] = folders;
const shards = folders.at(-1);
for (const what of (await readdir(join(root!, 'largest')).catch(() => [])).sort()) {
  const files = await readdir(join(root!, 'largest', what));
  const special = ['spiece.model', 'vocab.json', 'merges.txt'].find((name) => files.includes(name));
  const own = folders.find((folder) => special !== undefined && folder.files.includes(special));
  const folder = (files.includes('model.safetensors.index.json') ? shards : (own ?? transformers))!;
  for (const file of files) await copyFile(join(root!, 'largest', what, file), join(folder.dir, file));
  globalThis.gc?.();
  await tryFolder(folder, what);
  for (const file of files) await writeFile(join(folder.dir, file), valid.get(join(folder.dir, file))!);
  console.error(`${what}: ${peakMB()} MB`);
}
const report: HostileReport = { loaded, refused, wrong, slowestMs, peakMB: peakMB() };
console.log(JSON.stringify(report));
