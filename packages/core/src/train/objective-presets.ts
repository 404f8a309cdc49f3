import * as z from 'zod';
import { type ObjectiveSettings, objectiveSchema } from './objective-settings.ts';

/** Objectives by name: `docs/objectives.md` has their terms, sources, and what differs from the official code. */
export const objectivePresets = [
  'anagram',
  'clip',
  'siglip',
  'negclip',
  'spec',
  'ce-clip',
  'triplet-clip',
  'structure-clip',
  'soft-clip',
  'pyramid-clip',
  'fsc-clip',
  'degla',
  'clic',
  'con-clip',
  'rcl',
] as const;
export type ObjectivePreset = (typeof objectivePresets)[number];

/** Every preset is shorthand for terms. */
export const presetTerms: { readonly [name in ObjectivePreset]: ObjectiveSettings } = {
  anagram: {
    ...{ ownTexts: 0.5, ownImages: 0.5, rankTexts: 0.1, margin: 'adaptive' },
    ...{ negativeImages: 0.25, sharedNegatives: true },
  },
  clip: { negativesPerPair: 0 },
  siglip: { contrastive: 0, sigmoid: 1, negativesPerPair: 0 },
  negclip: { negativePairs: false, sharedNegatives: true },
  spec: { ownInContrastive: false, ownTexts: 0.5, ownImages: 0.5 },
  'ce-clip': {
    ...{ negativePairs: false, sharedNegatives: true, negativesPerPair: 4 },
    ...{ textContrast: 0.2, rankTexts: 0.2, margin: 'adaptive' },
  },
  'triplet-clip': { contrastive: 2 },
  'structure-clip': {
    ...{ contrastive: 0, hardest: 1, hardestMargin: 0.2, rankTexts: 5, margin: 0.1 },
    negativePairs: false,
  },
  'soft-clip': { softTargets: 1, softRelations: 1, negativesPerPair: 0 },
  'pyramid-clip': {
    ...{ contrastive: 0, softened: 1, softenedShare: 0.2, crossLevels: 1 },
    ...{ levels: true, negativesPerPair: 0 },
  },
  'fsc-clip': { ownTexts: 0.5, focal: 2, labelSmoothing: 0.02, negativePairs: false, negativesPerPair: 3 },
  degla: {
    ...{ negativePairs: false, sharedNegatives: true, negativesPerPair: 4 },
    ...{ ownTexts: 0.1, teacherContrast: 0.1, featureDistil: 1.28, teacherDecay: 0.9996 },
  },
  clic: {
    ...{ contrastive: 0.5, ownInContrastive: false, ownTexts: 0.5, paraphraseDistance: 1, joinedEvery: 2 },
    ...{ negativePairs: false, negativesPerPair: 0 },
  },
  'con-clip': {},
  rcl: { contrastive: 0, complementary: 1, negativesPerPair: 0 },
};

/** What may be changed of a preset without making it another: weights, margins and shares that its paper leaves open or tunes. */
export const presetParameters = {
  anagram: ['ownTexts', 'ownImages', 'rankTexts', 'margin', 'negativeImages', 'sharedNegatives', 'paraphrases'],
  clip: [],
  siglip: [],
  negclip: ['negativesPerPair'],
  spec: ['ownTexts', 'ownImages', 'negativesPerPair'],
  'ce-clip': ['textContrast', 'rankTexts', 'margin', 'negativesPerPair'],
  'triplet-clip': [],
  'structure-clip': ['hardestMargin', 'rankTexts', 'margin'],
  'soft-clip': ['softTargets', 'softRelations', 'softShare', 'softTemperature'],
  'pyramid-clip': ['softenedShare', 'crossLevels'],
  'fsc-clip': ['ownTexts', 'focal', 'labelSmoothing', 'negativesPerPair'],
  degla: ['ownTexts', 'teacherContrast', 'featureDistil', 'teacherDecay', 'negativesPerPair'],
  clic: ['contrastive', 'ownTexts', 'paraphraseDistance', 'joinedEvery'],
  'con-clip': [],
  rcl: [],
} as const satisfies { readonly [name in ObjectivePreset]: readonly (keyof ObjectiveSettings)[] };

type ParametersOf<Name extends ObjectivePreset> = Pick<ObjectiveSettings, (typeof presetParameters)[Name][number]>;

/** A preset with some of its parameters changed: `{ preset: 'ce-clip', margin: 0.2 }`. */
export type PresetSettings = {
  [Name in ObjectivePreset]: { readonly preset: Name } & ParametersOf<Name>;
}[ObjectivePreset];

const optional: { readonly [term: string]: z.ZodType } = Object.fromEntries(
  Object.entries(objectiveSchema.shape).map(([name, field]) => [name, field.unwrap().optional()]),
);

const presetSchema = z
  .strictObject({ preset: z.enum(objectivePresets), ...optional })
  .superRefine(({ preset, ...changed }, context) => {
    const known: readonly string[] = presetParameters[preset];
    for (const name of Object.keys(changed)) {
      if (known.includes(name)) continue;
      const may = known.length === 0 ? 'It has nothing to change' : `It may change ${known.join(', ')}`;
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `not a parameter of the preset ${preset}. ${may}; give the terms one by one, without a preset, for anything else`,
      });
    }
  });

/** A preset with changed parameters, or terms: told apart by `preset`. */
export const objectiveObject = z.discriminatedUnion('preset', [
  objectiveSchema.extend({ preset: z.undefined().optional() }),
  presetSchema,
]);

/** Terms of a preset, with the changed parameters in place of its own. */
export function termsOfPreset(given: ObjectivePreset | PresetSettings): z.output<typeof objectiveSchema> {
  const { preset, ...changed } = typeof given === 'string' ? { preset: given } : given;
  return objectiveSchema.parse({ ...presetTerms[preset], ...changed });
}
