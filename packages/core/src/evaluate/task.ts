import type { ErrorCode } from '../errors.ts';
import type { Knobs } from '../events.ts';
import type { ImageFile, Json, Pixels } from '../pair.ts';
import type { Contamination, TrainingContent } from './contamination.ts';

/** What a task needs of a model; `ClipModel` is one. */
export interface Embedder {
  readonly embedDim: number;
  /** @returns (count, embedDim) rows of unit length. */
  embedImages(images: readonly (Pixels | ImageFile)[], options?: { signal?: AbortSignal }): Promise<Float32Array>;
  /** @returns (count, embedDim) rows of unit length. */
  embedTexts(texts: readonly string[], options?: { signal?: AbortSignal }): Promise<Float32Array>;
  /** Equal hashes, equal embeddings. Without it nothing is kept from one run to the next. */
  hash?(): Promise<string>;
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
  /** A `FailureDetail` is shown with its texts, pictures and cosines; anything else as it is. */
  readonly detail: Json;
}

/** Texts and pictures of a wrong decision, and how they scored; more may stand beside it. */
export interface FailureDetail {
  readonly texts: readonly string[];
  /** (texts, pictures): which belong together. */
  readonly fits: readonly (readonly boolean[])[];
  /** (texts, pictures) */
  readonly cosines: readonly (readonly number[])[];
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

/** Why a task came to no end: what its error said. */
export interface Failed {
  /** null where the error is none of this SDK's. */
  readonly code: ErrorCode | null;
  readonly message: string;
}

/** Values by the names of the scores. */
export interface Values {
  readonly [score: string]: number;
}

/** What was decided, in the detail that a comparison of two models on the same items needs. */
export interface Outcomes {
  /** SHA-256 of the items in order: ids, texts and names of pictures. */
  readonly items: string;
  /** By score, for each subset whose means it averages: right decisions, and decisions, of each group that is drawn as one. */
  readonly scores: {
    readonly [name: string]: readonly {
      readonly sums: readonly number[];
      readonly counts: readonly number[];
      /** @default 1 / number of subsets */
      readonly weight?: number;
    }[];
  };
}

export interface TaskReport {
  readonly task: string;
  /** Set where the task could not be scored; `scores`, `chance` and `failures` are empty then. */
  readonly skipped?: Skipped;
  /** Set where the task ended in an error; `scores`, `chance` and `failures` are empty then. */
  readonly failed?: Failed;
  /** Set where only a seeded sample was scored: these are no figures of the whole. */
  readonly limited?: { readonly drawn: number; readonly of: number; readonly what: 'items' | 'pairs' };
  /** Figures by name, e.g. `colour.group`, `imageToText.recall@1`. */
  readonly scores: { readonly [name: string]: Score };
  /** Decisions in which the right and the best wrong answer scored the same. They count as wrong unless a report says so. */
  readonly ties: number;
  /** What became of ties; `wrong` where a report does not say. */
  readonly tieRule?: 'wrong' | 'official';
  /** Texts that were too long for the model and lost their ends; left out where there were none. */
  readonly cutTexts?: number;
  /** What a random scorer gets, by the same names. */
  readonly chance: Values;
  /**
   * What scorers get that lack one side, by the same names. `textOnly` and `imageOnly` are the model itself with every picture, or
   * every text, replaced by the mean of the task's; `shorterText` and `longerText` count words; `learnedWords` has learned from
   * the other items, without pictures, which words stand in right texts. A score that one of them reaches is no evidence of seeing.
   */
  readonly baselines?: { readonly [baseline: string]: Values };
  /** What of the task stood in the training data; set by `evaluate({ trainedOn })`. */
  readonly contamination?: Contamination;
  /** SHA-256 of what the items were read from. */
  readonly files?: { readonly [file: string]: string };
  /** What `compareReports` needs. */
  readonly outcomes?: Outcomes;
  /** Worst first. */
  readonly failures: readonly Failure[];
}

export interface RunOptions extends Knobs {
  model: Embedder;
  /** What the model was trained on: the report says then what of the task stood there. */
  trainedOn?: TrainingContent;
}

/** A task is a value: data and metric together. */
export interface Task<R extends TaskReport = TaskReport> {
  readonly name: string;
  /** Hash of everything that decides the report beside the model. Where it is equal, a finished report is not made again. */
  fingerprint?(): Promise<string>;
  run(options: RunOptions): Promise<R>;
  /** The pictures of wrong decisions out of one of its reports, for each in the order of its detail's columns. */
  picturesOf?(failures: readonly Failure[]): Promise<readonly (readonly (Pixels | ImageFile)[])[]>;
}

/** Inner product of row `a` of one matrix and row `b` of another: the cosine, for unit rows. */
export function dot(left: Float32Array, a: number, right: Float32Array, b: number, width: number): number {
  let sum = 0;
  for (let d = 0, i = a * width, j = b * width; d < width; d++) sum += left[i + d]! * right[j + d]!;
  return sum;
}
