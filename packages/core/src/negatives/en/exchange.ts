import type { Change } from '../rule.ts';
import { replaceSpan, type Token } from '../rule.ts';
import type { Caption } from './caption.ts';

/** Two things of a caption that change places. */
export function exchange(from: string, to: string, ...edits: Change['edits']): Change {
  return { from: `${from} … ${to}`, to: `${to} … ${from}`, edits };
}

/** All pairs of different items, in order. */
export function pairsOf<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b): [T, T] => [a, b]));
}

// What is no thing of its own, or no place for one.
const noThing =
  /^(top|side|front|back|middle|picture|photo|photograph|image|view|day|night|group|couple|pair|bunch|lot|row|line|close|air|way|order|game|distance|background|foreground|time|rain|piece|display|use|motion|action|color|area|shape|kind|type|slice|set|herd|variety|trick|wave|case|water|snow|photos|pictures|portrait|screen|part|end|edge|corner|half|style|fashion|parking|traffic|foot|feet|hand|hands|head|eyes|face|mouth|lap|pose|each|other|person's|winter|summer|evening|morning|sunset|daytime|shot|black|white|red|blue|green|yellow|orange|pink|brown|middle|party|heritage|weather|collection|assortment|number|series|array|scene|location|position|place|home|something|jump|ride|walk|run|conversation|nap|look|bite|break|swing|meal|drink|trip)$/;

/** A noun phrase with what `of` adds to it: `a plate of food`. */
interface Thing {
  readonly first: number;
  readonly last: number;
  readonly head: number;
  readonly plural: boolean;
}

/**
 * Neighbouring things change places where nothing but a relation stands between them: `a tree in a cart` → `a cart in a tree`.
 * @param related Whether the words between, in lower case, are such a relation.
 */
export function exchangeThings(caption: Caption, related: (between: string) => boolean): Change[] {
  const { tokens } = caption;
  const things = thingsOf(caption);
  return things.slice(1).flatMap((second, i): Change[] => {
    const first = things[i]!;
    const between = tokens
      .slice(first.last + 1, second.first)
      .map((token) => token.lower)
      .join(' ');
    if (!related(between) || !leads(caption, first, second) || !stands(caption, first) || !stands(caption, second))
      return [];
    // A verb behind the first or behind both must agree with what stands there then.
    const finite = /\b(is|are|was|were|[a-z]+s)\b/.test(between) || followedByFinite(tokens, second);
    const bare = /^(sit|stand|lie|ride|hold|carry|wear|eat|watch)\b/.test(between);
    if (first.plural !== second.plural && (finite || bare)) return [];
    if (tokens[first.head]!.lower === tokens[second.head]!.lower) return [];
    return [swapped(caption, first, second)];
  });
}

function swapped({ text, tokens }: Caption, first: Thing, second: Thing): Change {
  const [a, b] = [first, second].map((each) => text.slice(tokens[each.first]!.start, tokens[each.last]!.end)) as [
    string,
    string,
  ];
  const name = (first.first > 0 && tokens[first.first]!.tag === 'PROPN') || (a.length > 1 && a === a.toUpperCase());
  const inside = name ? a : a.charAt(0).toLowerCase() + a.slice(1);
  return exchange(a.toLowerCase(), b.toLowerCase(), replaceSpan(tokens, first.first, first.last, b), {
    ...replaceSpan(tokens, second.first, second.last, inside),
    text: inside,
  });
}

function thingsOf({ tokens, phrases }: Caption): Thing[] {
  const things: Thing[] = [];
  for (let i = 0; i < phrases.length; i++) {
    const { start, head, plural } = phrases[i]!;
    const next = phrases[i + 1];
    const joined = next && tokens[head + 1]?.lower === 'of' && next.start === head + 2;
    if (joined) i++;
    things.push({ first: start, last: joined ? next.head : head, head, plural });
  }
  return things;
}

/**
 * Whether the relation is said of the first thing. `riding on a skateboard on the street` says two things of the rider, and
 * `on the street on a skateboard` the same two.
 */
function leads({ tokens }: Caption, first: Thing, second: Thing): boolean {
  const before = tokens[first.first - 1];
  if (/^(is|are|was|were)$/.test(before?.lower ?? ''))
    return tokens[first.first - 2]?.lower === 'there' && first.plural === second.plural;
  return before === undefined || before.lower === 'with' || !/^(VERB|AUX|ADP|PART)$/.test(before.tag);
}

const possessive = /^(his|her|its|their|my|each|every|other|another)$/;

function stands({ tokens, phrases }: Caption, thing: Thing): boolean {
  const parts = phrases.filter((each) => each.start >= thing.first && each.end <= thing.last + 1);
  const before = tokens[thing.first - 1]?.lower ?? '';
  const behind = tokens[thing.last + 1]?.lower ?? '';
  if (parts.some((part) => noThing.test(tokens[part.head]!.lower) || possessive.test(part.determiner ?? '')))
    return false;
  const { determiner } = parts[0]!;
  // `a man smiles`, read as one phrase.
  if (thing.plural && /^(a|an)$/.test(determiner ?? '')) return false;
  // A part of something, or one of several: `a cat and a dog on a couch`.
  if (/^(and|or|,|of)$/.test(before) || /^(and|or|of|-|'s|’s)$/.test(behind)) return false;
  return determiner !== null || thing.plural;
}

/** Whether the phrase's own verb follows it, as in `a cat sits`. */
function followedByFinite(tokens: readonly Token[], { last }: { readonly last: number }): boolean {
  const next = tokens[last + 1];
  return next !== undefined && /^(VERB|AUX)$/.test(next.tag) && !/(ing|ed)$/.test(next.lower);
}
