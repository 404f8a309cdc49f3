import { presetTerms, type TrainSettings } from '@anagram/core';
import { ranked } from '../composition/contenders.ts';

/** A way to fine-tune. All see the same number of pictures of the same pairs, with the same learning rate. */
export interface Variant {
  readonly title: string;
  readonly settings: Pick<TrainSettings, 'objective' | 'structure' | 'lora'>;
  /** Whether WiSE-FT goes back from it to the start. */
  readonly sweep?: boolean;
}

const { structure } = ranked;
/** Anagram's recipe before decision 0015 with a pair's own negatives outside the contrastive softmax. */
const outside = { ...ranked.objective, ownInContrastive: false } as const;

export const variants = {
  clip: { title: 'plain CLIP', settings: { objective: 'clip' } },
  anagram: { title: 'anagram', settings: { objective: 'anagram' }, sweep: true },
  'anagram-distil': { title: 'anagram, distil', settings: { objective: { ...presetTerms.anagram, distil: 1 } } },
  ranked: { title: 'anagram before 0015', settings: ranked, sweep: true },
  outside: { title: 'outside', settings: { objective: outside, structure }, sweep: true },
  distil: { title: 'outside, distil', settings: { objective: { ...outside, distil: 1 }, structure } },
  lora: { title: 'outside, lora', settings: { objective: outside, structure, lora: { rank: 8 } } },
  'fsc-clip': { title: 'fsc-clip', settings: { objective: 'fsc-clip' } },
  degla: { title: 'degla', settings: { objective: 'degla' } },
} as const satisfies { readonly [name: string]: Variant };
export type VariantName = keyof typeof variants;
