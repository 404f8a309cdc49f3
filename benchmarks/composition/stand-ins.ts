import {
  type Captioner,
  encodePng,
  hashBytes,
  hashPixels,
  type Illustrator,
  type PairSet,
  Random,
  type Repairer,
  type Source,
  type TrainingPair,
} from '@anagram/core';

export interface StandInSettings {
  /** Share of right answers, 0–1. */
  readonly accuracy: number;
  /** Answers to a question at most; each errs by itself. */
  readonly answers: number;
}

export interface StandIns {
  readonly generators: {
    readonly captioner: Captioner;
    readonly repairer: Repairer;
    readonly illustrator: Illustrator;
  };
  /** Whether a picture with this hash of its pixels is the one that a lone text was made with; only a measurement may ask. */
  readonly drawsRight: (text: string, pixelHash: string) => Promise<boolean>;
}

/**
 * In the place of models that see and draw, none of which can be had here: they know the scenes, and err as often as they are told. A wrong answer
 * is, half of the time, the scene's own contrast (its caption or picture with one thing changed, the mistake that models make), else another scene's.
 * Answers are decided by the seed and the scene, so that asking again changes nothing.
 * @param options `source`: the noisy corpus of `set`'s first scenes, in their order.
 */
export async function standIns(
  options: StandInSettings & {
    readonly source: Source;
    readonly set: PairSet;
    readonly size: number;
    readonly seed: number;
  },
): Promise<StandIns> {
  const { source, set, size, accuracy, answers, seed } = options;
  const sceneOf = new Map<string, number>(); // hash of a picture, or a lone text
  let count = 0;
  for await (const { image, text } of source.records()) {
    sceneOf.set(image ? hashBytes(await image.bytes()) : text!, count++);
  }
  const answer = async (
    kind: string,
    index: number,
    wanted: number,
  ): Promise<Pick<TrainingPair, 'image' | 'text'>[]> => {
    const random = new Random('stand-in', kind, seed, index);
    const given = [];
    for (let k = 0; k < Math.min(wanted, answers); k++) {
      const right = random.float() < accuracy;
      const other = (index + 1 + random.below(count - 1)) % count;
      const changed = !right && random.float() < 0.5;
      const { image, text, negatives } = await set.pair(right || changed ? index : other, size);
      const [contrast] = negatives;
      given.push(changed ? { image: contrast!.image!, text: contrast!.text! } : { image, text });
    }
    return given;
  };
  const say = async (image: Uint8Array, wanted: number) => {
    const given = await answer('text', sceneOf.get(hashBytes(image))!, wanted);
    return given.map(({ text }) => text);
  };
  const id = `stand-in-${accuracy}-${answers}-${seed}`;
  const illustrate: Illustrator['illustrate'] = async ({ text, count: wanted }) => {
    const given = await answer('picture', sceneOf.get(text)!, wanted);
    return Promise.all(given.map(({ image }) => encodePng(image)));
  };
  return {
    generators: {
      captioner: { id, caption: ({ image, count: wanted }) => say(image, wanted) },
      repairer: { id, repair: ({ image, count: wanted }) => say(image, wanted) },
      illustrator: { id, illustrate },
    },
    drawsRight: async (text, pixelHash) => {
      const { image } = await set.pair(sceneOf.get(text)!, size);
      return hashPixels(image) === pixelHash;
    },
  };
}
