import type { Pixels } from '../pair.ts';

/** A picture as a verifier takes it: any size, with `hashPixels` of the picture as it was decoded. */
export interface ScorableImage {
  readonly image: Pixels;
  readonly imageHash: string;
}

export interface ScorablePair extends ScorableImage {
  readonly text: string;
}

export interface PairScore {
  /** Log-odds that the pair is right: what the towers' scores are fused into. */
  readonly score: number;
  /** The same as a probability, 0–1. */
  readonly probability: number;
  /** Corrected similarity by tower, in standard deviations over the corpus that the towers were made on. */
  readonly byTower: { readonly [tower: string]: number };
}

/**
 * Judges pairs. `Verifier` is one; anything that gives calibrated probabilities can take its place, for example a large
 * pretrained model behind a service.
 */
export interface PairVerifier {
  /** Names weights and calibration: equal ids give equal scores. Part of a run's fingerprint. */
  readonly id: string;
  /** Width and height to which pictures are fitted before they are handed over; null: as they were decoded, in all their size. */
  readonly imageSize: number | null;
  /** Threshold on the probability that calibration chose, or null. */
  readonly threshold: number | null;
  /** Share of right pairs among those that the probabilities were calibrated on, 0–1. */
  readonly baseRate: number;
  /** The pictures are let go once it has answered: what it wants to keep of them it copies. */
  score(pairs: readonly ScorablePair[], options?: { signal?: AbortSignal }): Promise<PairScore[]>;
  /**
   * Log-odds of every combination, each as if the two were a pair of the corpus: (images, texts), row by row. Without it
   * there is no matching and no retrieval.
   */
  logOdds?(
    images: readonly ScorableImage[],
    texts: readonly string[],
    options?: { signal?: AbortSignal },
  ): Promise<Float32Array>;
  /** Tokens of each text that the towers do not read, for reports. */
  lostTokens?(texts: readonly string[]): readonly number[];
}
