import { createRequire } from 'node:module';
import type winkNLP from 'wink-nlp';
import type { ItemToken } from 'wink-nlp';
import type { Token } from '../rule.ts';

/** `[determiner] modifiers… head`, as indices of tokens; `end` is exclusive. */
export interface NounPhrase {
  readonly start: number;
  readonly head: number;
  readonly end: number;
  /** Lower-case article, number or possessive in front, where there is one. */
  readonly determiner: string | null;
  readonly plural: boolean;
}

/** An English caption, read. */
export interface Caption {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly phrases: readonly NounPhrase[];
}

let loaded: ReturnType<typeof winkNLP> | undefined;

/** Loaded with the first caption: 18 MB that the collector would walk over in runs that read none. */
function tagger(): ReturnType<typeof winkNLP> {
  const require = createRequire(import.meta.url);
  loaded ??= (require('wink-nlp') as typeof winkNLP)(require('wink-eng-lite-web-model'), ['sbd', 'pos']);
  return loaded;
}

/** Reads a caption: words, parts of speech, noun phrases. */
export function readCaption(text: string): Caption {
  const tokens = tokenize(text);
  return { text, tokens, phrases: nounPhrases(tokens) };
}

function tokenize(text: string): Token[] {
  // In capitals everything is tagged as a name; so are Titles In Capitals.
  const lowered = text.toLowerCase();
  const shouting = (text.match(/\b[A-Z]/g)?.length ?? 0) > (text.match(/\b[a-z]/g)?.length ?? 0);
  const tagged = shouting && lowered.length === text.length ? lowered : text;
  const tokens: Token[] = [];
  let cursor = 0;
  const nlp = tagger();
  nlp
    .readDoc(tagged)
    .tokens()
    .each((item: ItemToken) => {
      const word = item.out();
      const start = tagged.indexOf(word, cursor);
      if (start < 0) return;
      cursor = start + word.length;
      const lower = word.toLowerCase();
      tokens.push({
        text: text.slice(start, cursor),
        lower,
        tag: tagOf(lower, item.out(nlp.its.pos), tokens),
        start,
        end: cursor,
      });
    });
  return tokens.map((token, at) => (namesShape(token, tokens[at + 1]) ? { ...token, tag: 'NOUN' } : token));
}

/** `a red square` names a thing, `a square box` says what one is like. */
function namesShape({ lower, tag }: Token, next: Token | undefined): boolean {
  if (!/^(square|oval)$/.test(lower) || tag !== 'ADJ') return false;
  return next === undefined || /^(left|right)$/.test(next.lower) || !/^(NOUN|PROPN|ADJ)$/.test(next.tag);
}

// Words that the tagger gets wrong in captions often enough to matter.
const fixedTags = new Map(
  Object.entries({
    NOUN: 'top front middle bear bears giraffe giraffes zebra zebras log logs wave waves pan pans surfboard skateboard snowboard frisbee kite kites selfie toothbrush fries umbrella sheep',
    ADJ: 'left right',
    ADP: 'past above below underneath beneath beside inside outside behind near under',
    VERB: 'sits stands rides holds walks lies lays wears eats plays flies jumps rests runs sitting standing holding riding wearing',
  }).flatMap(([tag, words]) => words.split(' ').map((word) => [word, tag] as const)),
);
// Words in -ing that name things.
const thingInIng =
  /^(building|ceiling|string|ring|king|wing|thing|clothing|evening|morning|painting|railing|wedding|icing|frosting|topping|dining|living|parking|sibling|spring|swing|lightning|pudding|crossing|siding|lighting|bedding|stuffing|writing|drawing|meeting|serving|awning|dressing|earring|filling|flooring|setting|something|nothing|anything|everything)$/;

function tagOf(lower: string, tag: string, before: readonly Token[]): string {
  if (/^\d+$/.test(lower)) return 'NUM';
  const fixed = fixedTags.get(lower);
  if (fixed || before.at(-1)?.tag !== 'NOUN' || !/^(NOUN|ADJ|PROPN)$/.test(tag)) return fixed ?? tag;
  // Behind a noun it is what the noun does: `a man drinking something`, `a dog chases a cat`.
  const ing = /[a-z]{3}ing$/.test(lower) && !thingInIng.test(lower);
  return ing || (isPlural(lower, null) && followsSingular(before)) ? 'VERB' : tag;
}

