import { describe, expect, it } from 'vitest';
import { activities } from './activities.ts';
import { castOf } from './cast.ts';
import { type Colour, colours } from './colours.ts';
import { drawContrast } from './contrast.ts';
import { objects } from './objects.ts';
import {
  type Claim,
  type Contrast,
  type Place,
  type Relation,
  type SceneCategory,
  sceneCategories,
  splits,
  type Thing,
} from './scene.ts';
import { syntheticArtwork } from './synthetic-artwork.ts';
import { isTrue } from './truth.ts';

const artwork = syntheticArtwork();
const cast = (split: (typeof splits)[number]) => castOf({ artwork, vendors: ['noto', 'openmoji', 'fluent'], split });
const each = 600;
const draws = (category: SceneCategory, split: (typeof splits)[number] = 'train'): Contrast[] =>
  Array.from({ length: each }, (_, i) => drawContrast(category, cast(split), 'test', i));

/** Reads a caption by its words alone, as a second opinion on what the generator claims it says. */
function read(text: string): Claim {
  const emojiOf = (words: string): string => {
    const noun = words.replace(/^(an?|one|two|three|four|five|no) /, '');
    const found = objects.find((object) => object.noun === noun || object.plural === noun);
    if (!found) throw new Error(`unknown noun "${noun}" in "${text}"`);
    return found.emoji;
  };
  const said = text
    .replace(/^(there is |a picture of |exactly )/, '')
    .replace(/( and nothing else| of the picture)$/, '');
  const count = /^(one|two|three|four|five) .+/.exec(said);
  if (count)
    return {
      kind: 'count',
      emoji: emojiOf(said),
      count: ['', 'one', 'two', 'three', 'four', 'five'].indexOf(count[1]!),
    };
  const doing = /^an? (man|woman) (?:is )?(.+)$/.exec(said);
  if (doing) {
    const emoji = activities.find(({ verb }) => verb === doing[2])!.emoji(doing[1] as 'man');
    return { kind: 'existence', present: [emoji], absent: [] };
  }
  const sized = /^a (big|large|small|little) (.+)$/.exec(said);
  if (sized) return { kind: 'size', emoji: emojiOf(sized[2]!), size: /big|large/.test(sized[1]!) ? 'big' : 'small' };
  const compared = /^(.+?) (?:that is )?(bigger|larger|smaller) than (.+)$/.exec(said);
  if (compared) {
    const [a, b] = [emojiOf(compared[1]!), emojiOf(compared[3]!)];
    return compared[2] === 'smaller'
      ? { kind: 'bigger', bigger: b, smaller: a }
      : { kind: 'bigger', bigger: a, smaller: b };
  }
  const related = /^(.+?) (?:is )?(to the left of|left of|to the right of|right of|above|over|below|under) (.+)$/.exec(
    said,
  );
  if (related) {
    const words = related[2]!.replace('to the ', '').replace('over', 'above').replace('under', 'below');
    return {
      kind: 'relation',
      subject: emojiOf(related[1]!),
      relation: words as Relation,
      object: emojiOf(related[3]!),
    };
  }
  const placed = /^(.+?) (?:at|on|in) the ((?:top|bottom)? ?(?:left|right)|top|bottom|centre)$/.exec(said);
  if (placed) return { kind: 'at', emoji: emojiOf(placed[1]!), place: placed[2] as Place };
  const two = /^(.+?) (and there is no|and there is|and no|but no|and|without|with|next to) (.+)$/.exec(said)!;
  const parts = [two[1]!, two[3]!].map((part) => {
    const [, colour, noun] = new RegExp(`^(?:an? )?(?:(${Object.keys(colours).join('|')}) )?(.+)$`).exec(part)!;
    return { emoji: emojiOf(noun!), colour: colour as Colour | undefined };
  });
  if (parts[0]!.colour) return { kind: 'coloured', things: parts as { emoji: string; colour: Colour }[] };
  const [a, b] = parts.map(({ emoji }) => emoji) as [string, string];
  const absent = / no$|without/.test(two[2]!);
  return { kind: 'existence', present: absent ? [a] : [a, b], absent: absent ? [b] : [] };
}

