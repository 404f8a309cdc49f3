import {
  type Captioner,
  encodePng,
  hashBytes,
  type Illustrator,
  type PairSet,
  Random,
  type Repairer,
  type Source,
} from '@anagram/core';

/** How a stand-in answers about one scene. */
type Answer = 'right' | 'changed' | 'other';

export interface StandIns {
  readonly generators: {
    readonly captioner: Captioner;
    readonly repairer: Repairer;
    readonly illustrator: Illustrator;
  };
  /** Whether the illustrator draws what a lone text says; only a measurement may ask. */
  readonly drawsRight: (text: string) => boolean;
}

/**
 * In the place of models that see and draw, none of which can be had here: they know the scenes, and err as often as they are told. A wrong answer
 * is, half of the time, the scene's own contrast (its caption or picture with one thing changed, the mistake that models make), else another scene's.
 * One answer a question, decided by the seed and the scene, so that asking again changes nothing.
 * @param options `source`: the noisy corpus of `set`'s first scenes, in their order; `accuracy`: share of right answers, 0–1.
 */
export async function standIns(options: {
  readonly source: Source;
  readonly set: PairSet;
  readonly size: number;
  readonly accuracy: number;
  readonly seed: number;
}): Promise<StandIns> {
  const { source, set, size, accuracy, seed } = options;
  const sceneOf = new Map<string, number>(); // hash of a picture, or a lone text
  let count = 0;
  for await (const { image, text } of source.records()) {
    sceneOf.set(image ? hashBytes(await image.bytes()) : text!, count++);
  }
  const draw = (kind: string, index: number): { answer: Answer; other: number } => {
    const random = new Random('stand-in', kind, seed, index);
    const right = random.float() < accuracy;
    const other = (index + 1 + random.below(count - 1)) % count;
    return { answer: right ? 'right' : random.float() < 0.5 ? 'changed' : 'other', other };
  };
  const answer = async (kind: string, index: number): Promise<{ text: string; image: () => Promise<Uint8Array> }> => {
    const { answer: given, other } = draw(kind, index);
    const { image, text, negatives } = await set.pair(given === 'other' ? other : index, size);
    const [changed] = negatives;
    return given === 'changed'
      ? { text: changed!.text!, image: () => encodePng(changed!.image!) }
      : { text, image: () => encodePng(image) };
  };
  const say = async (image: Uint8Array) => [(await answer('text', sceneOf.get(hashBytes(image))!)).text];
  const id = `stand-in-${accuracy}-${seed}`;
  const illustrate: Illustrator['illustrate'] = async ({ text }) => {
    const { image } = await answer('picture', sceneOf.get(text)!);
    return [await image()];
  };
  return {
    generators: {
      captioner: { id, caption: ({ image }) => say(image) },
      repairer: { id, repair: ({ image }) => say(image) },
      illustrator: { id, illustrate },
    },
    drawsRight: (text) => draw('picture', sceneOf.get(text)!).answer === 'right',
  };
}
