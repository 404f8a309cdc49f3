import type { NativeObjectiveConfig } from '@anagram/native';
import * as z from 'zod';

/** Which sides of a pair's own negatives its terms compare with, and whether they match paraphrases. */
export function usesOf(objective: ResolvedObjective): { texts: boolean; images: boolean; paraphrases: boolean } {
  const { ownTexts, rankTexts, textContrast, teacherContrast, ownImages, rankImages } = objective;
  return {
    texts: ownTexts + rankTexts + textContrast + teacherContrast > 0,
    images: ownImages + rankImages > 0,
    paraphrases: objective.paraphrases + objective.paraphraseDistance > 0,
  };
}

/** What is minimised, term by term, and how negatives enter the batch. */
export interface ObjectiveSettings {
  /** Weight of symmetric InfoNCE over the rows of the batch. Default 1. */
  contrastive?: number;
  /**
   * Weight of SigLIP's sigmoid loss, which judges each picture with each text by itself (Zhai et al. 2023). For models with
   * SigLIP's towers alone, which have the logit bias that it needs. Default 0.
   */
  sigmoid?: number;
  /** Lone negatives are columns for every row of the contrastive or sigmoid term, not for their own pair alone. Default false. */
  sharedNegatives?: boolean;
  /**
   * A pair's own negatives are columns of its contrastive softmax, and entries of its sigmoid term, too. False: the pairwise terms alone see them, so that the
   * nearest negative does not crowd out all others (FSC-CLIP, Oh et al. 2024). Default true.
   */
  ownInContrastive?: boolean;
  /** Weight of the pairwise term over a picture's own text and its own negative texts. Default 0. */
  ownTexts?: number;
  /** Weight of the pairwise term over a text's own picture and its own negative pictures. Default 0. */
  ownImages?: number;
  /** γ of both pairwise terms: each entry counts by (1 - p)^γ, so that what is learned weighs less (FSC-CLIP). 0, or at least 1. Default 0. */
  focal?: number;
  /** Part of the pairwise terms' target that is spread over own and negatives alike, 0–1 (FSC-CLIP). Default 0. */
  labelSmoothing?: number;
  /** Weight of the hinge by which a picture's own text must beat each of its own negative texts. Default 0. */
  rankTexts?: number;
  /** Weight of the hinge by which a text's own picture must beat each of its own negative pictures. Default 0. */
  rankImages?: number;
  /** Of `rankTexts` and `rankImages`: in cosines, or `adaptive`, the batch's mean gap in logits (CE-CLIP). Default 0.2. */
  margin?: number | 'adaptive';
  /** Weight of the hinge on the hardest negative of the batch, both directions (VSE++, Structure-CLIP). Default 0. */
  hardest?: number;
  /** Of `hardest`, in cosines. Default 0.2. */
  hardestMargin?: number;
  /** Weight of the term by which a text must be closer to its picture than to its own negative texts (CE-CLIP). Default 0. */
  textContrast?: number;
  /** Weight of KL to targets as soft as pictures, and texts, are alike among themselves (SoftCLIP). Default 0. */
  softTargets?: number;
  /** The same among the negatives alone. Default 0. */
  softRelations?: number;
  /** Part of the target of `softTargets` that is soft, 0–1. Default 1. */
  softShare?: number;
  /** Temperature of the likeness in soft targets. Default 0.1. */
  softTemperature?: number;
  /** Weight of InfoNCE with label smoothing over the negatives (PyramidCLIP). Default 0. */
  softened?: number;
  /** Part of the target of `softened` and `crossLevels` that lies on the negatives, 0–1. Default 0.2. */
  softenedShare?: number;
  /**
   * Weight of the cross level (PyramidCLIP): regions are compared with texts and their tags with pictures, each softened by `softenedShare`. Counts
   * pairs with `regions`, for a model that reads them. Default 0.
   */
  crossLevels?: number;
  /** Weight of the complementary term, which pushes negatives away and pulls no positive: robust to wrong pairs (RCL). Default 0. */
  complementary?: number;
  /**
   * Weight of KL from the similarity distributions of a teacher, both directions (open_clip's distillation): the model stays
   * near what it was, so that fine-tuning forgets less. Default 0.
   */
  distil?: number;
  /** Weight of the squared distance of every embedding from the teacher's, summed and divided by the pairs (DeGLA). Default 0. */
  featureDistil?: number;
  /** Weight of the term by which a text must be closer to the teacher's embedding of it than to its own negative texts (DeGLA). Default 0. */
  teacherContrast?: number;
  /**
   * The teacher of the three terms before: 1, the model as the run began; below 1, an average that follows the model, θᵗ ← d·θᵗ + (1-d)·θ
   * at each step (DeGLA: 0.9996). Costs a forward pass of both towers, and its weights in every checkpoint. Default 1.
   */
  teacherDecay?: number;
  /**
   * Weight of the term by which a paraphrase must find its text among the batch's (READ-CLIP). A pair's own paraphrases count; an English
   * caption that has none is reworded by rules, for this term alone. Default 0.
   */
  paraphrases?: number;
  /** Weight of the squared distance of a text from its paraphrase (CLIC). Default 0. */
  paraphraseDistance?: number;
  /**
   * In every n-th step, from the first on, two pairs at a time are joined: their pictures side by side or one above the other, each half as
   * wide or high, their texts one after the other, with the other order as paraphrase and one word exchanged between them as
   * negative text (CLIC; English). 0: never. Default 0.
   */
  joinedEvery?: number;
  /**
   * Each pair is two rows: a global crop of its picture (90–100 % of the area) with the things that its text names, and a local one
   * (50–100 %) with the text itself (PyramidCLIP; the summary is English), and `softened` compares rows of one level. They come without negatives of their own. Default false.
   */
  levels?: boolean;
  /**
   * A negative with text and picture is a pair of its own: a row of the contrastive term, and own negative of its pair as
   * its pair is of it. False: its text is a lone negative text, and its picture a lone negative picture where `ownImages`
   * is not 0. Default true.
   */
  negativePairs?: boolean;
  /** Negatives drawn for a pair at each step, 0–16. Default 1. */
  negativesPerPair?: number;
  /**
   * Share of the drawn negatives that keep their picture, 0–1; the others are negative texts alone, which cost no picture of the
   * batch, so that it shows more different pairs. Default 1.
   */
  negativeImages?: number;
  /** Rows and columns of a tile of the similarity matrix; changes memory and speed, not the result. Default 512. */
  tile?: number;
}

