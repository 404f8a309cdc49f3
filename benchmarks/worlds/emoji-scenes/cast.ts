import { Random } from '@anagram/core';
import { type Actor, activities, actors } from './activities.ts';
import type { Artwork } from './artwork.ts';
import type { Style, Vendor } from './artwork-packages.ts';
import { objects, type SceneObject } from './objects.ts';
import type { SceneCategory, Split } from './scene.ts';

/**
 * Who may appear in a split's scenes. Held out are pairs of objects (in every category with two), objects of a category with one,
 * and who does what; every word of a caption is learnt in training, only never in this company.
 */
export interface Cast {
  pair(random: Random): [SceneObject, SceneObject];
  single(random: Random, category: SceneCategory): SceneObject;
  /** One actor and two different doings. */
  doings(random: Random): { actor: Actor; verbs: [Doing, Doing] };
  style(random: Random): Style;
}
export type Doing = (typeof activities)[number];

/** Shares of validation and test among pairs and single objects; the rest is training's. */
const heldOut = { validation: 0.12, test: 0.12 } as const;

export function castOf({
  artwork,
  vendors,
  split,
}: {
  artwork: Artwork;
  vendors: readonly Vendor[];
  split: Split;
}): Cast {
  const { pairs, singles, doings } = roles(split);
  const stylesByVendor = vendors.map((vendor) =>
    artwork.styles.filter((each) => each.vendor === vendor).map(({ style }) => style),
  );
  return {
    pair(random) {
      const [a, b] = random.pick(pairs);
      return random.float() < 0.5 ? [a, b] : [b, a];
    },
    single: (random, category) => random.pick(singles(category)),
    doings(random) {
      const actor = random.pick(actors);
      const [a, b] = random.shuffle([...doings[actor]]);
      return { actor, verbs: [a!, b!] };
    },
    style: (random) => random.pick(random.pick(stylesByVendor)),
  };
}

/** Which split a combination belongs to: always the same, whatever the seed. */
export function splitOf(...combination: readonly string[]): Split {
  const draw = new Random('emoji-scenes split', ...combination).float();
  if (draw < heldOut.test) return 'test';
  return draw < heldOut.test + heldOut.validation ? 'validation' : 'train';
}

/** Every fifth doing of an actor is the test's and every fifth validation's, so that each is training's with the other actor. */
export function splitOfDoing(actor: Actor, index: number): Split {
  const turn = (index + 2 * actors.indexOf(actor)) % 5;
  return turn === 0 ? 'test' : turn === 1 ? 'validation' : 'train';
}

interface Roles {
  readonly pairs: readonly (readonly [SceneObject, SceneObject])[];
  readonly singles: (category: SceneCategory) => readonly SceneObject[];
  readonly doings: { readonly [actor in Actor]: readonly Doing[] };
}

const roles: (split: Split) => Roles = memo((split: Split) => ({
  pairs: objects.flatMap((a, i) =>
    objects
      .slice(i + 1)
      .flatMap((b) => (splitOf('pair', ...[a.noun, b.noun].sort()) === split ? [[a, b] as const] : [])),
  ),
  singles: memo((category: SceneCategory) => objects.filter(({ noun }) => splitOf(category, noun) === split)),
  doings: Object.fromEntries(
    actors.map((actor) => [actor, activities.filter((_, index) => splitOfDoing(actor, index) === split)]),
  ) as Record<Actor, Doing[]>,
}));

function memo<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key)!;
  };
}
