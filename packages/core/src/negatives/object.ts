import { isPlural, type NounPhrase, type Token } from './caption.ts';
import { pluralOf } from './inflect.ts';
import { type Change, type Rule, type RuleTable, replaceSpan } from './rule.ts';

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
  'chair/stool|table/desk|couch/sofa|bed|bench|shelf|dresser|lamp',
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
  'tree|flower|bush|cactus',
  'book|newspaper/magazine|notebook|map',
  'frisbee|ball|kite|balloon|racket|bat',
  'bridge|tower|church|castle|lighthouse|windmill',
  'beach|street/road|bridge',
  'kitchen|bathroom|bedroom|forest/woods|desert|office|restaurant',
  'baseball|tennis|soccer|basketball|golf|hockey|volleyball',
  'sun|moon|star|cloud|rainbow',
  'heart|star|square|circle|triangle|diamond|arrow',
].map((kind) => kind.split('|'));
const sport = /^(baseball|tennis|soccer|basketball|golf|hockey|volleyball)$/;

/** Lower-case singular → what may stand in its place. */
const exchanges = new Map<string, readonly string[]>();
for (const kind of kinds) {
  for (const entry of kind) {
    const others = kind.filter((each) => each !== entry).map((each) => each.split('/')[0]!);
    for (const name of entry.split('/')) exchanges.set(name, [...(exchanges.get(name) ?? []), ...others]);
  }
}

const singulars = new Map<string, string>();
function singularIn(noun: string): string | undefined {
  if (singulars.size === 0) for (const name of exchanges.keys()) singulars.set(pluralOf(name), name);
  return singulars.get(noun);
}

const english: Rule = ({ tokens, phrases }) => {
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
    const first = name.includes(' ') ? phrase.head - 1 : phrase.head;
    return (exchanges.get(singular ?? '') ?? []).flatMap((other): Change[] => {
      const to = plural ? pluralOf(other) : other;
      if (said.includes(` ${other} `) || said.includes(` ${pluralOf(other)} `)) return [];
      return [{ from: name, to, edits: [replaceSpan(tokens, first, phrase.head, to)] }];
    });
  });
};

/** The phrase's head with an entry, two words where they are one thing; null where a noun in front changes its meaning. */
function nameOf({ start, head }: NounPhrase, tokens: readonly Token[]): string | null {
  const isNamed = (name: string): boolean => exchanges.has(name) || singularIn(name) !== undefined;
  const word = tokens[head]!.lower;
  const two = head > start ? `${tokens[head - 1]!.lower} ${word}` : '';
  if (isNamed(two)) return two;
  return isNamed(word) && !(head > start && /^(NOUN|PROPN)$/.test(tokens[head - 1]!.tag)) ? word : null;
}

export const object: RuleTable = { en: english };
