import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { ClipModel } from '../clip/clip-model.ts';
import { openSafetensors } from '../clip/read-safetensors.ts';
import { type TensorSource, writeSafetensors } from '../clip/write-safetensors.ts';
import { AnagramError } from '../errors.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import type { Calibration } from './calibration.ts';
import type { EmbeddingSpace, MeasuredSpace } from './embedding-space.ts';
import { clipSpace, type Judge } from './judge.ts';
import { Neighbours } from './neighbours.ts';

const measured = { temperature: z.number(), mean: z.number(), deviation: z.number().positive() };

const verifierSchema = z.strictObject({
  version: z.literal(2),
  imageSize: z.int().positive(),
  /** sha256 of `banks.safetensors`. */
  banks: z.string(),
  towers: z.array(
    z.strictObject({
      name: z.string(),
      folds: z.array(z.strictObject({ model: z.string(), hash: z.string(), ...measured })).min(1),
    }),
  ),
  neighbours: z
    .strictObject({
      ...measured,
      texts: z.array(z.string()),
      imageHashes: z.array(z.string()),
      textIndex: z.array(z.int()),
      weights: z.array(z.number()),
    })
    .nullable(),
});

const calibrationSchema = z.strictObject({
  weights: z.record(z.string(), z.number()),
  bias: z.number(),
  scale: z.number(),
  offset: z.number(),
  covariance: z.tuple([z.number(), z.number(), z.number()]),
  baseRate: z.number(),
  labels: z.int(),
  threshold: z.number().nullable(),
});

export const neighboursName = 'neighbours';

export interface StoredVerifier {
  readonly imageSize: number;
  readonly judges: readonly Judge[];
  readonly models: readonly ClipModel[];
  /** Names weights and banks. */
  readonly hash: string;
  readonly calibration: Calibration;
}

/** Writes models, banks and calibration; `verifier.json` last, so that a folder with one is whole. */
export async function writeVerifier(
  dir: string,
  parts: {
    imageSize: number;
    towers: readonly { name: string; spaces: readonly MeasuredSpace[]; models: readonly ClipModel[] }[];
    neighbours: { space: Neighbours; measured: MeasuredSpace } | null;
    calibration: Calibration;
  },
): Promise<void> {
  const tensors: TensorSource[] = [];
  const add = (name: string, values: Float32Array, width: number) =>
    tensors.push({ name, shape: [values.length / width, width], read: async () => values });
  // Whatever a killed run left there, half-written files too.
  await rm(join(dir, 'towers'), { recursive: true, force: true });
  const towers = [];
  for (const { name, spaces, models } of parts.towers) {
    const folds = [];
    for (const [fold, model] of models.entries()) {
      const path = `towers/${name}-${fold}`;
      await model.save(join(dir, path));
      folds.push({ model: path, hash: await model.hash(), ...numbers(spaces[fold]!) });
      addBanks(add, `${name}-${fold}`, spaces[fold]!);
    }
    towers.push({ name, folds });
  }
  const { neighbours } = parts;
  if (neighbours) {
    const { descriptors, centre, whitening } = neighbours.space.bank;
    add(`${neighboursName}.descriptors`, descriptors, centre.length);
    add(`${neighboursName}.centre`, centre, centre.length);
    add(`${neighboursName}.whitening`, whitening, centre.length);
    addBanks(add, neighboursName, neighbours.measured);
  }
  await writeSafetensors(join(dir, 'banks.safetensors'), tensors);
  await writeCalibration(dir, parts.calibration);
  const head: z.output<typeof verifierSchema> = {
    version: 2,
    imageSize: parts.imageSize,
    banks: sha256(await readFile(join(dir, 'banks.safetensors'))),
    towers,
    neighbours: neighbours && {
      ...numbers(neighbours.measured),
      texts: [...neighbours.space.bank.texts],
      imageHashes: [...neighbours.space.bank.imageHashes],
      textIndex: [...neighbours.space.bank.textIndex],
      weights: Array.from(neighbours.space.bank.weights),
    },
  };
  await writeAtomic(join(dir, 'verifier.json'), `${JSON.stringify(head)}\n`);
}

export async function writeCalibration(dir: string, calibration: Calibration): Promise<void> {
  await writeAtomic(join(dir, 'calibration.json'), `${JSON.stringify(calibration, null, 2)}\n`);
}

