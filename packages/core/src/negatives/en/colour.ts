import { type Change, type Rule, replace } from '../rule.ts';
import type { Caption } from './caption.ts';

/** Colours with the frequency they have in captions (per thousand colour words) and those too near to be false. */
const colours: { readonly [colour: string]: { readonly often: number; readonly near: string } } = {
  white: { often: 250, near: 'silver beige cream gray grey' },
  black: { often: 160, near: 'navy gray grey' },
  red: { often: 130, near: 'maroon pink orange' },
  blue: { often: 110, near: 'navy turquoise teal purple' },
  green: { often: 90, near: 'teal turquoise' },
  brown: { often: 80, near: 'tan beige maroon orange' },
  yellow: { often: 70, near: 'gold golden orange beige cream' },
  orange: { often: 40, near: 'red yellow gold golden brown' },
  gray: { often: 25, near: 'grey silver white black' },
  pink: { often: 25, near: 'red purple' },
  purple: { often: 20, near: 'violet pink blue' },
  grey: { often: 0, near: 'gray silver white black' },
  silver: { often: 0, near: 'gray grey white' },
  gold: { often: 0, near: 'golden yellow orange' },
  golden: { often: 0, near: 'gold yellow orange brown' },
  tan: { often: 0, near: 'brown beige' },
  beige: { often: 0, near: 'tan white cream yellow' },
  violet: { often: 0, near: 'purple' },
  navy: { often: 0, near: 'blue black' },
  turquoise: { often: 0, near: 'blue green teal' },
  teal: { often: 0, near: 'blue green turquoise' },
  maroon: { often: 0, near: 'red brown' },
};

// Where a colour word names a thing or a kind, or is said of people.
const notAColour =
  /^(juice|juices|slices?|peels?|people|man|men|woman|women|person|boy|girl|board|house|cheese|beans?|onions?|peppers?|sox|wings?|jays?|wine|tea|rice|cross|carpet|retriever|bread|rings?|ware|medals?)$/;

/** The basic colours, most frequent first. */
const basicColours: readonly string[] = Object.keys(colours).filter((colour) => colours[colour]!.often > 0);
export const isColour = (word: string): boolean => Object.hasOwn(colours, word);
export const isNearColour = (a: string, b: string): boolean =>
  a === b || (colours[a]?.near.split(' ').includes(b) ?? false);

// No colours at all: a way of printing.
const photograph =
  /\bblack\s*-?\s*(and|&|n|\/)?\s*-?\s*white\s+(\w+\s+)?(photo|picture|image|shot|scene|film|view|drawing)|\bin black and white\b/i;

export const colour: Rule<Caption> = ({ text, tokens }) => {
  const printed = photograph.exec(text);
  const present = tokens.map((token) => token.lower).filter(isColour);
  const changes: Change[] = [];
  tokens.forEach((token, i) => {
    if (!isColour(token.lower)) return;
    const next = tokens[i + 1];
    if (notAColour.test(next?.lower ?? '')) return;
    // Leafy green is a vegetable.
    if (/^(leafy|mixed|bell|olive|lime)$/.test(tokens[i - 1]?.lower ?? '')) return;
    if (printed && token.start >= printed.index && token.end <= printed.index + printed[0].length) return;
    // `an orange` is a fruit, `silver` a metal.
    const modifies = next !== undefined && /^(NOUN|ADJ|PROPN|CCONJ)$/.test(next.tag);
    const predicate = /^(is|are|was|painted|colored|coloured)$/.test(tokens[i - 1]?.lower ?? '');
    if (/^(orange|gold|silver|tan|violet)$/.test(token.lower) && !modifies && !predicate) return;
    // `a black and white cat`: the other colour is said of the same thing, so it cannot take this one's place.
    const partners = new Set([-2, -1, 1, 2].map((offset) => tokens[i + offset]?.lower));
    for (const to of basicColours) {
      if (isNearColour(token.lower, to) || isNearColour(to, token.lower) || partners.has(to)) continue;
      if (/^(black|white)$/.test(to) && /^(dark|light|bright|pale)$/.test(tokens[i - 1]?.lower ?? '')) continue;
      const weight = colours[to]!.often * (present.includes(to) ? 3 : 1);
      changes.push({ from: token.lower, to, edits: [replace(token, to)], weight });
    }
  });
  return changes;
};
