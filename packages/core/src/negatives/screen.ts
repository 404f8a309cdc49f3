import type { NegativeText } from '../pair.ts';
import { startsWithVowelSound } from './rule.ts';

/** Lower case, no punctuation, single spaces, composed Unicode: two texts with equal keys say the same. */
export function textKey(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[^\p{L}\p{M}\p{N}'\p{Extended_Pictographic}]+/gu, ' ')
    .trim();
}

/** What is said of each picture of a corpus, so that no negative says something true. */
export class TrueTexts {
  readonly #byPicture = new Map<string, Set<string>>();

  add(imageKey: string, text: string): void {
    const texts = this.#byPicture.get(imageKey) ?? new Set();
    this.#byPicture.set(imageKey, texts.add(textKey(text)));
  }

  has(imageKey: string, text: string): boolean {
    return this.#byPicture.get(imageKey)?.has(textKey(text)) ?? false;
  }
}

/**
 * Why a text cannot serve as a negative of its caption: equal, a paraphrase, or no sentence. Looks at texts alone.
 * @returns A sentence fragment, or null where it can serve.
 */
export function rejection(caption: string, negative: Pick<NegativeText, 'category' | 'text'>): string | null {
  const [was, is] = [textKey(caption), textKey(negative.text)];
  if (is === '') return 'empty';
  if (was === is) return 'equal to the caption';
  if (isParaphrase(was, is, ordered.test(negative.category))) return 'a paraphrase of the caption';
  const [wordsWas, wordsIs] = [was.split(' ').length, is.split(' ').length];
  if (wordsIs > wordsWas * 1.5 + 4 || wordsIs < wordsWas / 2 - 1) return 'too different in length';
  return flaw(caption, negative.text);
}

/** Categories whose changes are in the order of words alone. */
const ordered = /^(position|swap-object|swap-attribute|agent-patient)$/;

const synonyms = [
  'big large huge giant enormous massive',
  'small little tiny miniature',
  'couch sofa',
  'bike bicycle',
  'plane airplane aircraft jet',
  'tv television',
  'phone cellphone telephone',
  'photo picture photograph image',
  'gray grey',
  'man guy gentleman',
  'woman lady',
  'kid child',
  'kids children',
  'street road',
  'beside near by alongside',
  'above over',
  'under below underneath beneath',
  'on atop onto',
  'in inside into within',
  'lying laying',
  'two couple',
  'several many multiple numerous some',
  'donut doughnut',
  'refrigerator fridge',
  'car automobile',
  'sitting seated',
  'close near',
];
const canonical = new Map(
  synonyms.flatMap((line) => line.split(' ').map((word) => [word, line.split(' ')[0]!] as const)),
);
const empty = /^(a|an|the|of|is|are|that|there|which|to|pair)$/;

/** Same content words, synonyms counted as one; in order too, where order makes the difference. */
function isParaphrase(was: string, is: string, ordered: boolean): boolean {
  const [a, b] = [contentOf(was), contentOf(is)];
  if (!ordered) return a.toSorted().join(' ') === b.toSorted().join(' ') && a.length > 0;
  return symmetric(a) === symmetric(b);
}

function contentOf(key: string): string[] {
  const words = key
    .replace(/\bnext to\b/g, 'beside')
    .replace(/\bon top of\b/g, 'on')
    .replace(/\binside of\b/g, 'in')
    .split(' ');
  return words.filter((word) => !empty.test(word)).map((word) => canonical.get(word) ?? word);
}

/** `a dog and a cat` is `a cat and a dog`: what stands on both sides of such a word is put in order. */
function symmetric(words: readonly string[]): string {
  const at = words.findIndex((word) => /^(and|beside|with)$/.test(word));
  if (at < 0) return words.join(' ');
  return [words.slice(0, at).join(' '), words.slice(at + 1).join(' ')].sort().join(` ${words[at]} `);
}

/** Slips that give a negative away, or that no person would write, as far as they are new. */
function flaw(caption: string, negative: string): string | null {
  const slips = (text: string): string[] => [
    ...[...text.matchAll(/\b(\p{L}+) \1\b/giu)].map((match) => match[0]),
    ...[...text.matchAll(/(?<![\w'.-])(an?) (\p{L}[\p{L}\d]*)/giu)]
      .filter((match) => match[2]!.length > 1 && startsWithVowelSound(match[2]!) !== (match[1]!.length === 2))
      .map((match) => match[0]),
    ...[...text.matchAll(/\b(a|an|one) (two|three|four|five|six|several|many)\b/gi)].map((match) => match[0]),
  ];
  const known = new Set(slips(caption).map((slip) => slip.toLowerCase()));
  const slip = slips(negative).find((each) => !known.has(each.toLowerCase()));
  if (slip) return `ungrammatical at "${slip}"`;
  return /\s{2,}/.test(negative) && !/\s{2,}/.test(caption) ? 'irregular spacing' : null;
}
