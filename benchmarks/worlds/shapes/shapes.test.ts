import { composition, detectability, type Embedder } from '@anagram/core';
import { describe, expect, it } from 'vitest';
import { castOf } from './cast.ts';
import { colourNames, colours } from './colours.ts';
import { drawContrast } from './contrast.ts';
import { materials } from './materials.ts';
import { paintShapes } from './paint.ts';
import { type Contrast, type Scene, type ShapeCategory, shapeCategories, shapeSplits, type Thing } from './scene.ts';
import { shapeGallery } from './shape-gallery.ts';
import { shapeItems } from './shape-items.ts';
import { shapes } from './shapes.ts';
import { solidNames } from './solids.ts';
import { shapeStyles } from './styles.ts';
import { readClaim } from './testing/read-claim.ts';
import { isTrue } from './truth.ts';

const each = 400;
const styles = ['soft', 'toon', 'night'] as const;
const draws = (category: ShapeCategory, split: (typeof shapeSplits)[number] = 'train'): Contrast[] =>
  Array.from({ length: each }, (_, i) => drawContrast(category, castOf({ styles, split }), 'test', i));

/** Which fields of a thing a category may change; number and viewpoint are the scene's. */
const changes: { readonly [category in ShapeCategory]: readonly (keyof Thing)[] } = {
  colour: ['colour'],
  material: ['material'],
  quantity: [],
  'absolute-position': ['x', 'y'],
  'relative-position': ['x', 'y'],
  'relative-size': ['size'],
  orientation: ['turn'],
  viewpoint: [],
  negation: [],
};

describe.each(shapeCategories)('%s', (category) => {
  it.each(shapeSplits)(
    'says of each %s scene what is true of it and false of the other, by the words alone too',
    (split) => {
      for (const { scenes, claims, texts } of draws(category, split)) {
        for (const [k, other] of [
          [0, 1],
          [1, 0],
        ] as const) {
          for (const claim of [claims[k], readClaim(texts[k])]) {
            expect(isTrue(scenes[k], claim), texts[k]).toBe(true);
            expect(isTrue(scenes[other], claim), texts[k]).toBe(false);
          }
        }
      }
    },
  );

  it('changes one thing and leaves the rest of the scene as it is', () => {
    for (const { scenes } of draws(category)) {
      const [few, many] = scenes.toSorted((a, b) => a.things.length - b.things.length) as [Scene, Scene];
      expect([few.style, few.background]).toEqual([many.style, many.background]);
      expect(few.pitch !== many.pitch).toBe(category === 'viewpoint');
      expect(few.things.length < many.things.length).toBe(category === 'quantity' || category === 'negation');
      for (const [i, thing] of few.things.entries()) {
        const differing = (Object.keys(thing) as (keyof Thing)[]).filter(
          (field) => thing[field] !== many.things[i]![field],
        );
        expect(changes[category]).toEqual(expect.arrayContaining(differing));
      }
    }
  });

  it('keeps things inside the picture and apart from each other', () => {
    for (const { things } of draws(category).flatMap(({ scenes }) => scenes)) {
      for (const [i, thing] of things.entries()) {
        for (const centre of [thing.x, thing.y]) {
          expect(centre - thing.size / 2).toBeGreaterThanOrEqual(0);
          expect(centre + thing.size / 2).toBeLessThanOrEqual(1);
        }
        for (const other of things.slice(i + 1)) {
          const apart = Math.max(Math.abs(thing.x - other.x), Math.abs(thing.y - other.y));
          expect(apart).toBeGreaterThanOrEqual((thing.size + other.size) / 2);
        }
      }
    }
  });

  it('shows no combination of one split in another', () => {
    const seen = shapeSplits.map((split) => new Set(draws(category, split).map(({ scenes }) => combinationOf(scenes))));
    for (const [i, mine] of seen.entries()) {
      expect(mine.size).toBeGreaterThan(5);
      for (const theirs of seen.slice(i + 1)) expect([...mine].filter((one) => theirs.has(one))).toEqual([]);
    }
  });

  it('has either caption as the right one equally often: without the picture they cannot be told apart', () => {
    const texts = draws(category).map((contrast) => contrast.texts);
    const { auroc, paired } = detectability(
      texts.map(([right]) => right),
      texts.map(([, wrong]) => wrong),
    )!;
    expect(Math.abs(auroc - 0.5)).toBeLessThan(0.1);
    expect(Math.abs(paired - 0.5)).toBeLessThan(0.1);
  });
});

