import { type CompositionItem, hashBytes, type LabelledImage, type PairSet, type RetrievalItem } from '@anagram/core';
import {
  emojiSceneClasses,
  emojiSceneGallery,
  emojiSceneItems,
  emojiScenes,
  loadArtwork,
  type Vendor,
} from '@anagram/worlds/emoji-scenes';
import { type ShapeStyle, shapeClasses, shapeGallery, shapeItems, shapes } from '@anagram/worlds/shapes';

/** What a row needs of a world. */
export interface World {
  readonly name: 'emoji' | 'shapes';
  readonly training: PairSet;
  /** `validation`: held-out combinations of a vendor that training knows. `test`: held-out combinations of the held-out vendor. */
  items(split: 'validation' | 'test', perCategory: number): readonly CompositionItem[];
  /** `number`: another gallery for each, from 0 on. */
  gallery(split: 'validation' | 'test', count: number, number?: number): readonly RetrievalItem[];
  /** Pictures of one thing each, of the same vendor or style: zero-shot classification. Classes are named with their article. */
  classes(
    split: 'validation' | 'test',
    perClass: number,
  ): { readonly classes: readonly string[]; readonly items: readonly LabelledImage[] };
}

export const worldNames = ['emoji', 'shapes'] as const;
export type WorldName = (typeof worldNames)[number];

/** Scenes that training draws from. */
const count = 200_000;
/** Of the test's items and gallery; no setting is chosen by them. */
const testSeed = 2027;
const seedOf = { validation: 21, test: testSeed } as const;

/** Vendors of a world of emoji, styles of one of shapes. */
export interface WorldStyles {
  readonly train: readonly string[];
  /** May be one of `train`: held-out combinations make the split then. */
  readonly validation: string;
  readonly test: string;
}

const proofStyles: { readonly [name in WorldName]: WorldStyles } = {
  emoji: { train: ['noto', 'openmoji', 'fluent'], validation: 'fluent', test: 'twemoji' },
  shapes: { train: ['soft', 'toon', 'night'], validation: 'toon', test: 'print' },
};

/** @param options `styles`: others than the proof's. */
export async function openWorld(
  name: WorldName,
  { styles = {}, signal }: { styles?: Partial<WorldStyles>; signal?: AbortSignal | undefined } = {},
): Promise<World> {
  const { train, ...ofSplit } = { ...proofStyles[name], ...styles };
  if (name === 'shapes') {
    const style = ofSplit as { [split in 'validation' | 'test']: ShapeStyle };
    return {
      name,
      training: shapes({ styles: train as ShapeStyle[], split: 'train', count, seed: 1 }),
      items: (split, perCategory) => shapeItems({ style: style[split], split, perCategory, seed: seedOf[split] }),
      gallery: (split, count, number = 0) =>
        shapeGallery({ style: style[split], split, count, seed: seedOf[split] + number }),
      classes: (split, perClass) => shapeClasses({ style: style[split], perClass, seed: seedOf[split] }),
    };
  }
  const artwork = await loadArtwork(signal ? { signal } : {});
  const vendor = ofSplit as { [split in 'validation' | 'test']: Vendor };
  return {
    name,
    training: emojiScenes({ artwork, vendors: train as Vendor[], split: 'train', count, seed: 1 }),
    items: (split, perCategory) =>
      emojiSceneItems({ artwork, vendor: vendor[split], split, perCategory, seed: seedOf[split] }),
    gallery: (split, count, number = 0) =>
      emojiSceneGallery({ artwork, vendor: vendor[split], split, count, seed: seedOf[split] + number }),
    classes: (split, perClass) => emojiSceneClasses({ artwork, vendor: vendor[split], perClass, seed: seedOf[split] }),
  };
}

/** Both sides of each contrast as ordinary pairs without negatives: pair 2k and 2k + 1 of the set are pair k and its negative. */
export function takenApart(set: PairSet): PairSet {
  return {
    name: `${set.name}-apart`,
    length: set.length * 2,
    fingerprint: hashBytes(`apart ${set.fingerprint}`),
    category: (index) => set.category(index >> 1),
    async pair(index, imageSize, fit) {
      const { image, text, imageKey, weight, negatives } = await set.pair(index >> 1, imageSize, fit);
      if (index % 2 === 0) return { image, text, imageKey, weight, negatives: [] };
      const [other] = negatives;
      return { image: other!.image!, text: other!.text!, imageKey: other!.imageKey!, weight, negatives: [] };
    },
    texts: () => set.texts(),
  };
}