/** The calibration of a verifier's folder, without its models. @throws AnagramError `model-mismatch` */
export async function readCalibration(dir: string): Promise<Calibration> {
  const path = join(dir, 'calibration.json');
  return parse(path, calibrationSchema, await readText(path));
}

/** @throws AnagramError `model-mismatch`, `checkpoint-corrupt` */
export async function readVerifier(dir: string): Promise<StoredVerifier> {
  const path = join(dir, 'verifier.json');
  const text = await readText(path);
  const head = parse(path, verifierSchema, text);
  const calibration = await readCalibration(dir);
  const bankPath = join(dir, 'banks.safetensors');
  if (sha256(await readFile(bankPath).catch(() => Buffer.alloc(0))) !== head.banks) {
    throw new AnagramError(
      'checkpoint-corrupt',
      `${bankPath} is not the file that ${path} names. Expected sha256 ${head.banks}. Train the verifier again.`,
      { path: bankPath },
    );
  }
  await using banks = await openSafetensors(bankPath);
  const models: ClipModel[] = [];
  const withBanks = async (
    name: string,
    space: EmbeddingSpace,
    { temperature, mean, deviation }: { temperature: number; mean: number; deviation: number },
  ): Promise<MeasuredSpace> => ({
    space,
    temperature,
    mean,
    deviation,
    textBank: await banks.read(`${name}.texts`),
    imageBank: await banks.read(`${name}.images`),
  });
  try {
    const judges: Judge[] = [];
    for (const { name, folds } of head.towers) {
      const spaces: MeasuredSpace[] = [];
      for (const [fold, stored] of folds.entries()) {
        const model = await ClipModel.load(join(dir, stored.model));
        models.push(model);
        spaces.push(await withBanks(`${name}-${fold}`, clipSpace(model), stored));
      }
      judges.push({ name, spaces });
    }
    if (head.neighbours) {
      const { texts, imageHashes, textIndex, weights } = head.neighbours;
      const descriptors = await banks.read(`${neighboursName}.descriptors`);
      const centre = await banks.read(`${neighboursName}.centre`);
      const whitening = await banks.read(`${neighboursName}.whitening`);
      const space = new Neighbours({ texts, imageHashes, textIndex, weights, descriptors, centre, whitening });
      judges.push({ name: neighboursName, spaces: [await withBanks(neighboursName, space, head.neighbours)] });
    }
    return { imageSize: head.imageSize, judges, models, hash: sha256(text), calibration };
  } catch (error) {
    for (const model of models) model.dispose();
    throw error;
  }
}

/** Folders of a verifier's towers, fold by fold. @throws AnagramError `model-mismatch` where it lacks one of these. */
export async function towerFolders(dir: string, names: readonly string[]): Promise<Map<string, string[]>> {
  const path = join(dir, 'verifier.json');
  const { towers } = parse(path, verifierSchema, await readText(path));
  const missing = names.find((name) => !towers.some((tower) => tower.name === name));
  if (missing !== undefined) {
    throw new AnagramError(
      'model-mismatch',
      `${path} has no tower ${missing}. Expected one for each tower that is trained; it has ${towers.map(({ name }) => name).join(', ')}. Train the same towers, or begin without it.`,
      { path },
    );
  }
  return new Map(towers.map(({ name, folds }) => [name, folds.map(({ model }) => join(dir, model))]));
}

function addBanks(
  add: (name: string, values: Float32Array, width: number) => void,
  name: string,
  { textBank, imageBank, space }: MeasuredSpace,
): void {
  add(`${name}.texts`, textBank, space.width);
  add(`${name}.images`, imageBank, space.width);
}

function numbers({ temperature, mean, deviation }: MeasuredSpace) {
  return { temperature, mean, deviation };
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause) => {
    throw new AnagramError(
      'model-mismatch',
      `${path} cannot be read. Expected a folder that Verifier.train has finished. Train the verifier into it first.`,
      { path },
      { cause },
    );
  });
}

function parse<S extends z.ZodType>(path: string, schema: S, text: string): z.output<S> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const message = `${path} is damaged or of another version. Expected what Verifier.train writes. Train the verifier again.`;
    throw new AnagramError('model-mismatch', message, { path }, { cause });
  }
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
