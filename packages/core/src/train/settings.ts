import type { NativeTrainerConfig, TensorInfo } from '@anagram/native';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { parseSettings } from '../settings.ts';
import { CustomObjective } from './custom-objective.ts';
import {
  type ObjectivePreset,
  objectiveObject,
  objectivePresets,
  type PresetSettings,
  termsOfPreset,
} from './objective-presets.ts';
import {
  needsTeacher,
  type ObjectiveSettings,
  objectiveSchema,
  objectiveTerms,
  type ResolvedObjective,
  toObjectiveConfig,
} from './objective-settings.ts';
import { type FreezeTower, type LoraSettings, partSchemas } from './part-settings.ts';
import { trainedParts } from './trained-parts.ts';

export type StructureRole = 'negative' | 'positive' | 'off';

/**
 * Paper 5.1: the picture cut N×N and shuffled (I'_S), the text's trigrams shuffled (T'_S). Off unless a role is given: it was never shown to
 * help (`docs/decisions/0015`). `structureRoles` has the roles that did least harm.
 */
export interface StructureSettings {
  /** N of the N×N cut, 2–16. Default 3. */
  grid?: number;
  /** What a shuffled picture is to its text. Default `off`. */
  image?: StructureRole;
  /** What a shuffled text is to its picture. Default `off`. */
  text?: StructureRole;
  /** Trigrams of words or of characters. Default `word`. */
  unit?: 'word' | 'character';
  /** Share of the rows that are shuffled, 0–1. A shuffled picture counts towards `batchSize`. Default 0.03. */
  share?: number;
  /**
   * Weight of the structure terms. Default 0.1: each is a mean over the few rows that are shuffled, and at 0.5 it costs composition
   * and retrieval (`docs/decisions/0005`).
   */
  weight?: number;
}

/** Random changes of each picture inside the step. All default to 0, which is off. Never mirrors: left and right carry meaning. */
export interface AugmentSettings {
  /** Scale is drawn from [1 - scale, 1 + scale]. */
  scale?: number;
  /** Shift in parts of the width. */
  shift?: number;
  /** Degrees. */
  rotation?: number;
  /** Contrast and brightness factors are drawn from [1 - contrast, 1 + contrast]. */
  contrast?: number;
  /** Factor of each channel. */
  tint?: number;
}

/** A value that goes in a line from one number to another over the first part of a run, and stays there. */
export interface RampSettings {
  /** At the first step. Default 1. */
  from?: number;
  /** From `until` on. Default 1. */
  to?: number;
  /** Share of the steps after which `to` is reached, above 0 and at most 1. Default 1. */
  until?: number;
}

