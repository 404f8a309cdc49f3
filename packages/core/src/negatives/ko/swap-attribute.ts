import type { Change, Rule } from '../rule.ts';
import type { KoreanCaption } from './caption.ts';
import { kindOf, modifiers } from './modifier.ts';

/** `빨간 고양이와 파란 개` → `파란 고양이와 빨간 개`. */
export const swapAttribute: Rule<KoreanCaption> = ({ words }) => {
  // What is described: the next noun, with or without a particle.
  const said = words.flatMap((word, at) => {
    const kind = kindOf(word.text);
    const noun = words.slice(at + 1).find((each) => !kindOf(each.text));
    return kind && noun ? [{ word, kind, noun: noun.noun ?? noun.text, of: noun.start }] : [];
  });
  return said.flatMap((a, i) =>
    said.slice(i + 1).flatMap((b): Change[] => {
      if (a.kind !== b.kind || a.of === b.of || a.noun === b.noun || a.word.text === b.word.text) return [];
      if (
        a.kind === 'colour' &&
        !modifiers.colour[a.word.text]!.includes(b.word.text) &&
        !opposed(a.word.text, b.word.text)
      )
        return [];
      return [
        {
          from: `${a.word.text} … ${b.word.text}`,
          to: `${b.word.text} … ${a.word.text}`,
          edits: [
            { start: a.word.start, end: a.word.end, text: b.word.text },
            { start: b.word.start, end: b.word.end, text: a.word.text },
          ],
        },
      ];
    }),
  );
};

/** Colours in different forms (`파란`, `흰색`) are far apart when each is far from the other's plain form. */
const opposed = (a: string, b: string): boolean =>
  modifiers.colour[b]!.includes(a) || (a.endsWith('색') !== b.endsWith('색') && a.charAt(0) !== b.charAt(0));