const share = z.number().min(0).max(1);
const weight = z.number().min(0);

export const objectiveSchema = z.strictObject({
  contrastive: weight.default(1),
  sigmoid: weight.default(0),
  sharedNegatives: z.boolean().default(false),
  ownInContrastive: z.boolean().default(true),
  ownTexts: weight.default(0),
  ownImages: weight.default(0),
  focal: z
    .number()
    .refine((value) => value === 0 || value >= 1, 'expected 0, or at least 1: below, the gradient has no bound')
    .default(0),
  labelSmoothing: share.default(0),
  rankTexts: weight.default(0),
  rankImages: weight.default(0),
  margin: z.union([z.literal('adaptive'), weight]).default(0.2),
  hardest: weight.default(0),
  hardestMargin: weight.default(0.2),
  textContrast: weight.default(0),
  softTargets: weight.default(0),
  softRelations: weight.default(0),
  softShare: share.default(1),
  softTemperature: z.number().positive().default(0.1),
  softened: weight.default(0),
  softenedShare: share.default(0.2),
  crossLevels: weight.default(0),
  complementary: weight.default(0),
  distil: weight.default(0),
  featureDistil: weight.default(0),
  teacherContrast: weight.default(0),
  teacherDecay: share.default(1),
  paraphrases: weight.default(0),
  paraphraseDistance: weight.default(0),
  joinedEvery: z.int().min(0).default(0),
  levels: z.boolean().default(false),
  negativePairs: z.boolean().default(true),
  negativesPerPair: z.int().min(0).max(16).default(1),
  negativeImages: share.default(1),
  tile: z.int().min(1).default(512),
});

/** Settings with every default filled in. */
export type ResolvedObjective = z.output<typeof objectiveSchema>;

/** The settings that are weights of terms; the others shape a term, or the batch. */
export const objectiveTerms = [
  ...(['contrastive', 'sigmoid', 'ownTexts', 'ownImages', 'rankTexts', 'rankImages', 'hardest'] as const),
  ...(['textContrast', 'softTargets', 'softRelations', 'softened', 'crossLevels', 'complementary'] as const),
  ...(['distil', 'featureDistil', 'teacherContrast', 'paraphrases', 'paraphraseDistance'] as const),
] satisfies readonly (keyof ObjectiveSettings)[];

/** Terms that compare the model with a teacher. */
export function needsTeacher({ distil, featureDistil, teacherContrast }: ResolvedObjective): boolean {
  return distil > 0 || featureDistil > 0 || teacherContrast > 0;
}

/** The part of the settings that a step needs; the rest decides how batches are made. */
export function toObjectiveConfig(objective: ResolvedObjective): NativeObjectiveConfig {
  const { negativePairs, negativesPerPair, negativeImages, joinedEvery, levels, teacherDecay, margin, ...terms } =
    objective;
  return { ...terms, levels: levels ? 2 : 1, margin: margin === 'adaptive' ? null : margin };
}
