import { type Change, type Edit, type Rule, replace, replaceSpan, type Token } from '../rule.ts';
import { type Caption, isPlural, type NounPhrase } from './caption.ts';
import { pluralOf } from './inflect.ts';
import { wordnetKinds } from './wordnet-table.ts';

/** Things of one kind that no one takes for each other. A slash joins words that may mean the same thing. */
const kinds: readonly (readonly string[])[] = [
  'dog/puppy|cat/kitten|horse/pony|cow/bull|sheep/lamb|goat|elephant|bear|zebra|giraffe|monkey|rabbit|pig|lion|tiger|camel|deer',
  'bird|duck|pigeon|owl|parrot|penguin|swan|seagull|eagle|goose',
  'man/guy|woman/lady',
  'boy|girl',
  'man/guy|girl',
  'woman/lady|boy',
  'car/taxi/van|truck|bus|train|motorcycle/scooter|bicycle/bike|boat/ship|airplane/plane/jet|helicopter|tractor',
  'surfboard|skateboard|snowboard|sled',
  'chair/stool|couch/sofa|bed|bench',
  'table/desk|shelf|dresser',
  'lamp|candle|chandelier',
  'laptop/computer|television/tv|phone|camera|keyboard|radio|printer|clock',
  'teddy bear|doll|robot',
  'pizza|sandwich|cake|salad|hot dog|hamburger/burger|pie|omelette',
  'apple|banana|orange|pear|lemon|strawberry|pineapple|watermelon',
  'carrot|tomato|potato|onion|cucumber|mushroom|broccoli',
  'donut/doughnut|cookie|muffin|pancake|waffle|croissant|bagel',
  'fork|knife|spoon|ladle',
  'cup/mug|bowl|plate/dish|bottle|glass|vase|pot|pan|jar',
  'hat/cap|helmet|jacket/coat|shirt|tie|scarf|dress|suit|sweater',
  'umbrella|backpack|suitcase|handbag/purse|basket',
  'sink|toilet|bathtub/tub|shower',
  'oven/stove|refrigerator/fridge|microwave|dishwasher|toaster',
  'fire hydrant|stop sign|traffic light|parking meter|street lamp|mailbox',
  'tree|bush|cactus',
  'flower|leaf|feather',
  'book|newspaper/magazine|notebook|map',
  'frisbee|ball|kite|balloon|racket|bat',
  'bridge|tower|church|castle|lighthouse|windmill',
  'beach|street/road|bridge',
  'kitchen|bathroom|bedroom|living room|office|restaurant',
  'forest/woods|desert|swamp',
  'baseball|tennis|soccer|basketball|golf|hockey|volleyball',
  'sun|moon|star|cloud|rainbow',
  'heart|star|square|circle|triangle|diamond|arrow',
].map((kind) => kind.split('|'));
const sport = /^(baseball|tennis|soccer|basketball|golf|hockey|volleyball)$/;

/** Lower-case singular → what may stand in its place; WordNet's kinds where ours have nothing. */
const exchanges = new Map<string, readonly string[]>();
addKinds(kinds, () => true);
const ours = new Set(exchanges.keys());
addKinds(
  wordnetKinds.map((kind) => kind.split('|')),
  (name) => !ours.has(name),
);

function addKinds(all: typeof kinds, wanted: (name: string) => boolean): void {
  for (const kind of all) {
    for (const entry of kind) {
      const others = kind.filter((each) => each !== entry).map((each) => each.split('/')[0]!);
      for (const name of entry.split('/').filter(wanted))
        exchanges.set(name, [...(exchanges.get(name) ?? []), ...others]);
    }
  }
}

const singulars = new Map<string, string>();
function singularIn(noun: string): string | undefined {
  if (singulars.size === 0) for (const name of exchanges.keys()) singulars.set(pluralOf(name), name);
  return singulars.get(noun);
}