/** Plain data, checked at the door, written to `run.json` and compared when the run goes on. */
export interface TrainSettings {
  /** Optimizer steps of the whole run. */
  steps: number;
  /**
   * Pictures per step that pass the image tower, at least 2: pairs, negative pairs, lone negative pictures and shuffled
   * ones. (One fewer where `structure.share` makes the exact number impossible.) Default 64.
   */
  batchSize?: number;
  /**
   * A preset by name, or with some of its parameters changed (`{ preset: 'ce-clip', margin: 0.2 }`), term by term, or a loss of one's
   * own (`custom`). `anagram` (default): pairs and their negative pairs in one softmax, plus the pairwise terms
   * on own negatives, both directions; three of four negatives are texts alone, which all pictures share. The others: `docs/objectives.md`.
   */
  objective?: ObjectivePreset | PresetSettings | (ObjectiveSettings & { preset?: undefined }) | CustomObjective;
  structure?: StructureSettings;
  augment?: AugmentSettings;
  /** With decoupled weight decay; gains, biases, class and position embeddings and the logit scale do not decay. */
  optimizer?: {
    /**
     * `adamw`: AdamW for everything (Loshchilov and Hutter 2019). `muon`: Muon for the matrices of transformer blocks, scaled to
     * AdamW's learning rates (Jordan et al. 2024; Liu et al. 2025), AdamW for the rest. Default `adamw`.
     */
    kind?: 'adamw' | 'muon';
    /** The schedule's highest. Default 1e-3, for small models; CLIP's ViT-B/32 took 5e-4. */
    learningRate?: number;
    /** Of the weights that decay, decoupled. Default 0.1. */
    weightDecay?: number;
    /** Of Muon. Default 0.95. */
    momentum?: number;
    /** Of AdamW's mean of gradients. Default 0.9. */
    beta1?: number;
    /** Of AdamW's mean of squared gradients. Default 0.98. */
    beta2?: number;
    /** Added to AdamW's divisor. Default 1e-6. */
    epsilon?: number;
  };
  /** The learning rate over the run. */
  schedule?: {
    /**
     * `one-cycle`: half a cosine up, and half a cosine down to peak / 250,000. `cosine`: a line up from 0, half a cosine down to 0.
     * `constant`: a line up from 0, then the peak. Default `one-cycle`.
     */
    kind?: 'one-cycle' | 'cosine' | 'constant';
    /** Share of the steps in which the learning rate rises, 0–1. Default 0.1. */
    warmup?: number;
  };
  /** Largest global gradient norm; 0 = no clipping. Default 1. */
  gradientClip?: number;
  /** The factor s of the cosines in every softmax. */
  logitScale?: {
    /** Whether it is learnt. Default true. */
    trainable?: boolean;
    /** Value at the start. Default: the model's. */
    initial?: number;
    /** s is held in [1, maximum]. Default 100; with the sigmoid term 1000, since SigLIP's own models came to more than 100. */
    maximum?: number;
  };
  /** Which tower keeps its weights: `{ image: true }` is LiT's locked image tower. */
  freeze?: {
    /** Of the image tower. */
    image?: FreezeTower;
    /** Of the text tower. */
    text?: FreezeTower;
  };
  /** Factors of the schedule's rate by tower, its projection among it; default 1, as for the logit scale. */
  learningRates?: {
    /** Of the image tower. */
    image?: number;
    /** Of the text tower. */
    text?: number;
  };
  lora?: LoraSettings;
  /** Averages the weights over the steps (`model-ema/` at the end). */
  ema?: {
    /** Below 1; the average looks back about 1 / (1 - decay) steps. Default 0.999. */
    decay?: number;
    /** At step t the decay is at most (1 + t) / (10 + t), so that a short run forgets its start. Default true. */
    warmup?: boolean;
  };
  /** Draws pairs by the category of their negatives. */
  curriculum?: {
    /**
     * Categories are drawn in proportion to `floor` + the share of pairs that the model still gets wrong (a pair is right
     * when it beats its own negatives in both directions). Where no error can be measured, as with objective `clip`,
     * categories are drawn equally often. False: pairs are drawn in each set's own proportions; which of a pair's negatives is
     * drawn still follows the error (`hardness: 0`: each alike). Default true.
     */
    byError?: boolean;
    /** Added to each category's error, so that none dies out. Default 0.1. */
    floor?: number;
    /** Of the error's exponential moving average, per step in which the category was seen. Default 0.9. */
    momentum?: number;
    /**
     * Hardness: the exponent of those proportions over the run. 0 draws equally often, 1 in proportion, 2 more sharply, -1 what
     * is easy first. Default 1 throughout.
     */
    hardness?: RampSettings;
    /** Share of the drawn pairs that come with their negatives over the run, 0–1. Default 1 throughout. */
    negatives?: RampSettings;
  };
  /** Steps between checkpoints; may differ when the run goes on. Default 500. */
  checkpointEvery?: number;
  /** Steps between lines of `log.jsonl`; may differ when the run goes on. Default 10. */
  logEvery?: number;
  /** Everything random in the run follows from it. Default 0. */
  seed?: number;
}

const share = z.number().min(0).max(1);
const weight = z.number().min(0);
const ramp = (value: z.ZodNumber) =>
  z
    .strictObject({ from: value.default(1), to: value.default(1), until: z.number().positive().max(1).default(1) })
    .prefault({});
const role = z.enum(['negative', 'positive', 'off']);
const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const trainSettings = z.strictObject({
  steps: z.int().min(1),
  batchSize: z.int().min(2).default(64),
  objective: z
    .union([
      z.enum(objectivePresets),
      z.instanceof(CustomObjective, { error: 'Expected what `custom` makes' }),
      objectiveObject,
    ])
    .default('anagram'),
  structure: z
    .strictObject({
      grid: z.int().min(2).max(16).default(3),
      image: role.default('off'),
      text: role.default('off'),
      unit: z.enum(['word', 'character']).default('word'),
      share: share.default(0.03),
      weight: weight.default(0.1),
    })
    .prefault({}),
  augment: z
    .strictObject({
      scale: z.number().min(0).max(0.9).default(0),
      shift: share.default(0),
      rotation: z.number().min(0).max(180).default(0),
      contrast: share.default(0),
      tint: share.default(0),
    })
    .prefault({}),
  optimizer: z
    .strictObject({
      kind: z.enum(['adamw', 'muon']).default('adamw'),
      momentum: z.number().min(0).lt(1).default(0.95),
      learningRate: z.number().positive().default(1e-3),
      weightDecay: weight.default(0.1),
      beta1: z.number().min(0).lt(1).default(0.9),
      beta2: z.number().min(0).lt(1).default(0.98),
      epsilon: z.number().positive().default(1e-6),
    })
    .prefault({}),
  schedule: z
    .strictObject({
      kind: z.enum(['one-cycle', 'cosine', 'constant']).default('one-cycle'),
      warmup: share.default(0.1),
    })
    .prefault({}),
  gradientClip: z.number().min(0).default(1),
  logitScale: z
    .strictObject({
      trainable: z.boolean().default(true),
      initial: z.number().min(1).optional(),
      maximum: z.number().min(1).optional(),
    })
    .prefault({}),
  ...partSchemas,
  curriculum: z
    .strictObject({
      byError: z.boolean().default(true),
      floor: z.number().positive().default(0.1),
      momentum: z.number().min(0).lt(1).default(0.9),
      hardness: ramp(z.number().min(-4).max(4)),
      negatives: ramp(share),
    })
    .prefault({}),
  checkpointEvery: z.int().min(1).default(500),
  logEvery: z.int().min(1).default(10),
  seed: seed.default(0),
});

