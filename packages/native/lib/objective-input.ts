/** What the objective alone is computed from, without a model. Part of `binding.ts`. */
export interface NativeObjectiveInput {
  /** (NI, width) and (NT, width); rows of unit length. */
  images: Float32Array;
  texts: Float32Array;
  width: number;
  pairs: number;
  imageGroups: Int32Array;
  textGroups: Int32Array;
  weights: Float32Array;
  ownTextOffsets: Int32Array;
  ownTextIndex: Int32Array;
  ownImageOffsets: Int32Array;
  ownImageIndex: Int32Array;
  alsoTrue: Int32Array;
  /** s, not ln s. */
  logitScale: number;
  /** b of the sigmoid term. */
  logitBias?: number;
  /** (R, width) of the pairs `paraphraseRows` (R). */
  paraphrases?: Float32Array;
  paraphraseRows?: Int32Array;
  /** (K, width) of what a detector sees and says, `tagGroups` (K), `rows` (V, K) pairs. */
  regions?: { images: Float32Array; tags: Float32Array; tagGroups: Int32Array; rows: Int32Array };
  /** What a teacher makes of the same pictures and texts. */
  teacher?: { images: Float32Array; texts: Float32Array; logitScale: number };
  /** Float64 arithmetic inside (finite-difference tests). */
  double?: boolean;
}

/** Loss and gradients; the gradients' rows are those of the input. */
export interface NativeObjectiveResult {
  loss: number;
  terms: Record<string, number>;
  imageGradients: Float32Array | Float64Array;
  textGradients: Float32Array | Float64Array;
  /** Empty without paraphrases. */
  paraphraseGradients: Float32Array | Float64Array;
  /** Empty without regions, as the next. */
  regionGradients: Float32Array | Float64Array;
  tagGradients: Float32Array | Float64Array;
  /** With respect to s. */
  logitScaleGradient: number;
  /** 0 without a logit bias. */
  logitBiasGradient: number;
}