it('lets every solid and colour of a held-out combination be learnt in training, in the same category', () => {
  const names = (category: ShapeCategory, split: (typeof shapeSplits)[number]) =>
    new Set(
      draws(category, split).flatMap(({ scenes }) =>
        scenes.flatMap(({ things }) => things.flatMap(({ solid, colour }) => [solid, colour])),
      ),
    );
  for (const category of shapeCategories) {
    const learnt = names(category, 'train');
    for (const split of ['validation', 'test'] as const) {
      expect(
        [...names(category, split)].filter((name) => !learnt.has(name)),
        category,
      ).toEqual([]);
    }
  }
});

/** Pairs of solids, or which solid has which colour. */
function combinationOf(scenes: Contrast['scenes']): string {
  const things = scenes.flatMap((scene) => scene.things);
  const names = new Set(things.map(({ solid }) => solid));
  return names.size > 1 ? [...names].sort().join(' + ') : `${things[0]!.colour} ${things[0]!.solid}`;
}

describe('shapes', () => {
  const training = { styles, split: 'train', seed: 5 } as const;

  it('gives the same pair for the same index, whatever was read before and however many there are', async () => {
    const [few, many] = [shapes({ ...training, count: 40 }), shapes({ ...training, count: 4000 })];
    await many.pair(3000, 56);
    expect(await many.pair(17, 56)).toEqual(await few.pair(17, 56));
    expect(await many.pair(18, 56)).not.toEqual(await few.pair(17, 56));
  });

  it('gives each pair a negative of its category, visibly another picture, and keys of its own', async () => {
    const set = shapes({ ...training, count: 90 });
    const keys = new Set<string>();
    for (let i = 0; i < set.length; i++) {
      const { image, text, imageKey, negatives } = await set.pair(i, 56);
      const [negative] = negatives;
      expect([negatives.length, negative!.category]).toEqual([1, set.category(i)]);
      expect(negative!.text).not.toBe(text);
      expect(differing(image.data, negative!.image!.data), text).toBeGreaterThan(60);
      keys.add(imageKey).add(negative!.imageKey!);
    }
    expect(keys.size).toBe(2 * set.length);
  });

  it('has a fingerprint that tells apart whatever changes a pixel or a caption', () => {
    const options = [
      {},
      { count: 11 },
      { seed: 6 },
      { split: 'validation' },
      { styles: ['soft'] },
      { categories: ['colour'] },
    ] as const;
    const prints = options.map((change) => shapes({ ...training, count: 10, ...change }).fingerprint);
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('refuses a style that is not there', () => {
    expect(() => shapes({ ...training, count: 1, styles: ['oil' as 'soft'] })).toThrow(/expected some of soft, toon/);
  });
});

it('has items in Winoground form that composition scores, at chance for a model that sees nothing', async () => {
  const items = shapeItems({ style: 'print', split: 'test', perCategory: 10, seed: 2 });
  expect(new Set(items.map(({ id }) => id)).size).toBe(10 * shapeCategories.length);
  expect(new Set(items.map(({ texts }) => texts.toSorted().join())).size).toBe(items.length);
  const blind: Embedder = {
    embedDim: 2,
    embedImages: async (images) => Float32Array.from(images.flatMap(() => [1, 0])),
    embedTexts: async (texts) =>
      Float32Array.from(texts.flatMap((text) => [Math.cos(text.length), Math.sin(text.length)])),
  };
  const report = await composition({ name: 'shapes', items }).run({ model: blind });
  expect(Object.keys(report.categories).sort()).toEqual([...shapeCategories].sort());
  expect(report.mean).toBe(0);
  expect([report.chance['colour.text'], report.chance['colour.group']]).toEqual([1 / 4, 1 / 6]);
});

it('has a gallery of distinct captions and pictures, and says how many it can tell apart', () => {
  const gallery = shapeGallery({ style: 'print', split: 'test', count: 200, seed: 3 });
  expect(new Set(gallery.map(({ text }) => text)).size).toBe(200);
  expect(new Set(gallery.map(({ image }) => Buffer.from(image.data).toString('base64'))).size).toBe(200);
  expect(() => shapeGallery({ style: 'print', split: 'test', count: 99, seed: 3, categories: ['viewpoint'] })).toThrow(
    /can be told apart/,
  );
});

describe('paintShapes', () => {
  const thing: Thing = {
    solid: 'ball',
    colour: 'red',
    material: 'matt',
    x: 0.35,
    y: 0.6,
    size: 0.5,
    turn: 'up',
    yaw: 0.4,
  };
  const sceneOf = (change: Partial<Thing>, scene: Partial<Scene> = {}): Scene => ({
    style: 'night',
    pitch: 0.4,
    background: [20, 20, 20],
    things: [{ ...thing, ...change }],
    ...scene,
  });
  const covered = (scene: Scene, size = 56) => {
    const { data } = paintShapes(scene, size);
    return Array.from({ length: size * size }, (_, i) => i).filter((i) => [0, 1, 2].some((k) => data[3 * i + k]! > 26));
  };

  it('puts a ball where the scene says, as big as it says', () => {
    const pixels = covered(sceneOf({}), 112);
    const [xs, ys] = [pixels.map((i) => (i % 112) + 0.5), pixels.map((i) => Math.floor(i / 112) + 0.5)];
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length / 112;
    expect(mean(xs)).toBeCloseTo(0.35, 1.5);
    expect(mean(ys)).toBeCloseTo(0.6, 1.5);
    const radius = 0.8 * 0.25 * 112; // a ball's own radius is 0.8 of its sphere's
    expect(Math.abs(pixels.length / (Math.PI * radius ** 2) - 1)).toBeLessThan(0.05);
  });

  it('lets a cone point where it is turned', () => {
    const rows = (turn: Thing['turn']) => {
      const ys = covered(sceneOf({ solid: 'cone', turn, x: 0.5, y: 0.5 }, { pitch: 0.1 })).map((i) =>
        Math.floor(i / 56),
      );
      return ys.filter((y) => y < 28).length / ys.length;
    };
    expect(rows('up')).toBeLessThan(0.45);
    expect(rows('down')).toBeGreaterThan(0.55);
  });

  it.each(shapeStyles)('shows every colour and material of every solid in style %s, each differently', (style) => {
    const of = (change: Partial<Thing>) => paintShapes(sceneOf({ solid: 'cube', ...change }, { style }), 56).data;
    for (const [i, a] of materials.entries())
      for (const b of materials.slice(i + 1))
        expect(differing(of({ material: a }), of({ material: b })), `${a} ${b}`).toBeGreaterThan(60);
    for (const colour of colourNames.filter((name) => name !== 'red'))
      expect(differing(of({}), of({ colour })), colour).toBeGreaterThan(200);
    for (const solid of solidNames.filter((name) => name !== 'cube'))
      expect(differing(of({}), of({ solid })), solid).toBeGreaterThan(60);
  });

  it.each(shapeStyles)(
    'leaves the named colour recognisable in style %s: the nearest of all colours by hue',
    (style) => {
      for (const colour of colourNames.filter((name) => name !== 'grey')) {
        const { data } = paintShapes(sceneOf({ colour, x: 0.5, y: 0.5 }, { style }), 56);
        const sum = [0, 1, 2].map((k) => {
          let total = 0;
          for (let y = 22; y < 34; y++) for (let x = 22; x < 34; x++) total += data[(y * 56 + x) * 3 + k]!;
          return total;
        });
        const away = (name: (typeof colourNames)[number]) => {
          const [a, b] = [sum, [...colours[name]]].map((rgb) => rgb.map((value) => value / Math.hypot(...rgb)));
          return Math.hypot(...a!.map((value, k) => value - b![k]!));
        };
        expect(colourNames.toSorted((p, q) => away(p) - away(q))[0], style).toBe(colour);
      }
    },
  );
});

function differing(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) if (Math.abs(a[i]! - b[i]!) > 24) count++;
  return count;
}
