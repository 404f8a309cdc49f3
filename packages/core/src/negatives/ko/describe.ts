import type { Change, Rule } from '../rule.ts';
import type { KoreanCaption } from './caption.ts';
import { modifiers } from './modifier.ts';

// What may follow a colour that is a noun: `빨간색의`, `빨간색으로`, `빨간색입니다`.
const behindColour = /^(.*색)(의|이|은|을|과|으로|인|이다|입니다|이에요)?$/;

/** Exchanges what describes a noun for another of its kind. */
export function describeOtherwise(kind: keyof typeof modifiers): Rule<KoreanCaption> {
  const table = modifiers[kind];
  return ({ words }) => {
    const said = new Set(words.map((word) => word.text));
    return words.flatMap((word, i): Change[] => {
      const coloured = kind === 'colour' ? behindColour.exec(word.text) : null;
      const from = Object.hasOwn(table, word.text) ? word.text : (coloured?.[1] ?? '');
      if (!Object.hasOwn(table, from)) return [];
      // Before another word of the kind (`빨간 파란 줄무늬`) it would be said of the same thing.
      const neighbours = [words[i - 1]?.text ?? '', words[i + 1]?.text ?? ''];
      if (from === '어린' && /^(소년|소녀|아이|아기|학생|남자아이|여자아이)/.test(words[i + 1]?.text ?? '')) return [];
      if (i === words.length - 1 && from === word.text && !/색$/.test(from)) return [];
      return table[from]!.filter((to) => !neighbours.includes(to)).map((to) => ({
        ...{ from, to, weight: said.has(to) ? 2 : 1 },
        edits: [{ start: word.start, end: word.start + from.length, text: to }],
      }));
    });
  };
}
