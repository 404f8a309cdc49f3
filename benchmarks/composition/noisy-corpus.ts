import { defineSource, encodePng, type PairSet, Random, type Source, type SourceRecord } from '@anagram/core';
import { addNoise, type NoiseShares, type NoisyRecord } from '@anagram/worlds/noise';

/** One record as the noise left it. */
export interface RecordTruth {
  readonly kind: NoisyRecord['kind'];
  /** The text that the picture was made with; of a lone text, the text itself. */
  readonly text: string;
  /** Whether a pair's text is its picture's own; null for what is no pair. */
  readonly right: boolean | null;
}

export interface NoisyCorpusOptions {
  /** Whose first pairs are the corpus; their negatives are left behind. */
  readonly set: PairSet;
  readonly count: number;
  readonly noise: NoiseShares;
  readonly seed: number;
  /** Width and height of the pictures in pixels. */
  readonly size: number;
}

/**
 * A finite corpus out of a world: pictures and texts in the set's order, spoilt by the noise. Ids tell nothing, and the same id is the same picture
 * whatever the noise.
 * @returns `truth` says, by record id, what is right; only a measurement may look at it.
 */
export async function noisyCorpus(
  options: NoisyCorpusOptions,
): Promise<{ source: Source; truth: ReadonlyMap<string, RecordTruth> }> {
  const { set, count, noise, seed, size } = options;
  const pictures: Uint8Array[] = [];
  const texts: string[] = [];
  for (let index = 0; index < count; index++) {
    const { image, text } = await set.pair(index, size);
    pictures.push(await encodePng(image));
    texts.push(text);
  }
  const noisy = addNoise(texts, noise, new Random('noisy corpus', seed));
  const truth = new Map<string, RecordTruth>();
  const records = noisy.map(({ kind, text }, i): SourceRecord => {
    const id = `scene-${String(i).padStart(5, '0')}`;
    truth.set(id, { kind, text: texts[i]!, right: kind === 'pair' ? text === texts[i] : null });
    return {
      id,
      ...(kind !== 'image' && { text }),
      ...(kind !== 'text' && { image: { name: `${id}.png`, bytes: async () => pictures[i]! } }),
    };
  });
  const source = defineSource({
    name: 'noisy-scenes',
    settings: { set: set.fingerprint, count, noise: { ...noise }, seed, size },
    records: () => records,
  });
  return { source, truth };
}