/** For `structure`: what shuffled pictures and texts are best made, by ablation (`docs/decisions/0005`). */
export const structureRoles = { image: 'positive', text: 'negative' } as const;

/** Settings with every default filled in. */
export type ResolvedSettings = ReturnType<typeof resolveSettings>;

type Given = z.output<typeof trainSettings>['objective'];

function termsOf(given: Given): ResolvedObjective {
  if (given instanceof CustomObjective) {
    const { name, ...negatives } = given.options;
    return objectiveSchema.parse({ contrastive: 0, ...negatives });
  }
  if (typeof given === 'string') return termsOfPreset(given);
  if (given.preset !== undefined) return termsOfPreset(given as PresetSettings);
  const { preset, ...terms } = given;
  return terms;
}

/** The preset that an objective names, with its own parameters or with changed ones. */
export function presetOf(objective: TrainSettings['objective'] = 'anagram'): ObjectivePreset | null {
  if (typeof objective === 'string') return objective;
  return objective instanceof CustomObjective ? null : (objective.preset ?? null);
}

/** @throws AnagramError `invalid-options` */
export function resolveSettings(settings: TrainSettings) {
  const { objective: given, structure, logitScale, ...rest } = parseSettings('train', trainSettings, settings);
  const objective = termsOf(given);
  const custom = given instanceof CustomObjective ? given : null;
  const { image, text, ...asked } = settings.structure ?? {};
  const shuffles = structure.share > 0 && structure.weight > 0 && Object.values(asked).some((one) => one !== undefined);
  if (shuffles && !custom && (image ?? text) === undefined) {
    throw new AnagramError(
      'invalid-options',
      'train.structure: nothing is shuffled where neither picture nor text has a role. Give one, such as text: "negative" (in the CLI: --set train.structure.text=negative).',
      { where: 'train.structure' },
    );
  }
  const roles = [structure.image, structure.text];
  const hasStructure = structure.share > 0 && structure.weight > 0 && roles.some((role) => role !== 'off');
  if (!custom && !hasStructure && objectiveTerms.every((term) => objective[term] === 0)) {
    throw new AnagramError(
      'invalid-options',
      'train.objective: nothing is minimised where every term has the weight 0. Give one a weight, such as contrastive: 1, or take a preset, such as "anagram".',
      { where: 'train.objective' },
    );
  }
  const maximum = logitScale.maximum ?? (objective.sigmoid > 0 ? 1000 : 100);
  if ((logitScale.initial ?? 1) > maximum) {
    throw new AnagramError(
      'invalid-options',
      `train.logitScale.initial: Expected at most the maximum of ${maximum}, received ${logitScale.initial}.`,
      { where: 'train.logitScale.initial' },
    );
  }
  return {
    ...rest,
    objective,
    custom,
    logitScale: { ...logitScale, maximum },
    // A loss of one's own sees no shuffled views, so that none are made.
    structure: custom ? { ...structure, image: 'off' as const, text: 'off' as const } : structure,
  };
}

/** @param tensors The model's. @throws AnagramError `invalid-options` where they do not fit the settings. */
export function toTrainerConfig(settings: ResolvedSettings, tensors: readonly TensorInfo[]): NativeTrainerConfig {
  const { objective, structure, augment, optimizer, gradientClip, logitScale } = settings;
  return {
    objective: toObjectiveConfig(objective),
    structure: {
      grid: structure.grid,
      imageRole: structure.image,
      imageShare: structure.share,
      textRole: structure.text,
      weight: structure.weight,
    },
    augment,
    optimizer: optimizer.kind,
    momentum: optimizer.momentum,
    beta1: optimizer.beta1,
    beta2: optimizer.beta2,
    epsilon: optimizer.epsilon,
    weightDecay: optimizer.weightDecay,
    gradientClip,
    maxLogScale: Math.log(logitScale.maximum),
    ...trainedParts(settings, tensors),
    teacher: needsTeacher(objective) ? { decay: objective.teacherDecay } : null,
  };
}
