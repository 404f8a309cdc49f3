import { final, finalOf } from './hangul.ts';

/** A particle whose form follows the end of the noun before it: after a consonant, after a vowel. */
export interface Allomorphs {
  readonly role: 'topic' | 'subject' | 'object' | 'with' | 'direction' | 'copula' | 'other';
  readonly consonant: string;
  readonly vowel: string;
}

const pair = (role: Allomorphs['role'], consonant: string, vowel: string): Allomorphs => ({ role, consonant, vowel });
const same = (form: string, role: Allomorphs['role'] = 'other'): Allomorphs => ({ role, consonant: form, vowel: form });

/** Longer forms first, so that the longest is found. */
export const particles: readonly Allomorphs[] = [
  pair('other', '으로부터', '로부터'),
  same('에서부터'),
  pair('direction', '으로는', '로는'),
  pair('copula', '이었습니다', '였습니다'),
  ...['에서는', '에게는', '에게서', '이라는'].map((form) => same(form)),
  pair('copula', '이에요', '예요'),
  pair('copula', '이네요', '네요'),
  same('입니다', 'copula'),
  pair('with', '과는', '와는'),
  pair('direction', '으로', '로'),
  pair('with', '이랑', '랑'),
  pair('other', '이나', '나'),
  ...['에서', '에게', '한테', '에는', '에도', '까지', '부터', '처럼', '보다', '마다', '만큼'].map((form) => same(form)),
  same('하고', 'with'),
  pair('copula', '이다', '다'),
  pair('topic', '은', '는'),
  pair('subject', '이', '가'),
  pair('object', '을', '를'),
  pair('with', '과', '와'),
  ...['에', '의', '도', '만'].map((form) => same(form)),
];

/** The particle's form behind a noun; null where the noun's end cannot be told. */
export function formBehind(noun: string, { role, consonant, vowel }: Allomorphs): string | null {
  if (consonant === vowel) return vowel;
  const end = finalOf(noun);
  if (end === null) return null;
  return end === final.none || (role === 'direction' && end === final.l) ? vowel : consonant;
}

export const subject = pair('subject', '이', '가');
export const object = pair('object', '을', '를');
export const copula = pair('copula', '이다', '다');

/** Every way to read a word as something and a particle in the form that fits it, longest particle first. */
export function readingsOf(word: string): { readonly stem: string; readonly particle: Allomorphs }[] {
  return particles.flatMap((particle) =>
    [...new Set([particle.consonant, particle.vowel])].flatMap((form) => {
      const stem = word.slice(0, -form.length);
      return word.endsWith(form) && stem !== '' && formBehind(stem, particle) === form ? [{ stem, particle }] : [];
    }),
  );
}