/** Which fields of a thing a category may change. */
const changes: { readonly [category in SceneCategory]: readonly (keyof Thing)[] } = {
  colour: ['colour'],
  quantity: [],
  'absolute-position': ['x', 'y'],
  'relative-position': ['x', 'y'],
  'absolute-size': ['size'],
  'relative-size': ['size'],
  verb: ['emoji'],
  negation: [],
};

describe.each(sceneCategories)('%s', (category) => {
  it.each(splits)('says of each %s scene what is true of it and false of the other', (split) => {
    for (const { scenes, claims, texts } of draws(category, split)) {
      for (const [k, other] of [
        [0, 1],
        [1, 0],
      ] as const) {
        expect(isTrue(scenes[k], claims[k]), texts[k]).toBe(true);
        expect(isTrue(scenes[other], claims[k]), texts[k]).toBe(false);
        expect(isTrue(scenes[k], read(texts[k])), `${texts[k]} ${JSON.stringify(scenes[k])}`).toBe(true);
        expect(isTrue(scenes[other], read(texts[k])), texts[k]).toBe(false);
      }
    }
  });

  it('changes one thing and leaves the rest of the scene as it is', () => {
    for (const { scenes } of draws(category)) {
      const [few, many] = [...scenes].sort((a, b) => a.things.length - b.things.length) as [
        (typeof scenes)[0],
        (typeof scenes)[0],
      ];
      expect(few.background).toEqual(many.background);
      few.things.forEach((thing, i) => {
        const differing = (Object.keys(thing) as (keyof Thing)[]).filter(
          (field) => thing[field] !== many.things[i]![field],
        );
        expect(changes[category]).toEqual(expect.arrayContaining(differing));
      });
      expect(many.things.length > few.things.length).toBe(category === 'quantity' || category === 'negation');
    }
  });

  it('keeps things inside the picture and apart from each other', () => {
    for (const scene of draws(category).flatMap(({ scenes }) => scenes)) {
      scene.things.forEach((thing, i) => {
        for (const centre of [thing.x, thing.y]) {
          expect(centre - thing.size / 2).toBeGreaterThan(-0.02);
          expect(centre + thing.size / 2).toBeLessThan(1.02);
        }
        for (const other of scene.things.slice(i + 1)) {
          const apart = Math.max(Math.abs(thing.x - other.x), Math.abs(thing.y - other.y));
          expect(apart).toBeGreaterThanOrEqual((thing.size + other.size) / 2);
        }
      });
    }
  });

  it('shows no combination of one split in another', () => {
    const combinations = splits.map(
      (split) => new Set(draws(category, split).flatMap((contrast) => combinationsOf(category, contrast))),
    );
    for (const [i, mine] of combinations.entries()) {
      expect(mine.size).toBeGreaterThan(5);
      for (const theirs of combinations.slice(i + 1)) expect([...mine].filter((key) => theirs.has(key))).toEqual([]);
    }
  });

  it('uses several sentences and either scene as the first', () => {
    const patterns = new Set(draws(category).map(({ texts }) => texts[0].split(' ').slice(0, 2).join(' ')));
    expect(patterns.size).toBeGreaterThan(3);
    const first = draws(category).filter(({ scenes }) => JSON.stringify(scenes[0]) < JSON.stringify(scenes[1])).length;
    expect(first).toBeGreaterThan(each * 0.3);
    expect(first).toBeLessThan(each * 0.7);
  });
});

/** Pairs of objects; the single object; who does what. */
function combinationsOf(category: SceneCategory, { scenes }: Contrast): string[] {
  if (category === 'verb') return scenes.map(({ things }) => things[0]!.emoji);
  const emoji = scenes.flatMap(({ things }) => things.map((thing) => thing.emoji));
  return [[...new Set(emoji)].sort().join(' + ')];
}

it('draws the same contrast for the same names and another for others', () => {
  const draw = (...names: (string | number)[]) => JSON.stringify(drawContrast('colour', cast('train'), ...names));
  expect(draw('pairs', 1)).toBe(draw('pairs', 1));
  expect(draw('pairs', 2)).not.toBe(draw('pairs', 1));
});

it('lets every doing be seen in training with one of the actors', () => {
  const trained = new Set(draws('verb').flatMap(({ scenes }) => scenes.map(({ things }) => things[0]!.emoji)));
  for (const { verb, emoji } of activities) {
    expect(
      [emoji('man'), emoji('woman')].some((name) => trained.has(name)),
      verb,
    ).toBe(true);
  }
});
