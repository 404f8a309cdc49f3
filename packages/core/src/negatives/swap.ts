import type { Caption, NounPhrase, Token } from './caption.ts';
import { isColour, isNearColour } from './colour.ts';
import { numberOf } from './quantity.ts';
import { type Change, type Rule, type RuleTable, replace, replaceSpan } from './rule.ts';
import { isSizeWord } from './size.ts';

const looks =
  /^(wooden|metal|plastic|stone|brick|leather|paper|glass|concrete|striped|spotted|checkered|plaid|floral|flowered|furry|fluffy|hairy|shiny|round|square|rusty|wet|dirty|clean|empty|full|open|closed|broken)$/;
const ages = /^(old|young|elderly|adult|older|younger)$/;

/** Attributes change places only with attributes of the same kind. */
function kindOf(token: Token): 'looks' | 'size' | 'age' | 'number' | null {
  if (isColour(token.lower) || looks.test(token.lower)) return 'looks';
  if (isSizeWord(token.lower)) return 'size';
  if (ages.test(token.lower)) return 'age';
  return numberOf(token.lower) >= 2 ? 'number' : null;
}

const people =
  /^(m[ae]n|wom[ae]n|boys?|girls?|person|people|child|children|kids?|lady|ladies|guys?|players?|bab(y|ies))$/;

/** `a red cat and a blue dog` → `a blue cat and a red dog`. */
function swapAttributes({ tokens, phrases }: Caption): Change[] {
  const said = phrases.flatMap((phrase) => {
    const attributes = tokens.slice(phrase.start, phrase.head).flatMap((token, k) => {
      const kind = kindOf(token);
      const at = phrase.start + k;
      // Not one half of `black and white`, nor a part of `red-and-white` and `six-pack`.
      const whole =
        !/^(and|-|\/|,)$/.test(tokens[at - 1]?.lower ?? '') && !/^(and|-|\/|,)$/.test(tokens[at + 1]?.lower ?? '');
      return kind && (at === phrase.start || whole) && tokens[at + 1]?.lower !== '-' ? [{ token, kind, at }] : [];
    });
    return attributes.map((attribute) => ({ ...attribute, phrase, noun: tokens[phrase.head]!.lower }));
  });
  return pairsOf(said).flatMap(([a, b]) => {
    if (a.phrase === b.phrase || a.kind !== b.kind || a.noun === b.noun || isNearColour(a.token.lower, b.token.lower))
      return [];
    if (a.kind === 'looks' && (people.test(a.noun) || people.test(b.noun))) return [];
    if (a.kind === 'number' && !(a.phrase.plural && b.phrase.plural)) return [];
    if (a.token.lower === b.token.lower || sameScale(a.token.lower, b.token.lower)) return [];
    return [exchange(a.token.lower, b.token.lower, replace(a.token, b.token.lower), replace(b.token, a.token.lower))];
  });
}

const scales = ['big large huge giant', 'small little tiny', 'old older elderly', 'young younger'];
const sameScale = (a: string, b: string): boolean =>
  scales.some((scale) => scale.split(' ').includes(a) && scale.split(' ').includes(b));

function exchange(from: string, to: string, ...edits: Change['edits']): Change {
  return { from: `${from} … ${to}`, to: `${to} … ${from}`, edits };
}

function pairsOf<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b): [T, T] => [a, b]));
}

// Between the two things stands a relation that has a direction, and nothing else.
const directed =
  /^(?:(?:is|are|that is|that are) )?(?:(?:sitting|standing|lying|laying|resting|parked|placed|hanging|jumping|walking|flying|perched|sleeping|is|sits|stands|lies|rests|walks|sit|stand|lie|leaning) )?(?:on top of|on|in|inside|inside of|under|underneath|beneath|above|below|over|behind|in front of|to the left of|to the right of|on the left of|on the right of|left of|right of|against)$/;
const acting =
  /^(?:(?:is|are|that is|that are) )?(?:riding|holding|carrying|pulling|pushing|chasing|watching|following|feeding|petting|eating|wearing|biting|licking|kicking|throwing|catching|washing|hugging|using|looking at|staring at|talking to|rides|holds|carries|pulls|pushes|chases|watches|follows|feeds|pets|eats|wears)$/;
// What is no thing of its own, or no place for one.
const noThing =
  /^(top|side|front|back|middle|picture|photo|photograph|image|view|day|night|group|couple|pair|bunch|lot|row|line|close|air|way|order|game|distance|background|foreground|time|rain|piece|display|use|motion|action|color|area|shape|kind|type|slice|set|herd|variety|trick|wave|case|water|snow)$/;

/** `a tree in a shopping cart` → `a shopping cart in a tree`. */
function swapThings(caption: Caption): Change[] {
  const { text, tokens, phrases } = caption;
  return phrases.slice(1).flatMap((second, i) => {
    const first = phrases[i]!;
    const between = tokens
      .slice(first.end, second.start)
      .map((token) => token.lower)
      .join(' ');
    if (!directed.test(between) && !acting.test(between)) return [];
    if (!isThing(caption, first) || !isThing(caption, second)) return [];
    // A verb behind the first or behind both must agree with what stands there then.
    const finite = /\b(is|are|[a-z]+s)\b/.test(between) || followedByFinite(tokens, second);
    if (first.plural !== second.plural && finite) return [];
    const [a, b] = [first, second].map((phrase) =>
      text.slice(tokens[phrase.start]!.start, tokens[phrase.head]!.end),
    ) as [string, string];
    if (tokens[first.head]!.lower === tokens[second.head]!.lower) return [];
    const name = tokens[first.start]!.tag === 'PROPN' || (a.length > 1 && a === a.toUpperCase());
    const inside = name ? a : a.charAt(0).toLowerCase() + a.slice(1);
    const edits = [
      replaceSpan(tokens, first.start, first.head, b),
      { ...replaceSpan(tokens, second.start, second.head, inside), text: inside },
    ];
    return [exchange(a.toLowerCase(), b.toLowerCase(), ...edits)];
  });
}

function isThing({ tokens }: Caption, phrase: NounPhrase): boolean {
  const before = tokens[phrase.start - 1]?.lower ?? '';
  const behind = tokens[phrase.end]?.lower ?? '';
  if (noThing.test(tokens[phrase.head]!.lower)) return false;
  if (/^(his|her|its|their|my|each|every|other|another)$/.test(phrase.determiner ?? '')) return false;
  // `a man smiles`, read as one phrase.
  if (phrase.plural && /^(a|an)$/.test(phrase.determiner ?? '')) return false;
  // A part of something, or one of several: `a cat and a dog on a couch`.
  if (/^(and|or|,|of)$/.test(before) || /^(and|or|of|-)$/.test(behind)) return false;
  return phrase.determiner !== null || phrase.plural;
}

function followedByFinite(tokens: readonly Token[], phrase: NounPhrase): boolean {
  const next = tokens[phrase.end];
  return next !== undefined && /^(VERB|AUX)$/.test(next.tag) && !/(ing|ed)$/.test(next.lower);
}

const english: Rule = (caption) => [...swapAttributes(caption), ...swapThings(caption)];

export const swap: RuleTable = { en: english };