/** Whether the words before are `a` or `an`, adjectives and nouns, behind which no plural can stand. */
function followsSingular(before: readonly Token[]): boolean {
  const lead = before.findLast((token) => !/^(NOUN|ADJ)$/.test(token.tag));
  return lead !== undefined && /^(a|an)$/.test(lead.lower);
}

const determiners = new Set(
  (
    'a an the this that these those some any no each every another both several many few all half ' +
    'his her its their my our your'
  ).split(' '),
);
// Nouns by tag that stand in prepositions and adverbs, not in noun phrases.
const phraseBreakers = new Set([
  'top',
  'front',
  'next',
  'middle',
  'other',
  'there',
  'left',
  'right',
  'it',
  'something',
]);

function nounPhrases(tokens: readonly Token[]): NounPhrase[] {
  const phrases: NounPhrase[] = [];
  for (let i = 0; i < tokens.length; ) {
    const phrase = nounPhraseAt(tokens, i);
    if (phrase) phrases.push(phrase);
    i = phrase ? phrase.end : i + 1;
  }
  return phrases;
}

function nounPhraseAt(tokens: readonly Token[], start: number): NounPhrase | null {
  let i = start;
  let determiner: string | null = null;
  while (i < tokens.length && (determiners.has(tokens[i]!.lower) || tokens[i]!.tag === 'NUM')) {
    determiner = tokens[i]!.lower;
    i++;
  }
  let head = -1;
  for (; i < tokens.length; i++) {
    const { tag, lower } = tokens[i]!;
    const next = tokens[i + 1];
    if (phraseBreakers.has(lower) && !(head < 0 && next?.tag === 'NOUN')) break;
    if (tag === 'NOUN' || tag === 'PROPN') head = i;
    else if (tag === 'ADJ' || (tag === 'NUM' && head < 0)) {
      if (head >= 0 && next?.tag !== 'NOUN') break;
    } else if (tag === 'ADV') {
      if (head >= 0 || next?.tag !== 'ADJ') break;
    } else if (tag === 'VERB') {
      // `a parked car`: a participle counts only between a determiner or adjective and a noun.
      const before = tokens[i - 1];
      const inside =
        i > start && (before?.tag === 'ADJ' || before?.tag === 'NUM' || determiners.has(before?.lower ?? ''));
      if (!inside || !/(ed|ing|en)$/.test(lower) || !['NOUN', 'ADJ'].includes(next?.tag ?? '')) break;
    } else if (lower === 'and' || lower === '-' || lower === '/' || lower === ',') {
      const joinsAdjectives = head < 0 && tokens[i - 1]?.tag === 'ADJ' && next?.tag === 'ADJ';
      const joinsWord = lower === '-' && i > start && next !== undefined && ['NOUN', 'ADJ', 'VERB'].includes(next.tag);
      if (!joinsAdjectives && !joinsWord) break;
    } else break;
  }
  if (head < 0) return null;
  return { start, head, end: head + 1, determiner, plural: isPlural(tokens[head]!.lower, determiner) };
}

const irregularPlurals = new Set('people men women children feet teeth mice geese cattle police'.split(' '));
const singularInS = /(ss|us|is)$|^(bus|gas|lens|chess|tennis|news|christmas|canvas)$/;
const pluralDeterminers = new Set(
  'two three four five six seven eight nine ten these those several many few both all'.split(' '),
);

/** True for a plural noun; words of one form (sheep) follow their determiner. */
export function isPlural(noun: string, determiner: string | null): boolean {
  if (irregularPlurals.has(noun) || /(women|men|children|people)$/.test(noun)) return true;
  if (/^(sheep|fish|deer|moose|bison|aircraft)$/.test(noun))
    return pluralDeterminers.has(determiner ?? '') || determiner === null;
  return /[a-z]s$/.test(noun) && !singularInS.test(noun);
}
