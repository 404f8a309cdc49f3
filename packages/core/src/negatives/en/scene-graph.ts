import type { Token } from '../rule.ts';
import { type Caption, type NounPhrase, readCaption } from './caption.ts';
import { numberOf } from './quantity.ts';

/** A word of the caption, in lower case, with its offsets into the text. */
export interface SceneWord {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** A thing that the caption names. */
export interface SceneObject {
  /** The noun with the nouns before it: `fire hydrant`. */
  readonly name: string;
  /** The last noun alone, where a word is exchanged. */
  readonly noun: SceneWord;
  readonly plural: boolean;
  /** Adjectives and participles, before the noun or said of it: `a red cat`, `the cat is red`. */
  readonly attributes: readonly SceneWord[];
  /** How many, where a number says so. */
  readonly count: number | null;
}

/** What the caption says between two things, or of one that does something by itself. */
export interface SceneRelation {
  /** Number of the object. */
  readonly subject: number;
  /** In lower case, without the copula: `sitting on`, `to the left of`, `holding`. */
  readonly predicate: string;
  /** Number of the object; null for `a dog sleeping`. */
  readonly object: number | null;
}

export interface SceneGraph {
  readonly objects: readonly SceneObject[];
  readonly relations: readonly SceneRelation[];
}

/**
 * Reads an English caption as a scene graph by rules over parts of speech: noun phrases are objects, what stands before the noun are
 * attributes, and the verbs and prepositions between two phrases relate them. It is made for captions, one clause about a picture;
 * pronouns are not resolved.
 * @example
 * parseScene('two black cats sitting on a red car')
 * // objects: cat ×2 (black), car (red); relations: 0 -sitting on→ 1
 */
export function parseScene(text: string): SceneGraph {
  const caption = readCaption(text);
  const { tokens } = caption;
  const phrases = caption.phrases.filter((phrase) => !isFrame(caption, phrase));
  const said = phrases.map(() => [] as SceneWord[]);
  const relations: SceneRelation[] = [];
  // Whose each thing is: `a man in a hat riding a horse`, where the man rides.
  const carrier = new Map<number, number>();
  phrases.forEach((phrase, number) => {
    const next = phrases[number + 1];
    const between = tokens.slice(phrase.end, next?.start ?? tokens.length);
    const { predicate, attributes } = readBetween(between);
    said[number]!.push(...attributes);
    const own = carrier.get(number);
    if (own !== undefined && next && between.every(({ lower }) => /^(and|,)$/.test(lower)))
      carrier.set(number + 1, own);
    if (predicate.length === 0) return;
    const byVerb = predicate[0]!.tag === 'VERB';
    const subject = byVerb ? (own ?? number) : number;
    const words = predicate.map((token) => token.lower).join(' ');
    const reaches = next !== undefined && between.at(-1) === predicate.at(-1);
    if (!reaches && !byVerb) return;
    for (const each of [...coordinated(caption, phrases, subject), subject]) {
      relations.push({ subject: each, predicate: words, object: reaches ? number + 1 : null });
    }
    const carries = byVerb ? /^(wearing|holding|carrying)$/ : /^(?!with$)/;
    if (reaches && carries.test(predicate[0]!.lower)) carrier.set(number + 1, subject);
  });
  return { objects: phrases.map((phrase, number) => objectOf(caption, phrase, said[number]!)), relations };
}

const frames = /^(picture|photo|photograph|image|view|painting|drawing)$/;

/** `a picture` of `a picture of a cat` names no thing of the scene. */
function isFrame({ tokens }: Caption, { start, head, end }: NounPhrase): boolean {
  return start <= 1 && frames.test(tokens[head]!.lower) && tokens[end]?.lower === 'of';
}

// Before another adjective they are tagged as adverbs: `a small red cube`.
const sizes = /^(big|large|huge|giant|small|little|tiny)$/;

function objectOf({ tokens }: Caption, { start, head, plural }: NounPhrase, said: readonly SceneWord[]): SceneObject {
  const before = tokens.slice(start, head);
  const number = before.find((token) => !Number.isNaN(numberOf(token.lower)) && numberOf(token.lower) > 0);
  const nouns = before.slice(before.findLastIndex(({ tag }) => !/^(NOUN|PROPN)$/.test(tag)) + 1);
  const attributes = before
    .filter((token) => /^(ADJ|VERB)$/.test(token.tag) || (token.tag === 'ADV' && sizes.test(token.lower)))
    .filter((token) => token !== number)
    .map(wordOf);
  return {
    name: [...nouns, tokens[head]!].map((token) => token.lower).join(' '),
    noun: wordOf(tokens[head]!),
    plural,
    attributes: [...attributes, ...said],
    count: number ? numberOf(number.lower) : null,
  };
}

const wordOf = ({ lower, start, end }: Token): SceneWord => ({ word: lower, start, end });

const copula = /^(is|are|was|were|be|being|been|that|which|who|there)$/;
const inRelations =
  /^(to|the|of|left|right|top|front|middle|next|back|side|up|down|out|bigger|smaller|larger|taller|than)$/;

/** What stands behind a thing and before the next: an attribute (`is red`), a predicate (`sitting on`), or both by turns. */
function readBetween(tokens: readonly Token[]): { predicate: Token[]; attributes: SceneWord[] } {
  const predicate: Token[] = [];
  const attributes: SceneWord[] = [];
  const first = tokens.findIndex((token) => !copula.test(token.lower) && token.tag !== 'AUX');
  if (first < 0) return { predicate, attributes };
  for (const [at, token] of tokens.slice(first).entries()) {
    const isPart = /^(VERB|ADP|PART)$/.test(token.tag) || inRelations.test(token.lower);
    const isSaid = token.tag === 'ADJ' && first > 0 && at === 0 && !inRelations.test(token.lower);
    if (isSaid) attributes.push(wordOf(token));
    else if (isPart) predicate.push(token);
    else if (token.tag !== 'ADV') break;
  }
  return { predicate, attributes };
}

/** The things that are joined to one by `and` just before it, where a plural verb is said of all: `a cat and a dog are …`. */
function coordinated({ tokens }: Caption, phrases: readonly NounPhrase[], subject: number): number[] {
  if (!/^(are|were)$/.test(tokens[phrases[subject]!.end]?.lower ?? '')) return [];
  const joined: number[] = [];
  for (let at = subject; at > 0; at--) {
    const between = tokens.slice(phrases[at - 1]!.end, phrases[at]!.start).map((token) => token.lower);
    if (between.length === 0 || !between.every((word) => /^(and|,)$/.test(word))) break;
    joined.unshift(at - 1);
  }
  return joined;
}
