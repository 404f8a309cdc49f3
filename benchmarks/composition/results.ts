import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Outcomes, writeAtomic } from '@anagram/core';
import type { DataFigures } from './noisy-data.ts';
import type { WorldName } from './worlds.ts';

/** One row of the table for one seed, as `results.json` holds it. Scores are of the held-out vendor or style. */
export interface Result {
  /** Name in `contenders.ts`. */
  readonly row: string;
  readonly objective: string;
  readonly structure: string;
  readonly optimizer: string;
  readonly seed: number;
  readonly steps: number;
  readonly imagesSeen: number;
  /** Unweighted mean of the categories' group scores; chance is 1/6. */
  readonly mean: number;
  /** Chance: text and image 1/4, group 1/6. */
  readonly categories: {
    readonly [name: string]: {
      readonly text: number;
      readonly image: number;
      readonly group: number;
      readonly n: number;
    };
  };
  readonly recallAt1: number;
  /** Mean over five galleries, that of `recallAt1` the first; rows of before it was measured lack it. */
  readonly recallAt1Of5?: number;
  /** Share of single things that are given their class; rows of before it was measured lack it. */
  readonly zeroShot?: number;
  /** Of the rows of the noisy corpus: what they were trained on, against the truth. */
  readonly data?: DataFigures;
  readonly command: string;
  readonly commit: string;
}
export type Results = { readonly [world in WorldName]?: readonly Result[] };

/** A point of a learning curve, on the validation split of a vendor that training knows. */
export interface CurvePoint {
  readonly step: number;
  readonly group: { readonly [category: string]: number };
}
export type Curve = CurvePoint & {
  readonly world: WorldName;
  readonly row: string;
  readonly seed: number;
  readonly steps: number;
};

/** What paired tests need. */
export interface RowOutcomes {
  readonly world: WorldName;
  readonly row: string;
  readonly seed: number;
  readonly steps: number;
  readonly tasks: { readonly [task: string]: Outcomes };
}

const files = { results: 'results.json', curves: 'curves.jsonl', outcomes: 'outcomes.jsonl' } as const;

export async function readResults(dir: string): Promise<Results> {
  return JSON.parse((await readIfThere(join(dir, files.results))) || '{}');
}
export const readCurves = (dir: string) => readLines<Curve>(join(dir, files.curves));
export const readOutcomes = (dir: string) => readLines<RowOutcomes>(join(dir, files.outcomes));

type Key = Pick<Result, 'row' | 'seed' | 'steps'>;
export const sameRow = (a: Key, b: Key) => a.row === b.row && a.seed === b.seed && a.steps === b.steps;

let last: Promise<void> = Promise.resolve();

/** Adds a finished row, in the place of an earlier one of the same row, seed and steps. Rows of one process are added one after the other. */
export function addResult(
  dir: string,
  world: WorldName,
  added: { result: Result; curve: readonly CurvePoint[]; outcomes: RowOutcomes['tasks'] },
): Promise<void> {
  const { result, curve, outcomes } = added;
  const { row, seed, steps } = result;
  const key = { world, row, seed, steps };
  last = last.then(async () => {
    const lines = curve.map((point) => `${JSON.stringify({ ...key, ...point })}\n`);
    await appendFile(join(dir, files.curves), lines.join(''));
    await appendFile(join(dir, files.outcomes), `${JSON.stringify({ ...key, tasks: outcomes })}\n`);
    const results = await readResults(dir);
    const rows = [...(results[world] ?? []).filter((other) => !sameRow(other, result)), result];
    await writeAtomic(join(dir, files.results), `${JSON.stringify({ ...results, [world]: rows }, null, 1)}\n`);
  });
  return last;
}

/** Empty where there is no file. */
export async function readLines<T>(path: string): Promise<T[]> {
  const text = await readIfThere(path);
  return text.split('\n').flatMap((line) => (line ? [JSON.parse(line) as T] : []));
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
