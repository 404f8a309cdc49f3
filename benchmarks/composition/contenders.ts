import {
  type ArchitectureName,
  type KnowledgeOptions,
  objectivePresets,
  type RegionOptions,
  type StructureRole,
  structureRoles,
  type TrainSettings,
} from '@anagram/core';
import { gridRegionWidth } from './grid-regions.ts';
import type { NoisyData } from './noisy-data.ts';
import type { StandInSettings } from './stand-ins.ts';

/** One row of the table. All of them see the same number of pictures with the same augmentation and budget, and all but two have one architecture. */
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
   * carry other wordings of their captions. `exact-texts`: the negatives' texts without their pictures; `rule-texts`: texts that rules make of
   * the captions in their place; `regions`: without negatives, with a grid's cells in the place of what a detector finds.
   */
  readonly data?: 'contrasts' | 'apart' | 'reworded' | 'exact-texts' | 'rule-texts' | 'regions';
  /** In place of the world's own scenes: a finite corpus of them, spoilt, with negative texts made of the texts that the row has (`noisy-data.ts`). */
  readonly corpus?: NoisyData;
  /** Of the corpus. Default: `noisySettings.count`, or `--corpus`. */
  readonly records?: number;
  /** How often the stand-ins for models are right, where `corpus` is `restored`. */
  readonly models?: StandInSettings;
  /** Default `tiny-vit`. */
  readonly architecture?: ArchitectureName;
  /** Structure-CLIP's reader of triples beside the text tower. */
  readonly knowledge?: KnowledgeOptions;
  /** PyramidCLIP's reader of regions. */
  readonly regions?: RegionOptions;
}

/** Presets that have no row of their own; `con-clip` is `side-by-side` under the name of the data that it is meant for. */
const presets = objectivePresets.filter((name) => !['anagram', 'clip', 'negclip', 'siglip', 'con-clip'].includes(name));
const lone = { negativePairs: false } as const;
/** Anagram's recipe before its rank term was added: what the ablations are made with, and the noisy rows of its time. */
const unranked = {
  objective: { ownTexts: 0.5, ownImages: 0.5, negativeImages: 0.5 },
  structure: structureRoles,
} as const;
/** Anagram's recipe of decision 0010, with the rank term and before decision 0015: what the rows of its time are made with. */
export const ranked = {
  objective: { ...unranked.objective, rankTexts: 0.2, margin: 'adaptive' },
  structure: structureRoles,
} as const;

type Terms = Pick<Contender, 'objective' | 'structure' | 'records'>;

/** The rows of the noisy corpus by one recipe. */
function noisyRows(prefix: string, recipe: string, terms: Terms) {
  return {
    [`${prefix}-raw`]: { ...terms, title: `${recipe}, noisy corpus`, corpus: 'raw' },
    [`${prefix}-prepared`]: { ...terms, title: `${recipe}, noisy corpus, prepared`, corpus: 'prepared' },
    [`${prefix}-right`]: { ...terms, title: `${recipe}, noisy corpus, right pairs alone`, corpus: 'right' },
    [`${prefix}-clean`]: { ...terms, title: `${recipe}, the corpus without noise`, corpus: 'clean' },
  } satisfies { [row: string]: Contender };
}

/** Those whose corpus stand-ins for models restore. */
function restoredRows(prefix: string, recipe: string, terms: Terms) {
  const restored = (accuracy: number, answers: number) =>
    ({ ...terms, corpus: 'restored', models: { accuracy, answers } }) as const;
  return {
    [`${prefix}-restored`]: {
      title: `${recipe}, noisy corpus, prepared with stand-in models`,
      ...restored(0.8, 1),
    },
    [`${prefix}-restored-four`]: {
      title: `${recipe}, noisy corpus, prepared with stand-in models, four answers each`,
      ...restored(0.8, 4),
    },
    [`${prefix}-restored-right`]: {
      title: `${recipe}, noisy corpus, prepared with stand-in models that never err`,
      ...restored(1, 1),
    },
  } satisfies { [row: string]: Contender };
}

