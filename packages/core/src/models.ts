import type { NegativeCategory, NegativeText } from './pair.ts';

/**
 * The small interfaces that core accepts as values. `id` names model, prompt version and parameters: it goes into
 * verdicts and cache keys. Pictures cross as encoded bytes (PNG or JPEG).
 */
export interface Captioner {
  readonly id: string;
  /** @returns At most `count` candidate texts, best first; empty where nothing can be said. */
  caption(request: { image: Uint8Array; count: number; signal?: AbortSignal }): Promise<readonly string[]>;
}

export interface Repairer {
  readonly id: string;
  /** @returns At most `count` corrected texts with the least change, best first; empty where nothing fits. */
  repair(request: {
    image: Uint8Array;
    text: string;
    count: number;
    /** Words of the text that the verifier doubts most, the worst first; a hint. */
    doubts?: readonly string[];
    signal?: AbortSignal;
  }): Promise<readonly string[]>;
}

export interface Illustrator {
  readonly id: string;
  /** @returns At most `count` encoded pictures. */
  illustrate(request: {
    text: string;
    count: number;
    seed: number;
    signal?: AbortSignal;
  }): Promise<readonly Uint8Array[]>;
}

export interface ImageEditor {
  readonly id: string;
  /** True where an answer costs nothing and is not worth keeping in a cache. */
  readonly free?: boolean;
  /** Makes the picture follow the negative text: I'_C. @returns An encoded picture, or null where it cannot. */
  edit(request: {
    image: Uint8Array;
    text: string;
    negative: NegativeText;
    seed: number;
    signal?: AbortSignal;
  }): Promise<Uint8Array | null>;
}

export interface NegativeWriter {
  readonly id: string;
  /** True where an answer costs nothing and is not worth keeping in a cache. */
  readonly free?: boolean;
  /**
   * @returns At most `count` T'_C per category asked for, each false of any picture that fits the text; may be empty. Fewer
   * than `count` are well: what there is to choose from only helps to balance a set.
   */
  write(request: {
    text: string;
    categories: readonly NegativeCategory[];
    seed: number;
    /** Wanted of each category. @default 1 */
    count?: number;
    signal?: AbortSignal;
  }): Promise<readonly NegativeText[]>;
}

export interface PairScorer {
  readonly id: string;
  /** How well a text fits a picture; higher is better. Of any scale: only texts of one picture are compared. */
  score(request: { image: Uint8Array; text: string; signal?: AbortSignal }): Promise<number>;
}
