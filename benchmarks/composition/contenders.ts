import { objectivePresets, presetTerms, type StructureRole, structureRoles, type TrainSettings } from '@anagram/core';
import type { NoisyData } from './noisy-data.ts';

/** One row of the table. All of them see the same number of pictures with the same architecture, augmentation and budget. */
export interface Contender {
  readonly title: string;
  /** A preset of `train` by its name, or terms. */
  readonly objective: NonNullable<TrainSettings['objective']>;
  readonly structure?: { readonly image: StructureRole; readonly text: StructureRole };
  /** Default `muon`, as all but `clip-adamw` have. Learning rate 1e-3. */
  readonly optimizer?: 'muon' | 'adamw';
  /**
   * `contrasts` (default): each pair with its negative. `apart`: both sides of a contrast are ordinary pairs of a set twice as long, drawn
   * independently: the same pictures and captions, but a pair meets its negative in a batch by chance alone. `reworded`: contrasts whose pairs
   * carry other wordings of their captions.
   */
  readonly data?: 'contrasts' | 'apart' | 'reworded';
  /** In place of the world's own scenes: a finite corpus of them, spoilt, with negative texts made of the texts that the row has (`noisy-data.ts`). */
  readonly corpus?: NoisyData;
  /** Why the row cannot run yet. */
  readonly needs?: string;
}

/** Presets that have no row of their own; `con-clip` is `side-by-side` under the name of the data that it is meant for. */
const presets = objectivePresets.filter((name) => !['anagram', 'clip', 'negclip', 'siglip', 'con-clip'].includes(name));
const lone = { negativePairs: false } as const;

export const contenders: { readonly [row: string]: Contender } = {
  clip: { title: 'plain CLIP', objective: 'clip' },
  'clip-adamw': { title: 'plain CLIP, AdamW', objective: 'clip', optimizer: 'adamw' },
  control: { title: 'control: negatives as ordinary pairs', objective: 'clip', data: 'apart' },
  'side-by-side': { title: 'negatives as pairs of the same batch', objective: {} },
  anagram: { title: 'Anagram', objective: 'anagram' },
  'structure-off': { title: 'Anagram, structure off', objective: 'anagram', structure: { image: 'off', text: 'off' } },
  'structure-negative': {
    title: 'Anagram, structure negative',
    objective: 'anagram',
    structure: { image: 'negative', text: 'negative' },
  },
  'structure-positive': {
    title: 'Anagram, structure positive',
    objective: 'anagram',
    structure: { image: 'positive', text: 'positive' },
  },
  paraphrases: {
    title: 'Anagram, paraphrases as positives',
    objective: { ...presetTerms.anagram, paraphrases: 0.5 },
    structure: structureRoles,
    data: 'reworded',
  },
  negclip: { title: 'NegCLIP', objective: 'negclip' },
  'text-negatives': { title: 'negative texts only', objective: { ...lone, ownTexts: 0.5, negativeImages: 0 } },
  'image-negatives': { title: 'negative pictures only', objective: { ...lone, ownImages: 0.5 } },
  'both-negatives': { title: 'negative texts and pictures', objective: { ...lone, ownTexts: 0.5, ownImages: 0.5 } },
  ...Object.fromEntries(presets.map((name) => [name, { title: name, objective: name }])),
  siglip: { title: 'siglip', objective: 'siglip', needs: "SigLIP's towers, which have the logit bias of its loss" },
  'noisy-raw': { title: 'noisy corpus', objective: 'anagram', corpus: 'raw' },
  'noisy-prepared': { title: 'noisy corpus, prepared', objective: 'anagram', corpus: 'prepared' },
  'noisy-right': { title: 'noisy corpus, right pairs alone', objective: 'anagram', corpus: 'right' },
  'noisy-clean': { title: 'the corpus without noise', objective: 'anagram', corpus: 'clean' },
};

/** How a row's structure terms are named in the results. */
export function structureOf({ objective, structure }: Contender): string {
  const roles = structure ?? (objective === 'anagram' ? structureRoles : null);
  if (!roles) return 'off';
  return roles.image === roles.text ? roles.image : `image ${roles.image}, text ${roles.text}`;
}

/** `objective` of the results: the preset, or the row's name for one made of terms. */
export function objectiveOf(row: string): string {
  const { objective } = contenders[row]!;
  return typeof objective === 'string' && row !== 'control' ? objective : row;
}
