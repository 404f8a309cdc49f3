import type { Claim, Phrase, Place, Relation, Scene, Thing, View } from './scene.ts';

/** Bounds of what the words mean: shares of the picture's side, and radians. */
export const meaning = {
  /** How much bigger a thing has to be to be called bigger. */
  biggerBy: 1.5,
  /** How far apart centres have to be to be left of, above, … */
  apart: 0.25,
  /** How far a centre may be from the middle of its place, along each axis. */
  within: 0.12,
  /** The camera's pitch is at most this from the side, and at least the other from above and below. */
  side: 0.17,
  steep: 0.9,
} as const;

/** Middles of the nine places. */
export const places: { readonly [place in Place]: readonly [x: number, y: number] } = {
  'top left': [0.19, 0.19],
  top: [0.5, 0.19],
  'top right': [0.81, 0.19],
  left: [0.19, 0.5],
  centre: [0.5, 0.5],
  right: [0.81, 0.5],
  'bottom left': [0.19, 0.81],
  bottom: [0.5, 0.81],
  'bottom right': [0.81, 0.81],
};

/** Whether a scene bears out a claim. */
export function isTrue(scene: Scene, claim: Claim): boolean {
  const all = (phrase: Phrase) => scene.things.filter((thing) => fits(thing, phrase));
  const two = (a: Phrase, b: Phrase, test: (a: Thing, b: Thing) => boolean) =>
    all(a).some((one) => all(b).some((other) => one !== other && test(one, other)));
  switch (claim.kind) {
    case 'existence':
      return claim.present.every((one) => all(one).length > 0) && claim.absent.every((one) => all(one).length === 0);
    case 'count':
      return all(claim.of).length === claim.count;
    case 'at':
      return all(claim.what).some((thing) => isAt(thing, claim.place));
    case 'relation':
      return two(claim.subject, claim.object, (a, b) => isRelated(a, claim.relation, b));
    case 'bigger':
      return two(claim.bigger, claim.smaller, (a, b) => a.size >= b.size * meaning.biggerBy);
    case 'turned':
      return all(claim.what).some(({ turn }) => claim.turns.includes(turn));
    case 'seen':
      return all(claim.what).length > 0 && isSeen(scene.pitch, claim.view);
  }
}

function fits(thing: Thing, { solid, colour, material }: Phrase): boolean {
  return (
    thing.solid === solid &&
    (colour === undefined || thing.colour === colour) &&
    (material === undefined || thing.material === material)
  );
}

function isAt({ x, y }: Thing, place: Place): boolean {
  const [px, py] = places[place];
  return Math.abs(x - px) <= meaning.within && Math.abs(y - py) <= meaning.within;
}

/** The relation holds along its own axis, and that axis is the one along which the two are farther apart. */
function isRelated(a: Thing, relation: Relation, b: Thing): boolean {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const sideways = relation === 'left of' || relation === 'right of';
  const along = (sideways ? dx : dy) * (relation === 'left of' || relation === 'above' ? 1 : -1);
  return along >= meaning.apart && along > Math.abs(sideways ? dy : dx);
}

function isSeen(pitch: number, view: View): boolean {
  if (view === 'side') return Math.abs(pitch) <= meaning.side;
  return view === 'above' ? pitch >= meaning.steep : pitch <= -meaning.steep;
}
