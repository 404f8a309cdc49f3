/**
 * What cannot be done at the same time as a verb, by what follows it. In an answer of two words the first is inflected.
 * Answers under `before` replace the given word too.
 */
export interface Activity {
  /** Where a preposition, an adverb or nothing follows. */
  readonly alone?: readonly string[];
  /** Where a thing follows. */
  readonly object?: readonly string[];
  readonly before?: { readonly [word: string]: readonly string[] };
  /** For subjects that are not alive, of which none of the above is said. */
  readonly things?: Omit<Activity, 'things'>;
}

const fall = { before: { on: ['fall off'], in: ['fall out of'], inside: ['fall out of'] } } as const;
const stop = { before: { down: ['stand on'], along: ['stand on'], up: ['stand on'] }, alone: ['burn'] } as const;

export const activities: { readonly [verb: string]: Activity } = {
  sit: { alone: ['stand', 'lie'], before: { down: ['stand up'] }, things: fall },
  stand: {
    alone: ['sit', 'lie'],
    before: { up: ['sit down'], still: ['run'] },
    things: { before: { on: ['fall off'] } },
  },
  lie: { alone: ['stand', 'sit'], before: { down: ['stand up'] }, things: fall },
  lay: { alone: ['stand', 'sit'], before: { down: ['stand up'] }, things: fall },
  rest: { alone: ['jump', 'dance'], things: fall },
  kneel: { alone: ['stand'], before: { down: ['stand up'] } },
  crouch: { alone: ['stand'], before: { down: ['stand up'] } },
  squat: { alone: ['stand'], before: { down: ['stand up'] } },
  lean: { things: {}, before: { against: ['jump over', 'walk past'], on: ['jump over', 'walk past'] } },
  perch: { alone: ['fly'] },
  sleep: { alone: ['run', 'eat', 'jump'] },
  nap: { alone: ['run', 'jump'] },
  walk: {
    alone: ['sleep'],
    object: ['feed', 'carry'],
    before: { down: ['sit on'], along: ['sit on'], across: ['lie on'], through: ['lie in'], up: ['sit on'] },
  },
  run: {
    alone: ['sit', 'lie', 'sleep'],
    before: { down: ['sit on'], through: ['lie in'], across: ['lie on'], to: ['wait at'], towards: ['wait at'] },
  },
  jog: { alone: ['sit', 'sleep'], before: { down: ['sit on'] } },
  jump: { alone: ['sit', 'lie'], before: { over: ['crawl under'], off: ['sit on'] } },
  leap: { alone: ['sit', 'lie'], before: { over: ['crawl under'], off: ['sit on'] } },
  dance: { alone: ['sit', 'sleep'] },
  climb: { object: ['paint', 'clean'], before: { on: ['fall off'], up: ['fall off'], over: ['crawl under'] } },
  swim: { alone: ['stand', 'sit'] },
  fly: {
    alone: ['sleep'],
    object: ['repair', 'fold'],
    before: { over: ['sit on'], through: ['fall through'] },
    things: { alone: ['burn'], before: { through: ['fall through'], over: ['burn over'] } },
  },
  float: { alone: ['sink'], things: { alone: ['sink'] } },
  ride: {
    alone: ['sleep'],
    object: ['push', 'wash', 'carry', 'paint'],
    before: { on: ['fall off'], down: ['walk down'], in: ['push'] },
  },
  drive: {
    object: ['wash', 'push', 'repair'],
    before: { down: ['walk down'], on: ['walk on'], through: ['walk through'] },
    things: stop,
  },
  travel: { before: { down: ['sleep on'], on: ['sleep on'] }, things: stop },
  move: { things: stop },
  park: { things: { alone: ['move', 'burn'] } },
  hang: {
    things: { before: { on: ['lean against'], from: ['lie under'], over: ['lie under'], above: ['lie under'] } },
  },
  play: { alone: ['sleep', 'fight'], object: ['watch'], before: { with: ['run away from'], on: ['sleep on'] } },
  eat: { alone: ['sleep', 'dance'], object: ['throw', 'drop', 'sell'], before: { from: ['run from'] } },
  drink: { alone: ['sleep', 'dance'], object: ['spill', 'pour'], before: { from: ['walk away from'] } },
  graze: { alone: ['sleep', 'run'], before: { on: ['run on'] } },
  cook: { alone: ['sleep', 'dance'], object: ['eat', 'sell'] },
  prepare: { object: ['eat', 'throw'], before: { to: ['refuse to'] } },
  cut: { object: ['lick', 'throw', 'wash'] },
  slice: { object: ['lick', 'throw', 'wash'] },
  bake: { object: ['eat', 'throw'] },
  hold: { object: ['drop', 'kick', 'throw'] },
  carry: { object: ['drop', 'kick', 'throw'] },
  wear: { object: ['wash', 'fold', 'sell'] },
  use: { object: ['sell', 'repair', 'wash'] },
  throw: { object: ['catch', 'hide'] },
  toss: { object: ['catch', 'hide'] },
  catch: { object: ['throw', 'drop'] },
  hit: { object: ['catch', 'drop'] },
  kick: { object: ['catch', 'hold'] },
  swing: { object: ['drop', 'polish'], before: { at: ['run from'] } },
  serve: { object: ['drop', 'steal'] },
  pull: { object: ['push'] },
  push: { object: ['pull'] },
  feed: { object: ['chase', 'paint'], before: { on: ['run from'] } },
  pet: { object: ['chase', 'photograph'] },
  chase: { object: ['feed', 'wash'] },
  follow: { object: ['lead'] },
  hug: { object: ['chase', 'fight'] },
  kiss: { object: ['chase', 'fight'] },
  look: { before: { at: ['walk away from'], up: ['look down'], down: ['look up'] } },
  stare: { before: { at: ['walk away from'] } },
  gaze: { before: { at: ['walk away from'] } },
  watch: { object: ['ignore', 'paint'] },
  read: { object: ['tear', 'sell'] },
  write: { object: ['read'], before: { on: ['sleep on'] } },
  talk: { alone: ['sleep'], before: { on: ['step on'], to: ['run from'], with: ['run from'], about: ['dream about'] } },
  speak: { alone: ['sleep'], before: { to: ['run from'], with: ['run from'] } },
  smile: { alone: ['cry', 'frown'], before: { at: ['run from'] } },
  laugh: { alone: ['cry'], before: { at: ['run from'] } },
  wait: { alone: ['dance'], before: { for: ['run from'], to: ['refuse to'] } },
  brush: { object: ['hide', 'cover'] },
  wash: { object: ['paint', 'break'] },
  clean: { object: ['paint', 'break'] },
  pose: { alone: ['fight', 'sleep'], before: { for: ['hide from'], with: ['run from'] } },
  surf: { object: ['watch'], before: { in: ['swim in'], on: ['drown in'] } },
  ski: { before: { down: ['walk up'], on: ['sleep on'], in: ['sleep in'], through: ['walk through'] } },
  snowboard: { before: { down: ['walk up'], on: ['sleep on'], in: ['sleep in'] } },
  skate: { before: { on: ['sleep on'], down: ['sit on'], in: ['sleep in'] } },
  skateboard: { before: { on: ['sleep on'], down: ['sit on'], in: ['sleep in'] } },
  pitch: { object: ['catch'] },
  cross: { object: ['clean', 'repair'] },
  enter: { object: ['leave'] },
  leave: { object: ['enter'] },
  approach: { object: ['leave'] },
  chew: { object: ['throw', 'chase'], before: { on: ['run from'] } },
  lick: { object: ['chase', 'carry'] },
  sniff: { object: ['run from', 'carry'] },
};

/** For any other activity of a living being: something else that is commonly done, and not beside it. */
export const commonActivities: readonly string[] = ['sleep', 'dance', 'swim', 'cry', 'sing'];
