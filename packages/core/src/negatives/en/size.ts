import { type Change, type Rule, replace } from '../rule.ts';
import type { Caption } from './caption.ts';

const opposites: { readonly [word: string]: readonly string[] } = {
  big: ['small', 'tiny'],
  large: ['small', 'tiny'],
  huge: ['tiny', 'small'],
  giant: ['tiny', 'small'],
  enormous: ['tiny', 'small'],
  massive: ['tiny', 'small'],
  oversized: ['tiny', 'miniature'],
  small: ['large', 'big', 'huge'],
  little: ['big', 'large', 'huge'],
  tiny: ['huge', 'large', 'giant'],
  miniature: ['giant', 'huge'],
  tall: ['short'],
  short: ['long'],
  long: ['short'],
  wide: ['narrow'],
  narrow: ['wide'],
  thick: ['thin'],
  thin: ['thick'],
  fat: ['skinny', 'thin'],
  deep: ['shallow'],
  shallow: ['deep'],
  bigger: ['smaller'],
  larger: ['smaller'],
  smaller: ['larger', 'bigger'],
  taller: ['shorter'],
  shorter: ['taller'],
  longer: ['shorter'],
  biggest: ['smallest'],
  largest: ['smallest'],
  smallest: ['largest', 'biggest'],
  tallest: ['shortest'],
  longest: ['shortest'],
};

// What stands upright is short or tall; everything else is short or long.
const upright =
  /^(man|men|woman|women|boys?|girls?|person|people|child|children|players?|trees?|buildings?|towers?|poles?|giraffes?|statues?|clock|lamps?|fence|glass|vases?|bottles?|skyscrapers?)$/;
const people =
  /^(men|man|wom[ae]n|boys?|girls?|person|people|child|children|kids?|lady|guy|brother|sister|bab(y|ies))$/;
// `a large number of`, `a little bit`: quantities.
const quantity = /^(number|amount|variety|selection|quantity|bit|league)$/;

export const isSizeWord = (word: string): boolean => Object.hasOwn(opposites, word);

export const size: Rule<Caption> = ({ tokens, phrases }) => {
  const changes: Change[] = [];
  tokens.forEach((token, i) => {
    const to = opposites[token.lower];
    const phrase = phrases.find((each) => each.start <= i && i < each.head);
    const head = phrase ? tokens[phrase.head]!.lower : '';
    const predicate = /^(is|are|was|were|very|than)$/.test(tokens[i - 1]?.lower ?? '') && token.lower !== 'little';
    if (!to || (!phrase && !predicate) || quantity.test(head)) return;
    // A little girl is young, not small; and nobody is called fat.
    if (people.test(head) && /^(little|small|big|fat|thick|thin)$/.test(token.lower)) return;
    // `a larger zebra and a smaller one` are told by each other.
    if (
      /er$/.test(token.lower) &&
      tokens.some((other) => other !== token && /er$/.test(other.lower) && isSizeWord(other.lower))
    )
      return;
    const words = token.lower === 'short' && upright.test(head) ? ['tall'] : to;
    for (const word of words) changes.push({ from: token.lower, to: word, edits: [replace(token, word)] });
  });
  return changes;
};
