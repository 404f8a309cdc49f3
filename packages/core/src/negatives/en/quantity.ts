import { type Change, type Edit, type Rule, replace, replaceSpan } from '../rule.ts';
import type { Caption, NounPhrase } from './caption.ts';
import { pluralOf, pluralVerbOf } from './inflect.ts';

const numbers = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];

/** Value of a number word or of digits; NaN for any other word. */
export const numberOf = (word: string): number =>
  /^\d{1,3}$/.test(word) ? Number(word) : numbers.indexOf(word) >= 0 ? numbers.indexOf(word) : Number.NaN;

/** What many things can be turned into: numbers that are certainly not meant. */
const vague: { readonly [word: string]: readonly string[] } = {
  several: ['two'],
  many: ['two', 'three'],
  multiple: [],
  numerous: ['two', 'three'],
  few: [],
};

// Uncountable as a picture goes: `a view`, `a group of`, `a close up`; or a place in which a thing stands.
const notCounted =
  /^(feel|look|style|theme|atmosphere|serve|swing|flip|view|design|decor|stance|position|manner|fashion|glow|mess|group|lot|bunch|couple|pair|variety|number|row|line|set|herd|crowd|flock|view|shot|picture|photo|photograph|image|close|closeup|close-up|top|side|front|back|middle|end|edge|corner|kind|type|way|day|night|game|piece|part|field|street|road|beach|room|kitchen|bathroom|bedroom|city|park|air|sky|water|ocean|background|foreground|distance|display|area|scene|snow|grass|ground|sand|dirt|food|furniture|luggage|equipment|fruit|rain|mirror|variety|assortment|collection|lots|total|half|time|place|living|trick|wave|match|meal|work|man-made|stuff|traffic|lunch|dinner|breakfast|weather|shade|light|sunlight|school|home|hair|meat|rice|bread|milk|wood|metal|hay|parking|surf|jump|ride|walk|swing|nap|bite|drink|look|break|shower|bath|selfie|pose|center|left|right|bit|sunny|sun|moon|tv|skiing|baseball|tennis|soccer|clothing|wine|coffee|tea|beer|soup|salad|pasta|chicken|tour|tiled|course|series)$/;

export const quantity: Rule<Caption> = (caption) => caption.phrases.flatMap((phrase) => phraseChanges(caption, phrase));

function phraseChanges(caption: Caption, phrase: NounPhrase): readonly Change[] {
  const { tokens } = caption;
  const head = tokens[phrase.head]!;
  const lead = tokens[phrase.start]!;
  const counted = tokens
    .slice(phrase.start, phrase.head)
    .findIndex((token) => token.tag === 'NUM' && !Number.isNaN(numberOf(token.lower)));
  if (counted >= 0) {
    const at = phrase.start + counted;
    if (counted > 1 || tokens[at + 1]?.lower === '-' || tokens[at - 1]?.lower === '-') return [];
    return numberChanges(caption, phrase, at);
  }
  if (phrase.plural && phrase.start < phrase.head && Object.hasOwn(vague, lead.lower)) {
    return vague[lead.lower]!.map((to) => ({ from: lead.lower, to, edits: [replace(lead, to)] }));
  }
  const coupleOf = coupleChanges(caption, phrase);
  if (coupleOf.length > 0) return coupleOf;
  if (phrase.plural || !/^(a|an)$/.test(lead.lower) || phrase.start === phrase.head) return [];
  if (notCounted.test(head.lower) || head.tag === 'PROPN' || tokens[phrase.end]?.lower === 'of') return [];
  return severalOfOne(caption, phrase);
}

/** `two dogs` → `three dogs`, `one dog`, and so on, near numbers first; `one dog` → `two dogs`. */
function numberChanges(caption: Caption, phrase: NounPhrase, at: number): readonly Change[] {
  const { tokens } = caption;
  const token = tokens[at]!;
  const value = numberOf(token.lower);
  if (value === 1)
    return phrase.plural || /^(of|another|is|hand|way)$/.test(tokens[at + 1]?.lower ?? '')
      ? []
      : severalOfOne(caption, phrase);
  if (!phrase.plural || value < 2) return [];
  const digits = /^\d/.test(token.lower);
  return [-2, -1, 1, 2, 3].flatMap((step) => {
    const other = value + step;
    const to = digits ? String(other) : numbers[other];
    if (other < 2 || to === undefined) return [];
    return [{ from: token.lower, to, edits: [replace(token, to)], weight: Math.abs(step) === 1 ? 2 : 1 }];
  });
}

