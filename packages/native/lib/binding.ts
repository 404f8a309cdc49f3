import type { NativeObjectiveConfig } from './objective-config.ts';
import type { NativeObjectiveInput, NativeObjectiveResult } from './objective-input.ts';

/**
 * The typed contract of the addon: everything that crosses the border, on one screen, mirrored by `src/addon.cc`.
 * Typed arrays and numbers only; no JSON, no callbacks. Every promise settles on the calling JS thread. Each model has one
 * long-lived engine thread on which all its work runs in order, its trainer's too, so that two models train side by side;
 * what belongs to no model (resize, shuffle, products, objective) runs on one engine thread of the JS context.
 */
export interface Binding {
  info(): AddonInfo;
  /** Sets the intra-op threads of every engine in this process. Call before the first model. */
  setThreads(count: number): void;
  /** Asks every engine thread of this JS context to finish its current job and joins it. Idempotent. */
  stop(): void;
  /** Returns free heap pages to the system (glibc `malloc_trim`); a no-op elsewhere. */
  trimMemory(): void;

  /** Builds the towers with fresh weights, initialised as open_clip does, from `seed`. */
  createModel(config: NativeClipConfig, seed: number, device: string): Promise<NativeModel>;
  createTrainer(model: NativeModel, config: NativeTrainerConfig): Promise<NativeTrainer>;

  /** Resizes as Pillow 13 does, level by level. `pixels` (height, width, 3) → (window.height, window.width, 3). */
  resize(pixels: Uint8Array, height: number, width: number, resize: NativeResize): Promise<Uint8Array>;
  /** Antialiased bicubic on floats, as for position embeddings. `values` (height, width, channels) → (outHeight, outWidth, channels). */
  resizeGrid(
    values: Float32Array,
    height: number,
    width: number,
    outHeight: number,
    outWidth: number,
  ): Promise<Float32Array>;
  /** Cuts each picture N×N and permutes the tiles, never the identity. `pixels` (count, size, size, 3). */
  shufflePatches(pixels: Uint8Array, count: number, size: number, grid: number, seed: number): Promise<Uint8Array>;
  /** Exact top-k by inner product. `queries` (Q, D), `rows` (N, D) → (Q, k), best first. */
  nearest(queries: Float32Array, rows: Float32Array, width: number, k: number): Promise<Neighbours>;
  /** `left` (N, D), `right` (M, D) → (N, M): left_i · right_j. Last digits may differ with the rows that it is computed beside. */
  innerProducts(left: Float32Array, right: Float32Array, width: number): Promise<Float32Array>;
  /** The whole objective on given embeddings, with its gradients: for tests, benchmarks and custom loops. */
  objective(input: NativeObjectiveInput, config: NativeObjectiveConfig): Promise<NativeObjectiveResult>;
}

export interface NativeResize {
  height: number;
  width: number;
  /** The part of the resized picture that is wanted; the rest is not computed. */
  window: { left: number; top: number; width: number; height: number };
  interpolation: 'nearest' | 'bilinear' | 'bicubic';
}

export interface AddonInfo {
  /** libtorch at run time, e.g. `2.13.0`. */
  libtorch: string;
  /** libtorch whose headers the addon was compiled against; a different minor is refused at load. */
  compiledAgainst: string;
  cuda: boolean;
  /** `cpu`, and `cuda:0` … where there are any. */
  devices: string[];
  threads: number;
}

/** Flat form of an open_clip model config. Sizes in pixels, tokens, channels. */
export interface NativeClipConfig {
  embedDim: number;
  /** QuickGELU (x·σ(1.702x)) instead of GELU, in both towers. */
  quickGelu: boolean;
  imageMean: [number, number, number];
  imageStd: [number, number, number];
  logitScaleInit: number;
  vision:
    | {
        kind: 'transformer';
        imageSize: number;
        patchSize: number;
        width: number;
        layers: number;
        heads: number;
        mlpRatio: number;
        /** `patch`: one strided convolution (CLIP). `conv`: 3×3 stride-2 convolutions with batch-free norm, then tokens. */
        stem: 'patch' | 'conv';
      }
    | { kind: 'resnet'; imageSize: number; width: number; layers: [number, number, number, number]; heads: number };
  text: { contextLength: number; vocabSize: number; width: number; heads: number; layers: number; mlpRatio: number };
  /**
   * SigLIP's towers in place of CLIP's: no class token, attention pooling with a learned query, no causal mask, texts filled
   * with `padToken` and read at their last position, a logit bias. Wants a patch stem, and `embedDim` = the image tower's width.
   */
  siglip?: {
    padToken: number;
    /** GELU by its tanh approximation (transformers, big_vision), or exact. */
    tanhGelu: boolean;
    logitBiasInit: number;
  };
  /** A reader of triples beside the text tower, `layers` deep: unit(text + weight · knowledge). */
  knowledge?: { layers: number; weight: number };
  /** A reader of what a detector says of regions: `width` numbers each, through the last `layers` of a vision transformer. */
  regions?: { width: number; layers: number };
}

