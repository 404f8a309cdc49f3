import type { Change, Rule } from '../rule.ts';
import { isNumber, type KoreanCaption, putNoun } from './caption.ts';

/** `고양이가 있다` → `개가 있다`: another thing of its kind under the same particle. */
export const object: Rule<KoreanCaption> = ({ text, words }) =>
  words.flatMap((word, i) => {
    if (!word.known || text.charAt(word.start - 1) === '(') return [];
    const next = words[i + 1]?.text;
    // `달 착륙선`: a short noun before another is a part of its name.
    if (!word.particle && word.text.length === 1 && next !== undefined && !isNumber(next)) return [];
    // `말을 하다` speaks, `별 모양` is a shape.
    if (word.noun === '말' && /^하|^걸/.test(words[i + 1]?.text ?? '')) return [];
    return word.known.others.flatMap((to): Change[] => {
      const edit = putNoun(word, to);
      return edit && !words.some(({ noun }) => noun === to) ? [{ from: word.noun!, to, edits: [edit] }] : [];
    });
  });