/** `a couple of dogs` → `four dogs`; `a group of people` has no number to be wrong about. */
function coupleChanges({ tokens, phrases }: Caption, phrase: NounPhrase): readonly Change[] {
  const [head, of] = [tokens[phrase.head]!, tokens[phrase.end]];
  const things = phrases.find((each) => each.start === phrase.end + 1);
  if (!/^(couple|pair)$/.test(head.lower) || of?.lower !== 'of' || !things?.plural || phrase.determiner !== 'a')
    return [];
  if (things.determiner !== null) return [];
  if (
    /^(scissors|pants|glasses|shoes|skis|shorts|jeans|sunglasses|socks|boots|gloves|sneakers|eyes|hands|legs|feet|sandals)$/.test(
      tokens[things.head]!.lower,
    )
  )
    return [];
  const from = `a ${head.lower} of`;
  return ['four', 'five'].map((to) => ({ from, to, edits: [replaceSpan(tokens, phrase.start, phrase.end, to)] }));
}

/** `a dog` → `two dogs`, with the verbs and possessives that belong to it. */
function severalOfOne(caption: Caption, phrase: NounPhrase): readonly Change[] {
  const { tokens, phrases } = caption;
  const agreement = agreementEdits(caption, phrase);
  if (!agreement) return [];
  const head = tokens[phrase.head]!;
  const [first, second] = [tokens[phrase.start]!, phrases[0]];
  const leading = second === phrase ? 3 : 1;
  return ['two', 'three', 'four'].map((to, i) => ({
    from: `${first.lower} ${head.lower}`,
    to: `${to} ${pluralOf(head.lower)}`,
    edits: [replace(first, to), replace(head, pluralOf(head.lower)), ...agreement],
    weight: leading * (i === 0 ? 2 : 1),
  }));
}

const locating =
  /^(in|at|on|by|from|through|down|along|across|into|onto|to|for|as|of|like|over|around|near|behind|under|against|during|than|off|up|towards|toward|past|between)$/;

/** Edits by which the rest agrees with a phrase turned plural; null where that is not certain. */
function agreementEdits({ tokens, phrases }: Caption, phrase: NounPhrase): readonly Edit[] | null {
  const before = tokens[phrase.start - 1]?.lower ?? '';
  if (before === 'is' && tokens[phrase.start - 2]?.lower === 'there') {
    const next = tokens.slice(phrase.end).find((token) => /^(and|,|that|who|which|is|has)$/.test(token.lower));
    return next ? null : [replace(tokens[phrase.start - 1]!, 'are')];
  }
  // A place is not counted, and neither is one half of `a dog and a cat is`.
  if (locating.test(before) || /^(and|or|is|are)$/.test(before)) return null;
  if (/^(and|or|'s|’s|-)$/.test(tokens[phrase.end]?.lower ?? '')) return null;
  if (
    tokens
      .slice(phrase.end)
      .some((token) =>
        /^(it|he|she|him|himself|herself|itself|him|one|another|each|he's|she's|it's|a\/an)$/.test(token.lower),
      )
  )
    return null;
  if (phrase !== phrases[0])
    return /^(that|which|who|is|has|was)$/.test(tokens[phrase.end]?.lower ?? '') || finiteAt(tokens, phrase.end)
      ? null
      : [];
  return subjectAgreement(tokens, phrase);
}

function finiteAt(tokens: Caption['tokens'], i: number): boolean {
  const token = tokens[i];
  return token !== undefined && /^(VERB|AUX)$/.test(token.tag) && !/(ing|ed)$/.test(token.lower);
}

/** Verbs and possessives behind a subject; null where a second subject or a noun predicate stands in the way. */
function subjectAgreement(tokens: Caption['tokens'], subject: NounPhrase): readonly Edit[] | null {
  const edits: Edit[] = [];
  let verbs = 0;
  for (let i = subject.end; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (/^(his|its)$/.test(token.lower) || (token.lower === 'her' && /^(NOUN|ADJ)$/.test(tokens[i + 1]?.tag ?? ''))) {
      edits.push(replace(token, 'their'));
      continue;
    }
    if (token.lower === 'her' || token.lower === 'while' || token.lower === 'as') return null;
    if (!/^(VERB|AUX)$/.test(token.tag)) continue;
    const plural = pluralVerbOf(token.lower);
    if (!plural) continue;
    verbs++;
    // A second finite verb belongs to the same subject only right behind `and`.
    if (verbs > 1 && tokens[i - 1]?.lower !== 'and') return null;
    if (/^(a|an)$/.test(tokens[i + 1]?.lower ?? '') && /^(is|was)$/.test(token.lower)) return null;
    edits.push(replace(token, plural));
  }
  return edits;
}
