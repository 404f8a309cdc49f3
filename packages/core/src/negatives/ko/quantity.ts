import type { Change, Rule } from '../rule.ts';
import { endsIn, type KoreanCaption, type Word } from './caption.ts';
import { formBehind } from './particle.ts';

const numbers = ['한', '두', '세', '네', '다섯', '여섯', '일곱', '여덟', '아홉', '열'];
const counters = /^(마리|명|개|대|권|송이|채|벌|잔|병|그루|장|켤레|자루|척|사람|분|조각|쌍|그릇|알)/;

/** `두 마리` → `세 마리`, `3명` → `4명`, `고양이가` → `고양이 두 마리가`. */
export const quantity: Rule<KoreanCaption> = (caption) =>
  caption.words.flatMap((word, i): Change[] => {
    const { words } = caption;
    const counted = counters.test(words[i + 1]?.text ?? '');
    const value = numbers.indexOf(word.text) + 1;
    if (value > 0 && counted) return numberChanges(word, word.text, value, (n) => numbers[n - 1]);
    const digits = /^(\d{1,2})(마리|명|개|대|권|송이|채|벌|잔|병|그루|사람|켤레|자루|척)/.exec(word.text);
    if (digits) return numberChanges(word, digits[1]!, Number(digits[1]), String);
    return several(caption, i);
  });

function numberChanges(word: Word, from: string, value: number, name: (n: number) => string | undefined): Change[] {
  return [-2, -1, 1, 2, 3].flatMap((step) => {
    const to = value + step < 1 ? undefined : name(value + step);
    if (to === undefined) return [];
    const edits = [{ start: word.start, end: word.start + from.length, text: to }];
    return [{ from, to, edits, weight: Math.abs(step) === 1 ? 2 : 1 }];
  });
}

/** One thing becomes several: the counter takes over the particle. */
function several(caption: KoreanCaption, i: number): Change[] {
  const { words } = caption;
  const word = words[i]!;
  const [before, next] = [words[i - 1]?.text ?? '', words[i + 1]];
  const counter = word.known?.counter;
  // A bare noun is counted where the caption ends with it; before another noun it belongs to that.
  const role = word.particle?.role;
  const last = next === undefined && role === undefined && endsIn(caption, word);
  if (!counter || word.plural || !(last || role === 'subject' || role === 'object' || role === 'topic')) return [];
  if (/^(여러|많은|모든|각|몇|수많은)$/.test(before) || numbers.includes(before) || numbers.includes(next?.text ?? ''))
    return [];
  if (/^(사람|해|달)$/.test(word.noun!) && role === 'topic') return [];
  return [2, 3, 4].map((n) => {
    const counting = `${numbers[n - 1]} ${counter}`;
    const form = word.particle ? formBehind(counting, word.particle) : '';
    const to = `${word.noun} ${counting}`;
    return {
      from: word.noun!,
      to,
      edits: [{ start: word.start, end: word.end, text: to + form }],
      weight: n === 2 ? 2 : 1,
    };
  });
}
