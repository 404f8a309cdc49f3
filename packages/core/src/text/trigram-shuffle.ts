import type { Random } from '../random.ts';
import { normaliseText } from './normalise.ts';

export type TrigramUnit = 'word' | 'character';

const words = new Intl.Segmenter('und', { granularity: 'word' });
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
/** A text that can be read differently fails to be with probability of at most 1/2 a draw. */
const mostDraws = 64;

/**
 * T'_S of the paper (5.1): cuts the text into trigrams, three consecutive words or characters each (the last may be
 * shorter), and shuffles their order. An order that reads as before is drawn again.
 * @param unit `word`: Unicode words, punctuation staying with the word before it. `character`: what a reader takes for
 * one (grapheme), blanks included.
 * @returns null where the text has a single trigram, or where every order reads the same.
 */
export function trigramShuffle(text: string, unit: TrigramUnit, random: Random): string | null {
  const original = text.normalize('NFC').replace(/\s+/gu, ' ').trim();
  const units = unit === 'word' ? splitWords(original) : Array.from(graphemes.segment(original), (s) => s.segment);
  // Chinese, Japanese and Thai write no blanks; what has none gets none.
  const blank = unit === 'word' && original.includes(' ') ? ' ' : '';
  const trigrams: string[] = [];
  for (let at = 0; at < units.length; at += 3) trigrams.push(units.slice(at, at + 3).join(blank));
  if (trigrams.length < 2) return null;
  const before = normaliseText(trigrams.join(blank));
  for (let draw = 0; draw < mostDraws; draw++) {
    const shuffled = random.shuffle([...trigrams]).join(blank);
    if (normaliseText(shuffled) !== before) return shuffled;
  }
  return null;
}

/** Words with the punctuation that follows them; blanks are left out. */
function splitWords(text: string): string[] {
  const units: string[] = [];
  let glue = false;
  for (const { segment, isWordLike } of words.segment(text)) {
    if (segment === ' ') glue = false;
    else if (glue && !isWordLike) units[units.length - 1] += segment;
    else {
      units.push(segment);
      glue = true;
    }
  }
  return units;
}
