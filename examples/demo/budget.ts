import type { TrainSettings, TrainVerifierSettings } from '@anagram/core';

/** What the two sizes of the demo spend. Chosen on the training vendors' validation split, the length of `full` apart (`docs/decisions/0005`). */
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
  steps: 900,
  batchSize: 64,
  augment: { scale: 0.15, shift: 0.04, rotation: 8, contrast: 0.25, tint: 0.15 },
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
    verifier: { epochs: 10 },
    train: { ...train, steps: 2000 },
    keptShare: 0.2,
    itemsPerCategory: 200,
  },
};

/**
 * Who is trained, always on the same pairs for the same number of pictures with the same augmentation. Plain CLIP has the optimizer
 * of its authors; a second one, with Anagram's optimizer, shows how much of the gain is the optimizer's.
 */
export const contenders = {
  anagram: { title: 'Anagram', objective: 'anagram', optimizer: { kind: 'muon', learningRate: 1e-3 } },
  clip: { title: 'plain CLIP', objective: 'clip', optimizer: { kind: 'adamw', learningRate: 1e-3 } },
  clipMuon: { title: 'CLIP with Muon', objective: 'clip', optimizer: { kind: 'muon', learningRate: 1e-3 } },
} as const satisfies Record<string, { title: string } & Pick<TrainSettings, 'objective' | 'optimizer'>>;

export type Contender = keyof typeof contenders;
export const contenderNames = Object.keys(contenders) as Contender[];

export const sceneVendors = ['noto', 'openmoji', 'fluent'] as const;
export const heldOutVendor = 'twemoji';
export const corpusStyles = ['noto', 'openmoji', 'fluent-3d', 'fluent-flat'] as const;
export const galleryCount = 300;
/** Of the held-out vendor's items and gallery. No setting was chosen by them but the length of `full` (`docs/decisions/0005`). */
export const testSeed = 2026;
