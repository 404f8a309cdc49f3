import type { Edit } from '../rule.ts';
import { isModifier } from './modifier.ts';
import { type Noun, nouns } from './noun-table.ts';
import { type Allomorphs, formBehind, readingsOf } from './particle.ts';

/** One word between blanks (eojeol), without the marks around it; `start` and `end` are offsets into the caption. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** The noun that carries the particle, without 들; null for everything else. */
  readonly noun: string | null;
  /** Its entry, where it is a noun of the table. */
  readonly known: Noun | null;
  readonly plural: boolean;
  /** Null behind a bare noun. */
  readonly particle: Allomorphs | null;
}

/** A Korean caption, read; NFC. */
export interface KoreanCaption {
  readonly text: string;
  readonly words: readonly Word[];
}

export function readKorean(text: string): KoreanCaption {
  const words = [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)].map((match) => ({ text: match[0], start: match.index }));
  return {
    text,
    words: words.map(({ text: word, start }, i) => {
      const counted = isNumber(words[i - 1]?.text ?? '');
      return { text: word, start, end: start + word.length, ...readWord(word, counted) };
    }),
  };
}

/** Places and times that stand under particles and are no things. */
const noThing =
  /^(위|아래|밑|앞|뒤|옆|안|밖|속|곁|왼쪽|오른쪽|가운데|사이|때|때문|동안|후|전|중|모습|것|곳|수|쪽|손|오른손|왼손|색|점|다음|마지막|오늘|밤|낮|아침|저녁|그|이|저|누|나|너|우리|모두|함께|서로|하나|둘|셋|넷|끝|주위|주변|근처|하늘|땅|공중|물|배경|무늬|모양|종류|부분|사진|그림|.*색)$/;
export const isNoThing = (word: string): boolean => noThing.test(word) || noNoun.test(word);
export const isNumber = (word: string): boolean => /^(한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|몇|여러|\d+)$/.test(word);

/** Adverbs and other words that only look like a noun with a particle. */
const noNoun =
  /^(없이|같이|높이|많이|깊이|가까이|나란히|멀리|빨리|다시|매우|아주|가장|더|잘|또|및|혹은|그리고|하지만|사이로|서로|스스로|바로|홀로|새로|앞으로|뒤로|위로|아래로|밖으로|안으로|속으로|별로|주로)$/;

/** Whether the caption is one phrase that ends in this word: no second sentence, no addition in brackets. */
export const endsIn = ({ text }: KoreanCaption, { start, end }: Word): boolean =>
  /^[\s.!~]*$/.test(text.slice(end)) && !/[.,!?–(:]\s/.test(text.slice(0, start));

function readWord(word: string, counted: boolean): Pick<Word, 'noun' | 'known' | 'plural' | 'particle'> {
  const none = { noun: null, known: null, plural: false, particle: null };
  // `세 개` counts, and a word that describes is no noun.
  if (isModifier(word) || noNoun.test(word) || (counted && /^(개|마리|명|대|권|송이|채|벌|잔|병|그루)/.test(word)))
    return none;
  if (nouns.has(word)) return { noun: word, known: nouns.get(word)!, plural: false, particle: null };
  const readings = readingsOf(word);
  for (const { stem, particle } of [{ stem: word, particle: null }, ...readings]) {
    const plural = stem.endsWith('들') && nouns.has(stem.slice(0, -1));
    const noun = plural ? stem.slice(0, -1) : stem;
    if (nouns.has(noun) && (plural || particle)) return { noun, known: nouns.get(noun)!, plural, particle };
  }
  // A noun that no table has is recognised by particles that are nothing else.
  const sure = readings.find(({ stem, particle }) => isSure(stem, particle));
  return sure ? { noun: sure.stem, known: null, plural: false, particle: sure.particle } : none;
}

function isSure(stem: string, { role, vowel }: Allomorphs): boolean {
  if (!/^\p{Script=Hangul}+$/u.test(stem) || noThing.test(stem) || stem.endsWith('들')) return false;
  if (role === 'object' || /^(에서|에게)$/.test(vowel)) return stem.length > 1;
  return (role === 'subject' || vowel === '에') && stem.length > 1;
}

/** Puts a noun in the place of a word's own; the particle takes the form that fits it. Null where that cannot be told. */
export function putNoun(word: Word, noun: string): Edit | null {
  const whole = word.plural ? `${noun}들` : noun;
  const form = word.particle ? formBehind(whole, word.particle) : '';
  return form === null ? null : { start: word.start, end: word.end, text: whole + form };
}