export const object: Rule<Caption> = ({ tokens, phrases }) => {
  const words = tokens.map((token) => token.lower);
  const said = ` ${words.join(' ')} `;
  const headline = phrases[0]?.determiner === null && !phrases[0].plural;
  return phrases.flatMap((phrase) => {
    const name = nameOf(phrase, tokens);
    if (!name || words[phrase.end] === '-' || words[phrase.head - 1] === '-') return [];
    const singular = exchanges.has(name) ? name : singularIn(name);
    const plural = singular !== name || isPlural(words[phrase.head]!, phrase.determiner);
    // Without an article it is a substance (`a bowl of salad`), but for headlines and games.
    if (!plural && phrase.determiner === null && !headline && !sport.test(name)) return [];
    // `a dog next to another dog`: of two of a kind, one cannot change alone.
    const named = singular ?? name;
    if (words.filter((word) => word === named || word === pluralOf(named)).length > 1) return [];
    // A little boy may be a little girl, and no little woman.
    const child = words.slice(phrase.start, phrase.head).some((word) => /^(little|small|young|baby)$/.test(word));
    const first = name.includes(' ') ? phrase.head - 1 : phrase.head;
    return (exchanges.get(named) ?? []).flatMap((other): Change[] => {
      const to = plural ? pluralOf(other) : other;
      if (said.includes(` ${other} `) || said.includes(` ${pluralOf(other)} `)) return [];
      if (child && /^(man|woman)$/.test(other) && /^(boy|girl)$/.test(named)) return [];
      const pronouns = pronounEdits(tokens, named, other);
      if (!pronouns) return [];
      // `Frisbee` in the middle of a caption is a brand, which its stand-in is not.
      const edit = { ...replaceSpan(tokens, first, phrase.head, to), ...(isBrand(tokens[first]!) ? { text: to } : {}) };
      return [{ from: name, to, edits: [edit, ...pronouns] }];
    });
  });
};

const isBrand = ({ text, start }: Token): boolean => start > 0 && /^Frisbees?$/.test(text);

const male = /^(man|guy|boy)$/;
const female = /^(woman|lady|girl)$/;
const somebody =
  /^(m[ae]n|guys?|boys?|wom[ae]n|lad(y|ies)|girls?|persons?|people|child|children|player|skateboarder|surfer|skier|kid|baby|couple)$/;
const his = /^(he|his|him|himself)$/;
const hers = /^(she|her|hers|herself)$/;

/** Pronouns that follow somebody of another sex; null where it is not certain that all of them are his or hers. */
function pronounEdits(tokens: readonly Token[], from: string, to: string): Edit[] | null {
  const [he, she] = [tokens.filter(({ lower }) => his.test(lower)), tokens.filter(({ lower }) => hers.test(lower))];
  const turned = (male.test(from) && female.test(to)) || (female.test(from) && male.test(to));
  if (!turned || he.length + she.length === 0) return [];
  const own = male.test(from) ? he : she;
  if (own.length === 0 || he.length * she.length > 0) return null;
  if (tokens.filter(({ lower }) => somebody.test(lower)).length > 1) return null;
  return own.map((token) => {
    const next = tokens[tokens.indexOf(token) + 1];
    const owns = next !== undefined && /^(NOUN|ADJ|PROPN|NUM)$/.test(next.tag);
    return replace(token, { ...counterparts, her: owns ? 'his' : 'him' }[token.lower]!);
  });
}

const counterparts: { readonly [pronoun: string]: string } = {
  ...{ he: 'she', his: 'her', him: 'her', himself: 'herself' },
  ...{ she: 'he', hers: 'his', herself: 'himself' },
};

/** The phrase's head with an entry, two words where they are one thing; null where a noun in front changes its meaning. */
function nameOf({ start, head }: NounPhrase, tokens: readonly Token[]): string | null {
  const isNamed = (name: string): boolean => exchanges.has(name) || singularIn(name) !== undefined;
  const word = tokens[head]!.lower;
  const two = head > start ? `${tokens[head - 1]!.lower} ${word}` : '';
  if (isNamed(two)) return two;
  return isNamed(word) && !(head > start && /^(NOUN|PROPN)$/.test(tokens[head - 1]!.tag)) ? word : null;
}