/** What a detector says of the pictures of K pairs, on V levels of each; for models with `regions`. */
export interface NativeRegions {
  /** (ΣN, width), those of a picture side by side. */
  features: Float32Array;
  /** (K) how many regions each picture has, at least 1. */
  counts: Int32Array;
  /** (V, K) numbers of the pairs, level by level. */
  rows: Int32Array;
  /** (K, L) tokens of the tags. */
  tags: Int32Array;
  tagLengths: Int32Array;
  /** (K) equal numbers = equal tags. */
  tagGroups: Int32Array;
}

/** What texts say, in N triples of head, relation and tail; for models with `knowledge`. */
export interface NativeTriples {
  /** (N, 3, C) token ids of the phrases, without start and end token. */
  tokens: Int32Array;
  /** (N, 3) tokens of each phrase, 1 to C. */
  lengths: Int32Array;
  /** (N) row of each triple's text, ascending. */
  texts: Int32Array;
}

export interface TensorInfo {
  /** open_clip's parameter name, e.g. `visual.conv1.weight`, `transformer.resblocks.0.attn.in_proj_weight`. */
  name: string;
  shape: number[];
  /** False for buffers (running statistics). */
  trainable: boolean;
}

export interface NativeModel {
  tensors(): TensorInfo[];
  readTensor(name: string): Promise<Float32Array>;
  writeTensor(name: string, values: Float32Array): Promise<void>;
  /** `pixels` (count, imageSize, imageSize, 3) RGB 0–255 → (count, embedDim) rows of unit length. */
  encodeImages(pixels: Uint8Array, count: number): Promise<Float32Array>;
  /** `ids` (count, contextLength), end-of-text token at `lengths[i] - 1`, anything after it ignored → unit rows. */
  encodeTexts(ids: Int32Array, lengths: Int32Array, triples?: NativeTriples): Promise<Float32Array>;
  logitScale(): Promise<number>;
  dispose(): void;
}

export interface NativeStructureConfig {
  /** N of the N×N cut of I'_S. */
  grid: number;
  imageRole: 'negative' | 'positive' | 'off';
  /** Share of each batch's pairs whose picture is shuffled, 0–1. */
  imageShare: number;
  textRole: 'negative' | 'positive' | 'off';
  /** Weight of the structure terms. */
  weight: number;
}

/** Random picture changes inside the step, from the step's seed. All 0 = off. Never mirrors: left and right carry meaning. */
export interface NativeAugmentConfig {
  /** Scale is drawn from [1 - scale, 1 + scale]. */
  scale: number;
  /** Shift in parts of the width, drawn from [-shift, shift] on both axes. */
  shift: number;
  /** Rotation in degrees, drawn from [-rotation, rotation]. */
  rotation: number;
  /** Contrast and brightness factors are drawn from [1 - contrast, 1 + contrast]. */
  contrast: number;
  /** Each channel's factor is drawn from [1 - tint, 1 + tint]. */
  tint: number;
}

export interface NativeTrainerConfig {
  objective: NativeObjectiveConfig;
  structure: NativeStructureConfig;
  augment: NativeAugmentConfig;
  /** `muon`: Muon for the matrices of transformer blocks, AdamW for the rest. */
  optimizer: 'adamw' | 'muon';
  /** Of Muon. */
  momentum: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Decoupled; not applied to gains, biases, class and position embeddings, logit scale. */
  weightDecay: number;
  /** Largest global gradient norm; 0 = no clipping. */
  gradientClip: number;
  /** ln s is clamped to [0, maxLogScale] after each step; ln 100 = 4.6052 in CLIP. */
  maxLogScale: number;
  /** Parameters that keep their values: no gradient, no state, no decay. Batch norm whose gain is frozen keeps its statistics. */
  frozen: string[];
  /** Factor of the step's learning rate by parameter, that of a matrix for its adapters too; 1 where none is named. */
  rates: Record<string, number>;
  lora: NativeLoraConfig | null;
  /** Moving average of the weights: d·θ̄ + (1-d)·θ with d = decay, or with warmup min(decay, (1+t)/(10+t)) at step t. */
  ema: { decay: number; warmup: boolean } | null;
  /** The model as the trainer finds it, which then follows as d·θᵗ + (1-d)·θ; d = 1: it stays. For the terms that need one. */
  teacher?: { decay: number } | null;
}

/** W = W₀ + (alpha / rank)·B·A on frozen matrices; outside of a step the model's tensors are W, merged. */
export interface NativeLoraConfig {
  rank: number;
  alpha: number;
  /** Decides the first A; B begins at 0. */
  seed: number;
  /** On rows [begin, begin + rows) of a matrix of the model; the tensors are `NAME.lora_A` and `NAME.lora_B`. */
  adapters: { name: string; matrix: string; begin: number; rows: number }[];
}

