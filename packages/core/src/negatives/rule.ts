import type { NegativeCategory } from '../pair.ts';

/** Replaces `[start, end)` of the caption's text. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One way to make a caption false, in exactly one thing. */
export interface Change {
  readonly from: string;
  readonly to: string;
  readonly edits: readonly Edit[];
  /** Chance of being drawn, relative to the other changes of its category. Default 1. */
  readonly weight?: number;
}

/** Every change of one category that a caption allows, as its language reads captions; none where the rule does not apply. */
export type Rule<Reading> = (caption: Reading) => readonly Change[];

/** What a language needs: how it reads a caption, and a rule for every category. */
export interface RuleBook<Reading = unknown> {
  read(text: string): Reading;
  readonly rules: { readonly [category in NegativeCategory]: Rule<Reading> };
  /**
   * Whether a change makes the caption false. `there is no dog` is as true of a picture as `there is no cat`: only what the
   * caption asserts can be changed.
   */
  asserts(caption: Reading, change: Change): boolean;
}

/** One word or mark of a caption; `start` and `end` are offsets into its text. */
export interface Token {
  readonly text: string;
  readonly lower: string;
  /** Universal part of speech. */
  readonly tag: string;
  readonly start: number;
  readonly end: number;
}

/** Puts `word` in the place of a token, in its casing. */
export function replace(token: Token, word: string): Edit {
  return { start: token.start, end: token.end, text: inCaseOf(token.text, word) };
}

/** Puts `words` in the place of tokens `[first, last]`, in the casing of the first. */
export function replaceSpan(tokens: readonly Token[], first: number, last: number, words: string): Edit {
  return { start: tokens[first]!.start, end: tokens[last]!.end, text: inCaseOf(tokens[first]!.text, words) };
}

/** Puts `words` in front of a token; a sentence's first letter moves to them. */
export function insertBefore(token: Token, words: string): Edit {
  // A first word in capitals is often taken for a name.
  const name = (token.tag === 'PROPN' && token.start > 0) || token.text === 'I';
  const capital = /^[A-Z][a-z]*$/.test(token.text) && !name;
  return {
    start: token.start,
    end: token.end,
    text: capital ? `${capitalise(words)} ${token.text.toLowerCase()}` : `${inCaseOf(token.text, words)} ${token.text}`,
  };
}

/** Takes tokens `[first, last]` out, with the space behind them; the next word takes over the first's capital. */
export function remove(tokens: readonly Token[], first: number, last: number): Edit {
  const next = tokens[last + 1];
  if (!next) return { start: tokens[first - 1]?.end ?? 0, end: tokens[last]!.end, text: '' };
  return { start: tokens[first]!.start, end: next.end, text: inCaseOf(tokens[first]!.text, next.text) };
}

/** `word` in capitals where `model` is, with a first capital where `model` has one. */
export function inCaseOf(model: string, word: string): string {
  if (model.length > 1 && model === model.toUpperCase() && model !== model.toLowerCase()) return word.toUpperCase();
  return /^[A-Z]/.test(model) ? capitalise(word) : word;
}

function capitalise(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The caption's text after the edits, with `a` and `an` set right where the word behind them changed. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let cursor = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    result = agreeArticle(result + text.slice(cursor, edit.start), edit.text) + edit.text;
    cursor = edit.end;
  }
  return result + text.slice(cursor);
}

/** Changes the article that `before` ends in to fit the word that `after` begins with. */
function agreeArticle(before: string, after: string): string {
  const article = /(?<=^|[\s"'(-])(a)n?(\s+)$/i.exec(before);
  const word = /^[\p{L}\d]+/u.exec(after)?.[0];
  if (!article || !word) return before;
  const n = word.length > 1 && word === word.toUpperCase() && article[1] === 'A' ? 'N' : 'n';
  return before.slice(0, article.index) + article[1] + (startsWithVowelSound(word) ? n : '') + article[2];
}

/** Whether `an` goes before the word. */
export function startsWithVowelSound(word: string): boolean {
  const lower = word.toLowerCase();
  if (/^(uni|use|usual|uten|ukul|euro|one\b|once|ufo|ural)/.test(lower) && !/^unin/.test(lower)) return false;
  if (/^(hour|honest|heir|honou?r)/.test(lower)) return true;
  if (/^(8|11$|18)/.test(lower)) return true;
  return /^[aeiou]/.test(lower);
}
