import type { NativeBatch, NativeClipConfig, NativeTrainerConfig } from '../lib/index.ts';

/** The smallest model of each kind that still has every part. */
export const tiny: NativeClipConfig = {
  embedDim: 16,
  quickGelu: false,
  imageMean: [0.5, 0.5, 0.5],
  imageStd: [0.25, 0.25, 0.25],
  logitScaleInit: Math.log(10),
  vision: {
    kind: 'transformer',
    imageSize: 16,
    patchSize: 8,
    width: 16,
    layers: 2,
    heads: 2,
    mlpRatio: 2,
    stem: 'patch',
  },
  text: { contextLength: 8, vocabSize: 20, width: 16, heads: 2, layers: 2, mlpRatio: 2 },
};

export const tinyConvStem: NativeClipConfig = { ...tiny, vision: { ...tiny.vision, stem: 'conv' } as never };

export const tinySiglip: NativeClipConfig = {
  ...tiny,
  siglip: { padToken: 1, tanhGelu: true, logitBiasInit: -10 },
};

export const tinyResNet: NativeClipConfig = {
  ...tiny,
  vision: { kind: 'resnet', imageSize: 64, width: 2, layers: [1, 1, 1, 1], heads: 4 },
};

/** Contrastive alone; nothing random in the step. */
export const plain: NativeTrainerConfig = {
  objective: {
    contrastive: 1,
    sigmoid: 0,
    sharedNegatives: true,
    ownInContrastive: true,
    ownTexts: 0,
    ownImages: 0,
    tile: 512,
  },
  structure: { grid: 2, imageRole: 'off', imageShare: 0, textRole: 'off', weight: 0 },
  augment: { scale: 0, shift: 0, rotation: 0, contrast: 0, tint: 0 },
  optimizer: 'adamw',
  momentum: 0.95,
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-6,
  weightDecay: 0.1,
  gradientClip: 1,
  maxLogScale: 4.6052,
  frozen: [],
  rates: {},
  lora: null,
  ema: null,
};

/** Every term and every random change, both optimizers. */
export const everything: NativeTrainerConfig = {
  ...plain,
  optimizer: 'muon',
  objective: { ...plain.objective, ownTexts: 0.5, ownImages: 0.5 },
  structure: { grid: 2, imageRole: 'negative', imageShare: 0.5, textRole: 'negative', weight: 0.3 },
  augment: { scale: 0.1, shift: 0.1, rotation: 5, contrast: 0.2, tint: 0.1 },
};

/** Numbers in [0, 1) from a seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

const numbers = (count: number) => Int32Array.from({ length: count }, (_, index) => index);

/**
 * Texts between a start and an end token, the rest padding: ids (count, context), lengths. The first word is the row's
 * number, so no two of the first 17 are equal.
 */
export function texts(
  count: number,
  config: NativeClipConfig,
  next: () => number,
  length = () => 3 + Math.floor(next() * 6),
) {
  const { contextLength, vocabSize } = config.text;
  const ids = new Int32Array(count * contextLength);
  const lengths = Int32Array.from({ length: count }, length);
  lengths.forEach((end, row) => {
    for (let at = 1; at < end - 1; at++) {
      ids[row * contextLength + at] = 1 + (at === 1 ? row % (vocabSize - 3) : Math.floor(next() * (vocabSize - 3)));
    }
    ids[row * contextLength] = vocabSize - 2;
    ids[row * contextLength + end - 1] = vocabSize - 1;
  });
  return { ids, lengths };
}

export function pixels(count: number, config: NativeClipConfig, next: () => number): Uint8Array {
  return Uint8Array.from({ length: count * config.vision.imageSize ** 2 * 3 }, () => Math.floor(next() * 256));
}

/** `pairs` random pairs and as many lone texts and pictures, each the own negative of one pair. */
export function batchWithNegatives(pairs: number, config: NativeClipConfig, seed: number): NativeBatch {
  const batch = batchOfPairs(pairs, config, seed, 2 * pairs);
  const next = random(seed + 1);
  const shuffled = texts(pairs, config, next);
  const own = { offsets: numbers(pairs + 1), index: numbers(pairs).map((row) => row + pairs) };
  return {
    ...batch,
    pairs,
    weights: new Float32Array(pairs).fill(1),
    ownTextOffsets: own.offsets,
    ownTextIndex: own.index,
    ownImageOffsets: own.offsets,
    ownImageIndex: own.index,
    shuffledTexts: shuffled.ids,
    shuffledTextLengths: shuffled.lengths.map((length, row) => (row === 0 ? 0 : length)),
  };
}

/** Pairs that are all different, without negatives of their own (K = 0); `rows` ≥ `pairs` pictures and texts. */
export function batchOfPairs(pairs: number, config: NativeClipConfig, seed: number, rows = pairs): NativeBatch {
  const next = random(seed);
  const { ids, lengths } = texts(rows, config, next);
  return {
    pairs,
    images: pixels(rows, config, next),
    texts: ids,
    textLengths: lengths,
    imageGroups: numbers(rows),
    textGroups: numbers(rows),
    weights: new Float32Array(pairs).fill(1),
    ownTextOffsets: new Int32Array(pairs + 1),
    ownTextIndex: new Int32Array(),
    ownImageOffsets: new Int32Array(pairs + 1),
    ownImageIndex: new Int32Array(),
    alsoTrue: new Int32Array(),
    shuffledTexts: new Int32Array(),
    shuffledTextLengths: new Int32Array(),
    paraphrases: new Int32Array(),
    paraphraseLengths: new Int32Array(),
    paraphraseRows: new Int32Array(),
    seed,
  };
}
