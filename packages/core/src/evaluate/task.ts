import type { Knobs } from '../events.ts';
import type { ImageFile, Json, Pixels } from '../pair.ts';

/** What a task needs of a model; `ClipModel` is one. */
export interface Embedder {
  readonly embedDim: number;
  /** @returns (count, embedDim) rows of unit length. */
  embedImages(images: readonly (Pixels | ImageFile)[], options?: { signal?: AbortSignal }): Promise<Float32Array>;
  /** @returns (count, embedDim) rows of unit length. */
  embedTexts(texts: readonly string[], options?: { signal?: AbortSignal }): Promise<Float32Array>;
  /** Tokens of each text that do not fit the model's context and are left out, for reports. */
  lostTokens?(texts: readonly string[]): readonly number[];
}

/** A figure with the number of items behind it and a 95 % bootstrap interval over these items. */
export interface Score {
  readonly value: number;
  readonly n: number;
  readonly interval: readonly [number, number];
}

/** One decision that a model got wrong, for the report. */
export interface Failure {
  readonly id: string;
  readonly category: string;
  readonly detail: Json;
}

/** Why a task was not scored. A task is scored on all of its items or not at all. */
export interface Skipped {
  /** One sentence: what is missing and what to do. */
  readonly reason: string;
  readonly missing: {
    readonly count: number;
    /** The first ten, as the annotation files name them. */
    readonly first: readonly string[];
    /** Where the owners publish them. */
    readonly publishedAt: string;
  };
}

/** What was decided, in the detail that a comparison of two models on the same items needs. */
export interface Outcomes {
  /** SHA-256 of the items: ids, texts and names of pictures, in order. */
  readonly items: string;
  /** By score, for each subset whose means it averages: right decisions, and decisions, of each group that is drawn as one. */
  readonly scores: {
    readonly [name: string]: readonly { readonly sums: readonly number[]; readonly counts: readonly number[] }[];
  };
}

export interface TaskReport {
  readonly task: string;
  /** Set where the task could not be scored; `scores`, `chance` and `failures` are empty then. */
  readonly skipped?: Skipped;
  /** Figures by name, e.g. `colour.group`, `imageToText.recall@1`. */
  readonly scores: { readonly [name: string]: Score };
  /** Decisions in which the right and the best wrong answer scored the same. They count as wrong unless a report says so. */
  readonly ties: number;
  /** Texts that were too long for the model and lost their ends; left out where there were none. */
  readonly cutTexts?: number;
  /** What a random scorer gets, by the same names. */
  readonly chance: { readonly [name: string]: number };
  /** Benchmarks have them; `compareReports` needs them. */
  readonly outcomes?: Outcomes;
  /** Worst first. */
  readonly failures: readonly Failure[];
}

/** A task is a value: data and metric together. */
export interface Task<R extends TaskReport = TaskReport> {
  readonly name: string;
  run(options: { model: Embedder } & Knobs): Promise<R>;
}

/** Inner product of row `a` of one matrix and row `b` of another: the cosine, for unit rows. */
export function dot(left: Float32Array, a: number, right: Float32Array, b: number, width: number): number {
  let sum = 0;
  for (let d = 0, i = a * width, j = b * width; d < width; d++) sum += left[i + d]! * right[j + d]!;
  return sum;
}