export const contenders: { readonly [row: string]: Contender } = {
  clip: { title: 'plain CLIP', objective: 'clip' },
  'clip-adamw': { title: 'plain CLIP, AdamW', objective: 'clip', optimizer: 'adamw' },
  control: { title: 'control: negatives as ordinary pairs', objective: 'clip', data: 'apart' },
  'side-by-side': { title: 'negatives as pairs of the same batch', objective: {} },
  anagram: { title: 'Anagram', objective: 'anagram' },
  ranked: { title: 'Anagram before decision 0015', ...ranked },
  'ranked-paraphrases': {
    title: 'ranked, paraphrases by rules',
    ...ranked,
    objective: { ...ranked.objective, paraphrases: 1 },
  },
  'shared-texts': {
    title: 'own and rank terms over negative texts that all pictures share',
    objective: { ...lone, sharedNegatives: true, ownTexts: 0.5, rankTexts: 0.2, margin: 'adaptive' },
  },
  unranked: { title: 'Anagram before its rank term', ...unranked },
  'structure-off': { ...unranked, title: 'unranked, structure off', structure: { image: 'off', text: 'off' } },
  'structure-negative': {
    ...unranked,
    title: 'unranked, structure negative',
    structure: { image: 'negative', text: 'negative' },
  },
  'structure-positive': {
    ...unranked,
    title: 'unranked, structure positive',
    structure: { image: 'positive', text: 'positive' },
  },
  paraphrases: {
    title: 'unranked, paraphrases as positives',
    objective: { ...unranked.objective, paraphrases: 0.5 },
    structure: structureRoles,
    data: 'reworded',
  },
  'anagram-exact-texts': { title: 'Anagram, exact negative texts alone', objective: 'anagram', data: 'exact-texts' },
  'anagram-rule-texts': { title: 'Anagram, negative texts by rules', objective: 'anagram', data: 'rule-texts' },
  'exact-texts': { title: 'ranked, exact negative texts alone', ...ranked, data: 'exact-texts' },
  'rule-texts': { title: 'ranked, negative texts by rules', ...ranked, data: 'rule-texts' },
  negclip: { title: 'NegCLIP', objective: 'negclip' },
  'text-negatives': { title: 'negative texts only', objective: { ...lone, ownTexts: 0.5, negativeImages: 0 } },
  'image-negatives': { title: 'negative pictures only', objective: { ...lone, ownImages: 0.5 } },
  'both-negatives': { title: 'negative texts and pictures', objective: { ...lone, ownTexts: 0.5, ownImages: 0.5 } },
  ...Object.fromEntries(presets.map((name) => [name, { title: name, objective: name }])),
  'pyramid-clip-regions': {
    title: 'pyramid-clip, cells of a grid as regions',
    objective: 'pyramid-clip',
    data: 'regions',
    regions: { width: gridRegionWidth },
  },
  'clip-triples': { title: 'plain CLIP, triples beside the text', objective: 'clip', knowledge: {} },
  'ranked-triples': { title: 'ranked, triples beside the text', ...ranked, knowledge: {} },
  'structure-clip-triples': {
    title: 'structure-clip, triples beside the text',
    objective: 'structure-clip',
    knowledge: {},
  },
  siglip: { title: "siglip, SigLIP's towers", objective: 'siglip', architecture: 'tiny-siglip' },
  'clip-siglip-towers': { title: "plain CLIP, SigLIP's towers", objective: 'clip', architecture: 'tiny-siglip' },
  ...noisyRows('anagram-noisy', 'Anagram', { objective: 'anagram' }),
  ...restoredRows('anagram-noisy', 'Anagram', { objective: 'anagram' }),
  ...noisyRows('anagram-noisy-60k', 'Anagram, 60,000 records', { objective: 'anagram', records: 60_000 }),
  ...noisyRows('anagram-noisy-120k', 'Anagram, 120,000 records', { objective: 'anagram', records: 120_000 }),
  ...noisyRows('noisy', 'unranked', unranked),
  ...restoredRows('noisy', 'unranked', unranked),
  'clip-noisy-raw': { title: 'plain CLIP, noisy corpus', objective: 'clip', corpus: 'raw' },
  'clip-noisy-prepared': { title: 'plain CLIP, noisy corpus, prepared', objective: 'clip', corpus: 'prepared' },
  'rcl-noisy-raw': { title: 'rcl, noisy corpus', objective: 'rcl', corpus: 'raw' },
  'rcl-noisy-prepared': { title: 'rcl, noisy corpus, prepared', objective: 'rcl', corpus: 'prepared' },
};

/** How a row's structure terms are named in the results. */
export function structureOf({ structure: roles }: Contender): string {
  if (!roles) return 'off';
  return roles.image === roles.text ? roles.image : `image ${roles.image}, text ${roles.text}`;
}

/** `objective` of the results: the preset, or the row's name for one made of terms. */
export function objectiveOf(row: string): string {
  const { objective } = contenders[row]!;
  return typeof objective === 'string' && row !== 'control' ? objective : row;
}
