import type { Change, Edit } from '../rule.ts';
import { isNoThing, isNumber, type KoreanCaption, type Word } from './caption.ts';
import { final, finalOf } from './hangul.ts';
import { isModifier } from './modifier.ts';
import { formBehind, readingsOf } from './particle.ts';

/** `[modifiers…] noun` and the particle that gives it its part in the sentence; indices of words, `head` included. */
export interface NounPhrase {
  readonly start: number;
  readonly head: number;
  readonly word: Word;
}

/** Noun phrases whose noun carries a particle. */
export function phrasesOf({ words }: KoreanCaption): NounPhrase[] {
  return words.flatMap((word, head) => {
    if (word.noun === null || word.particle === null) return [];
    return [{ start: startOf(words, head), head, word }];
  });
}

/** First word of what belongs to a noun: what describes it, and nouns without a particle (`쇼핑 카트`). */
export function startOf(words: readonly Word[], head: number): number {
  let start = head;
  while (start > 0 && (isModifier(words[start - 1]!.text) || isBare(words[start - 1]!))) start--;
  return start;
}

function isBare({ text, noun, particle }: Word): boolean {
  if (noun !== null) return particle === null;
  const end = finalOf(text);
  const verbal = end === final.n || end === final.l || end === final.ss || /[고서며아어게지도만이히]$/.test(text);
  return /^\p{Script=Hangul}{2,}$/u.test(text) && !verbal && !isNoThing(text) && readingsOf(text).length === 0;
}

/** Two phrases change places and leave their particles behind, in the forms that fit. Null where a form cannot be told. */
export function exchangePhrases({ text, words }: KoreanCaption, a: NounPhrase, b: NounPhrase): Change | null {
  if (a.word.noun === b.word.noun || a.word.plural || b.word.plural) return null;
  if ([a, b].some(({ start }) => isNumber(words[start - 1]?.text ?? ''))) return null;
  const said = (phrase: NounPhrase) => text.slice(words[phrase.start]!.start, phrase.word.start) + phrase.word.noun!;
  const put = (phrase: NounPhrase, phraseText: string): Edit | null => {
    const living = phrase === b && /^(명|마리)$/.test(a.word.known?.counter ?? '') && b.word.particle!.vowel === '에';
    // Nothing is in somebody; it is on him.
    const form = living ? ' 위에' : formBehind(phraseText, phrase.word.particle!);
    return form === null ? null : { start: words[phrase.start]!.start, end: phrase.word.end, text: phraseText + form };
  };
  const edits = [put(a, said(b)), put(b, said(a))];
  if (edits.includes(null)) return null;
  return {
    from: `${said(a)} … ${said(b)}`,
    to: `${said(b)} … ${said(a)}`,
    edits: edits as Edit[],
  };
}
