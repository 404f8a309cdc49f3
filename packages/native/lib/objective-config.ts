/** The objective as the addon takes it: a weight for each term, with what the terms are told. Part of `binding.ts`. */
export interface NativeObjectiveConfig {
  /** Weight of symmetric InfoNCE over the pairs of the batch. */
  contrastive: number;
  /** Weight of SigLIP's sigmoid loss over the pairs of the batch; needs a model with a logit bias. */
  sigmoid: number;
  /** Negatives beyond the pairs become columns for every row of the contrastive or sigmoid term (NegCLIP) when true. */
  sharedNegatives: boolean;
  /** False: a row's own negatives are left out of its contrastive or sigmoid term; the own terms alone see them (FSC-CLIP). */
  ownInContrastive: boolean;
  /** Weight of the pairwise term: softmax over a picture's own text and its own negative texts. */
  ownTexts: number;
  /** Weight of the pairwise term: softmax over a text's own picture and its own negative pictures. */
  ownImages: number;
  // What follows may be left out: weights of 0, and the values named.
  /** γ of both own terms: each entry counts by (1 - p)^γ (FSC-CLIP). 0, or at least 1. */
  focal?: number;
  /** Part of the own terms' target that is spread over own and negatives alike (FSC-CLIP). 0–1. */
  labelSmoothing?: number;
  /** Hinge: a picture's own text before each of its own negative texts, by a margin. */
  rankTexts?: number;
  rankImages?: number;
  /** In cosines; null: adaptive, the batch's mean gap in logits (CE-CLIP). 0.2. */
  margin?: number | null;
  /** Hinge on the hardest negative of the batch, both directions, in cosines (Structure-CLIP). */
  hardest?: number;
  /** 0.2. */
  hardestMargin?: number;
  /** A text closer to its picture than to its own negative texts (CE-CLIP's intra-modal contrast). */
  textContrast?: number;
  /** KL to targets that are as soft as pictures, and texts, are alike among themselves (SoftCLIP). */
  softTargets?: number;
  /** The same among the negatives alone. */
  softRelations?: number;
  /** Part of the target that is soft, 0–1. 1. */
  softShare?: number;
  /** Of the likeness, above 0. 0.1. */
  softTemperature?: number;
  /** InfoNCE with label smoothing over the negatives (PyramidCLIP). */
  softened?: number;
  /** Part of the target that lies on the negatives, 0–1. 0.2. */
  softenedShare?: number;
  /** V pairs in a row are V levels of one; of `softened`, those of one level alone are negatives of each other. 1. */
  levels?: number;
  /** Regions against texts, and pictures against tags, each softened (PyramidCLIP). */
  crossLevels?: number;
  /** -log(1 - p) of every negative, no positive (RCL). */
  complementary?: number;
  /** KL from the teacher's similarity distributions, both directions; needs a teacher. */
  distil?: number;
  /** Squared distance of every embedding from the teacher's, over P (DeGLA); needs a teacher. */
  featureDistil?: number;
  /** A text closer to the teacher's embedding of it than to its own negative texts (DeGLA); needs a teacher. */
  teacherContrast?: number;
  /** A paraphrase finds its text among the batch's (READ-CLIP). */
  paraphrases?: number;
  /** Squared distance of a text from its paraphrase (CLIC). */
  paraphraseDistance?: number;
  /** Rows and columns of a tile of the similarity matrix; memory of the contrastive and sigmoid terms is O(tile²). */
  tile: number;
}
