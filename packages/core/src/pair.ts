import type { Fit } from './image/preprocess.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** An encoded picture (JPEG, PNG, WebP, …) that is read when it is needed. */
export interface ImageFile {
  /** Shown in verdicts and errors: a path, a url, a shard entry. */
  readonly name: string;
  bytes(): Promise<Uint8Array>;
  /** Set where this is a part of another picture, in pixels from its upper left corner: it names the content without making it. */
  readonly cutFrom?: {
    readonly file: ImageFile;
    readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  };
}

/** One record as a source yields it: a pair, a lone image or a lone text. */
export interface SourceRecord {
  /** Unique within the source and stable from run to run; names the record in every verdict. */
  readonly id: string;
  readonly image?: ImageFile;
  readonly text?: string;
  /** What the source found wrong with the record, e.g. `line 7 is not JSON`; becomes part of its verdict's reason. */
  readonly problem?: string;
  readonly meta?: { readonly [key: string]: Json };
}

/** Where records come from. The same source yields the same records in the same order, every time. */
export interface Source {
  readonly name: string;
  /** Plain data that identifies the source's content as far as it can be told cheaply; part of a run's fingerprint. */
  readonly settings: Json;
  records(options?: ReadingOptions): AsyncIterable<SourceRecord>;
}

export interface ReadingOptions {
  signal?: AbortSignal;
  /**
   * Tells by its place in the source whether a record is going to be looked at. Every record is given all the same; of the others
   * a source may leave out what it would have to fetch.
   */
  wanted?: (index: number) => boolean;
}

/** Decoded picture: RGB, 8 bit, row by row, (height, width, 3). */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The paper's five kinds of compositional change, and those that benchmarks add. */
export const negativeCategories = [
  'colour',
  'quantity',
  'position',
  'verb',
  'negation',
  'object',
  'attribute',
  'size',
  'swap-object',
  'swap-attribute',
  'agent-patient',
] as const;
export type NegativeCategory = (typeof negativeCategories)[number];

/** A text T'_C that differs from its caption in exactly one thing and is false of the picture. */
export interface NegativeText {
  readonly category: NegativeCategory;
  readonly text: string;
  /** What was changed into what, in words of the two texts. */
  readonly change: { readonly from: string; readonly to: string };
}

/** Which way a record went (design §1). */
export type Route = 'keep' | 'repair' | 'caption' | 'illustrate' | 'match' | 'duplicate' | 'unreadable' | 'empty';

/** Why a record is a duplicate. */
export interface Duplicate {
  /** Record that stays; itself never a duplicate. */
  readonly duplicateOf: string;
  readonly kind: 'bytes' | 'pixels' | 'near' | 'embedding' | 'text';
  /** `near`: differing bits of the perceptual hashes, 0–3. `embedding`: 1 − cosine, 0–1. Else 0. */
  readonly distance: number;
}

/** What became of one record, and why. Every record of a source has exactly one. */
export interface Verdict {
  readonly id: string;
  readonly route: Route;
  readonly kept: boolean;
  /** One sentence fragment, e.g. `score 0.31 below threshold 0.62; no repair was accepted`. */
  readonly reason: string;
  /** Calibrated probability that the pair as delivered in the source is right, where it was a pair. */
  readonly score: number | null;
  /** Corrected similarity by tower. */
  readonly byTower: { readonly [tower: string]: number } | null;
  /** Of duplicates alone: of which record, and by what. */
  readonly duplicate?: Duplicate;
  /**
   * The threshold of its route that decided in the end, where the route has one of its own (`RouteThresholds`); false: the route keeps
   * nothing.
   */
  readonly threshold?: number | false;
  /**
   * Text and partner after repair, match, caption or illustration; null where nothing was changed. A change that its route's own
   * threshold refused is told too, with `kept: false`.
   */
  readonly repaired: {
    readonly text: string;
    readonly score: number;
    /** Record whose text (or picture) it now carries, for matches. */
    readonly partner: string | null;
    /** Generator that wrote it, for everything else. */
    readonly by: string;
    /** The text that it came with, where that was replaced. */
    readonly before?: string;
    readonly chosen?: ChosenText;
  } | null;
  /** The likeliest text that a generator offered for the picture, where verification refused it; told wherever it was offered one. */
  readonly refused?: RefusedText;
}

/** How a generator's candidate was picked: by which tower (null: by the fused score) of how many, and what every tower says of it. */
export interface ChosenText {
  readonly by: string | null;
  readonly of: number;
  readonly byTower: { readonly [tower: string]: number };
}

export interface RefusedText {
  readonly text: string;
  /** Probability that it is right. */
  readonly score: number;
  /** Generator that wrote it. */
  readonly by: string;
  readonly chosen?: ChosenText;
}

/** What a detector says of a picture's regions, for the cross level of PyramidCLIP. */
export interface RegionFeatures {
  /** (regions, width) row by row, at least one region; the paper's width is 2052: 2048 features and 4 numbers of the box. */
  readonly features: Float32Array;
  /** What it calls them, with attributes: `black cat, red car`. */
  readonly tags: string;
}

/** One pair as training sees it, at the model's picture size. */
export interface TrainingPair {
  readonly image: Pixels;
  readonly text: string;
  /** Equal keys = equal pictures, which are no negatives of each other. */
  readonly imageKey: string;
  /** Importance of the pair's contrastive rows; 1 where nothing is known. */
  readonly weight: number;
  readonly negatives: readonly TrainingNegative[];
  /** Other wordings of the text, as true of the picture as it is. */
  readonly paraphrases?: readonly string[];
  readonly regions?: RegionFeatures;
}

export interface TrainingNegative {
  readonly category: string;
  /** T'_C, or null where only the picture is changed. */
  readonly text: string | null;
  /** I'_C, or null where only the text is changed. With both, the negative is a true pair of its own. */
  readonly image: Pixels | null;
  readonly imageKey: string | null;
}

/** Pairs with random access, as `train` wants them. Reading is pure: the same index gives the same pair. */
export interface PairSet {
  readonly name: string;
  readonly length: number;
  /** Hash of everything that the set can yield; part of a run's fingerprint. */
  readonly fingerprint: string;
  /** Category of the pair's negatives, or null; lets a curriculum draw by category without reading the pair. */
  category(index: number): string | null;
  /**
   * @param imageSize Width and height of the pictures wanted.
   * @param fit How pictures of other sizes are brought to it; default: CLIP's way, the centre of the picture.
   */
  pair(index: number, imageSize: number, fit?: Fit): Promise<TrainingPair>;
  /** Every caption, for the tokenizer's training; may sample when there are many. */
  texts(): AsyncIterable<string> | Iterable<string>;
}