/**
 * One step's data. The first P pictures and the first P texts are the pairs (row r: picture r, text r); what follows
 * are lone negatives. Own negatives may point at pairs too, so that a negative pair can be a row of its own.
 */
export interface NativeBatch {
  /** P, at least 1. */
  pairs: number;
  /** (NI, size, size, 3), NI ≥ P. */
  images: Uint8Array;
  /** (NT, L), NT ≥ P; L at most the context length. */
  texts: Int32Array;
  /** (NT) tokens up to and with the end-of-text token. */
  textLengths: Int32Array;
  /** (NI) equal numbers = equal pictures: no negatives of each other. */
  imageGroups: Int32Array;
  /** (NT) equal numbers = equal texts: no negatives of each other. */
  textGroups: Int32Array;
  /** (P) weight of each pair; normalised to mean 1 inside. */
  weights: Float32Array;
  /** Own negative texts, compressed rows: those of row r are `index[offset[r]] … index[offset[r+1]-1]`, numbers into texts. */
  ownTextOffsets: Int32Array; // (P+1)
  ownTextIndex: Int32Array;
  ownImageOffsets: Int32Array; // (P+1)
  ownImageIndex: Int32Array;
  /** Extra (picture, text) pairs that are true though their groups differ: masked wherever they would be negatives. */
  alsoTrue: Int32Array; // (2·M)
  /** (P, L) shuffled texts T'_S, or empty; length 0 = too short to be shuffled, masked out. */
  shuffledTexts: Int32Array;
  shuffledTextLengths: Int32Array;
  /** (R, L) other wordings of the texts of R ≤ P pairs. */
  paraphrases: Int32Array;
  paraphraseLengths: Int32Array;
  /** (R) their pairs, each at most once. */
  paraphraseRows: Int32Array;
  regions?: NativeRegions;
  /** Of texts, shuffled texts, paraphrases and tags, counted on in this order. */
  triples?: NativeTriples;
  /** Seeds augmentation and patch shuffle; below 2^53. */
  seed: number;
}

export interface StepResult {
  loss: number;
  /** Before clipping. */
  gradientNorm: number;
  /** exp of the parameter, after the step. */
  logitScale: number;
  /** False: loss or gradient was not finite and the weights were left alone. */
  applied: boolean;
  /** Pictures that went through the image tower, shuffled ones included. */
  imagesSeen: number;
  /** Unweighted value of each active term, by the name of its weight; `structureImages` and `structureTexts`. */
  terms: Record<string, number>;
  /** (P) cosine of the pair minus the best cosine of its own negatives, both directions; NaN where a row has none. */
  ownMargin: Float32Array;
  /**
   * (P) the pair's own contrastive loss, mean of both directions; its part of the sigmoid term where that stands alone. Empty
   * where neither is minimised.
   */
  pairLoss: Float32Array;
}

export interface NativeEmbedded {
  /** (NI, embedDim), rows of unit length; lone negatives behind the pairs. */
  images: Float32Array;
  /** (NT, embedDim) */
  texts: Float32Array;
  /** s, not ln s. */
  logitScale: number;
  /** b, or null for CLIP. */
  logitBias: number | null;
}

/** Of a loss, with respect to what `begin` gave. */
export interface NativeEmbeddingGradients {
  loss: number;
  images: Float32Array;
  texts: Float32Array;
  logitScale: number;
  logitBias: number;
}

export interface NativeTrainer {
  step(batch: NativeBatch, learningRate: number): Promise<StepResult>;
  /**
   * The first half of a step with a loss of one's own: embeds the batch and keeps the graph. What begins next drops a step
   * that was not finished; until then the model is in training mode.
   */
  begin(batch: NativeBatch): Promise<NativeEmbedded>;
  /** The second half: sends gradients back through the graph and changes the weights. The configured objective plays no part. */
  finish(gradients: NativeEmbeddingGradients, learningRate: number): Promise<StepResult>;
  /**
   * `exp_avg.NAME` and `exp_avg_sq.NAME` of what AdamW trains, `momentum_buffer.NAME` of what Muon does, `NAME.lora_A`,
   * `NAME.lora_B` and `lora_base.MATRIX` (W₀) of adapters, `ema.NAME` and `teacher.NAME` of what a step may change.
   */
  stateTensors(): TensorInfo[];
  readState(name: string): Promise<Float32Array>;
  writeState(name: string, values: Float32Array): Promise<void>;
  /** Optimizer steps applied so far (Adam's t). */
  readonly stepCount: number;
  setStepCount(count: number): void;
  dispose(): void;
}

export interface Neighbours {
  index: Int32Array; // (Q, k)
  score: Float32Array; // (Q, k)
}
