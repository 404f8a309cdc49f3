import type { Claim, Place, Relation, Scene, Thing } from './scene.ts';

/** Bounds of what the words mean, in shares of the picture's side. */
export const meaning = {
  /** A thing at least this big is big, */
  big: 0.56,
  /** and at most this big is small. */
  small: 0.36,
  /** How much bigger a thing has to be to be called bigger. */
  biggerBy: 1.5,
  /** How far apart centres have to be to be left of, above, … */
  apart: 0.2,
  /** How far a centre may be from the middle of its place, along each axis. */
  within: 0.12,
} as const;

/** Middles of the nine places. */
export const places: { readonly [place in Place]: readonly [x: number, y: number] } = {
  'top left': [0.2, 0.2],
  top: [0.5, 0.2],
  'top right': [0.8, 0.2],
  left: [0.2, 0.5],
  centre: [0.5, 0.5],
  right: [0.8, 0.5],
  'bottom left': [0.2, 0.8],
  bottom: [0.5, 0.8],
  'bottom right': [0.8, 0.8],
};

/**
 * Whether a scene bears out a claim. Where a scene can't refute a claim (a thing in its natural colours may well be red), it is
 * true: what is false here is false to anybody who looks.
 */
export function isTrue(scene: Scene, claim: Claim): boolean {
  const all = (emoji: string) => scene.things.filter((thing) => thing.emoji === emoji);
  const some = (emoji: string, test: (thing: Thing) => boolean) => all(emoji).some(test);
  switch (claim.kind) {
    case 'coloured':
      return claim.things.every(({ emoji, colour }) =>
        some(emoji, (thing) => thing.colour === colour || thing.colour === null),
      );
    case 'count':
      return all(claim.emoji).length === claim.count;
    case 'at':
      return some(claim.emoji, (thing) => isAt(thing, claim.place));
    case 'relation':
      return some(claim.subject, (a) => some(claim.object, (b) => isRelated(a, claim.relation, b)));
    case 'size':
      return some(claim.emoji, ({ size }) => (claim.size === 'big' ? size >= meaning.big : size <= meaning.small));
    case 'bigger':
      return some(claim.bigger, (a) => some(claim.smaller, (b) => a.size >= b.size * meaning.biggerBy));
    case 'existence':
      return (
        claim.present.every((emoji) => all(emoji).length > 0) && claim.absent.every((emoji) => all(emoji).length === 0)
      );
  }
}

function isAt({ x, y }: Thing, place: Place): boolean {
  const [px, py] = places[place];
  return Math.abs(x - px) <= meaning.within && Math.abs(y - py) <= meaning.within;
}

/** The relation holds along its own axis, and that axis is the one along which the two are farther apart. */
function isRelated(a: Thing, relation: Relation, b: Thing): boolean {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const sideways = relation === 'left of' || relation === 'right of';
  const along = (sideways ? dx : dy) * (relation === 'left of' || relation === 'above' ? 1 : -1);
  return along >= meaning.apart && along > Math.abs(sideways ? dy : dx);
}
