/** Jamo of a precomposed syllable, as indices into Unicode's order (The Unicode Standard, 3.12). */
export interface Syllable {
  readonly lead: number;
  readonly vowel: number;
  /** 0 where nothing closes the syllable. */
  readonly final: number;
}

const first = 0xac00;
const finals = 28;
const vowels = 21;

/** Null for anything but a precomposed syllable. */
export function syllableOf(character: string): Syllable | null {
  const code = (character.codePointAt(0) ?? 0) - first;
  if (code < 0 || code >= 11172) return null;
  return {
    lead: Math.floor(code / (finals * vowels)),
    vowel: Math.floor(code / finals) % vowels,
    final: code % finals,
  };
}

export function compose({ lead, vowel, final }: Syllable): string {
  return String.fromCodePoint(first + (lead * vowels + vowel) * finals + final);
}

/** Finals by their index. */
export const final = { none: 0, n: 4, d: 7, l: 8, b: 17, ss: 20 } as const;
/** Vowels by their index. */
export const vowel = {
  a: 0,
  ae: 1,
  ya: 2,
  eo: 4,
  e: 5,
  yeo: 6,
  o: 8,
  wa: 9,
  u: 13,
  wo: 14,
  wi: 16,
  eu: 18,
  i: 20,
} as const;

// How the digits end when they are read: 영 일 이 삼 사 오 육 칠 팔 구.
const digitFinals = [21, final.l, 0, 16, 0, 0, 1, final.l, final.l, 0];

/** How a word ends when it is spoken; null where it cannot be told (Latin letters, marks). */
export function finalOf(word: string): number | null {
  const last = [...word].at(-1) ?? '';
  if (/^[0-9]$/.test(last)) return digitFinals[Number(last)]!;
  return syllableOf(last)?.final ?? null;
}
