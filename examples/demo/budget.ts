import type { TrainSettings, TrainVerifierSettings } from '@anagram/core';

/** What the two sizes of the demo spend. Chosen on the training vendors' validation split. */
export interface Budget {
  readonly name: 'quick' | 'full';
  /** Emoji records in the noisy corpus; undefined = all. */
  readonly corpusLimit: number | undefined;
  readonly labels: number;
  readonly verifier: TrainVerifierSettings;
  readonly train: TrainSettings;
  /** Share of each batch that is drawn from the pairs that preparation kept; the rest are scenes. */
  readonly keptShare: number;
  /** Items of each category in the held-out vendor's test. */
  readonly itemsPerCategory: number;
}

const train: TrainSettings = {
  steps: 1100,
  batchSize: 64,
  augment: { scale: 0.15, shift: 0.04, rotation: 8, contrast: 0.25, tint: 0.15 },
  structure: { share: 0.03 },
  optimizer: { learningRate: 8e-4 },
  checkpointEvery: 250,
  seed: 7,
};

export const budgets: { readonly quick: Budget; readonly full: Budget } = {
  quick: {
    name: 'quick',
    corpusLimit: undefined,
    labels: 200,
    verifier: { epochs: 3 },
    train,
    keptShare: 0.2,
    itemsPerCategory: 100,
  },
  full: {
    name: 'full',
    corpusLimit: undefined,
    labels: 200,
    verifier: { epochs: 14 },
    train: { ...train, steps: 5000 },
    keptShare: 0.2,
    itemsPerCategory: 200,
  },
};

export const sceneVendors = ['noto', 'openmoji', 'fluent'] as const;
export const heldOutVendor = 'twemoji';
export const corpusStyles = ['noto', 'openmoji', 'fluent-3d', 'fluent-flat'] as const;
export const galleryCount = 300;
