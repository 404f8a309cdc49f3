/** Who does things. */
export const actors = ['man', 'woman'] as const;
export type Actor = (typeof actors)[number];

/** Doings in alphabetical order, and what the emoji of a man or a woman doing it is called beside its actor. */
export const activities: readonly { readonly verb: string; readonly emoji: (actor: Actor) => string }[] = (
  [
    ['biking'],
    ['bouncing a ball', 'bouncing ball'],
    ['bowing'],
    ['cartwheeling'],
    ['climbing'],
    ['cooking', 'cook'],
    ['dancing'],
    ['facepalming'],
    ['feeding a baby', 'feeding baby'],
    ['getting a haircut', 'getting haircut'],
    ['getting a massage', 'getting massage'],
    ['golfing'],
    ['juggling'],
    ['kneeling'],
    ['lifting weights'],
    ['meditating', 'in lotus position'],
    ['painting', 'artist'],
    ['raising a hand', 'raising hand'],
    ['rowing a boat', 'rowing boat'],
    ['running'],
    ['shrugging'],
    ['singing', 'singer'],
    ['surfing'],
    ['swimming'],
    ['using a wheelchair', 'in manual wheelchair'],
    ['walking'],
  ] as const
).map(([verb, emoji = verb]) => ({ verb, emoji: (actor) => `${actor} ${emoji}` }));
