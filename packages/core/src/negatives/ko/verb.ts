import type { Change, Rule } from '../rule.ts';
import type { KoreanCaption } from './caption.ts';
import type { Ending } from './conjugate.ts';
import { readVerb, writeVerb } from './verb-form.ts';
import { verbs } from './verb-table.ts';

/** `앉아 있다` → `서 있다`, `달리는` → `자는`. */
export const verb: Rule<KoreanCaption> = ({ words }) =>
  words.flatMap((word, i): Change[] => {
    const found = readVerb(word.text);
    if (!found || word.known) return [];
    const lasting = /^있/.test(words[i + 1]?.text ?? '');
    // 서 and other infinitives say that something goes on only before 있다.
    if (/^(infinitive|go|denied)$/.test(found.ending) && !lasting) return [];
    const { to: instead, path } = verbs[found.stem]!;
    const along = /[을를]$/.test(words[i - 1]?.text ?? '');
    return ((along && path) || instead).map((stem) => {
      const to = writeVerb(stem, endingFor(stem, found.ending, lasting));
      return { from: word.text, to, edits: [{ start: word.start, end: word.end, text: to }] };
    });
  });

/** States last as -아 있다 and are described by -은 (앉은 개), activities as -고 있다 and by -는 (달리는 개). */
function endingFor(stem: string, ending: Ending, lasting: boolean): Ending {
  const state = verbs[stem]?.state === true;
  if (lasting && /^(infinitive|go)$/.test(ending)) return state ? 'infinitive' : 'go';
  if (ending === 'past' || ending === 'present') return state ? 'past' : 'present';
  return ending;
}
