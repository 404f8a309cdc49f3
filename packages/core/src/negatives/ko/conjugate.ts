import { compose, final, type Syllable, syllableOf, vowel } from './hangul.ts';

/** Endings by the meaning that captions use them for, shown on 먹다. */
export const endings = {
  /** 먹고 */ go: 'go',
  /** 먹어 */ infinitive: 'infinitive',
  /** 먹는다 */ plain: 'plain',
  /** 먹는 */ present: 'present',
  /** 먹은 */ past: 'past',
  /** 먹습니다 */ formal: 'formal',
  /** 먹어요 */ polite: 'polite',
  /** 먹었다 */ plainPast: 'plainPast',
  /** 먹었습니다 */ formalPast: 'formalPast',
  /** 먹네요 */ exclaimed: 'exclaimed',
  /** 먹지 */ denied: 'denied',
} as const;
export type Ending = keyof typeof endings;

/**
 * A verb's stem with an ending. Irregular stems are told by their class; what ends in 하, 르 or ㅡ, and stems in ㄹ, need none.
 * @param irregular `d`: 걷다, 걸어. `b`: 눕다, 누워.
 */
export function conjugate(stem: string, ending: Ending, irregular?: 'd' | 'b'): string {
  switch (ending) {
    case 'go':
      return `${stem}고`;
    case 'denied':
      return `${stem}지`;
    case 'present':
      return `${withoutL(stem)}는`;
    case 'exclaimed':
      return `${withoutL(stem)}네요`;
    case 'plain':
      return closed(stem) ? `${stem}는다` : `${close(withoutL(stem), final.n)}다`;
    case 'formal':
      return closed(stem) ? `${stem}습니다` : `${close(withoutL(stem), final.b)}니다`;
    case 'past':
      if (irregular === 'b') return `${withoutFinal(stem)}운`;
      if (irregular === 'd') return `${withFinal(stem, final.l)}은`;
      return closed(stem) ? `${stem}은` : close(withoutL(stem), final.n);
    case 'infinitive':
      return infinitive(stem, irregular);
    case 'polite':
      return `${infinitive(stem, irregular)}요`;
    case 'plainPast':
      return `${close(infinitive(stem, irregular), final.ss)}다`;
    case 'formalPast':
      return `${close(infinitive(stem, irregular), final.ss)}습니다`;
  }
}

const lastOf = (stem: string): Syllable => syllableOf(stem.at(-1)!)!;
const closed = (stem: string): boolean => ![final.none, final.l].includes(lastOf(stem).final as 0 | 8);
const withFinal = (stem: string, end: number): string => stem.slice(0, -1) + compose({ ...lastOf(stem), final: end });
const withoutFinal = (stem: string): string => withFinal(stem, final.none);
const withoutL = (stem: string): string => (lastOf(stem).final === final.l ? withoutFinal(stem) : stem);
const close = (open: string, end: number): string => withFinal(open, end);

function infinitive(stem: string, irregular: 'd' | 'b' | undefined): string {
  const last = lastOf(stem);
  if (stem.endsWith('하')) return `${stem.slice(0, -1)}해`;
  if (irregular === 'b') return `${withoutFinal(stem)}워`;
  const base = irregular === 'd' ? withFinal(stem, final.l) : stem;
  const bright = last.vowel === vowel.a || last.vowel === vowel.o;
  if (last.final !== final.none) return base + (bright ? '아' : '어');
  const become = (to: number): string => stem.slice(0, -1) + compose({ ...last, vowel: to });
  if (stem.length > 1 && stem.endsWith('르')) {
    const before = lastOf(stem.slice(0, -1));
    const doubled = withFinal(stem.slice(0, -1), final.l);
    return doubled + (before.vowel === vowel.a || before.vowel === vowel.o ? '라' : '러');
  }
  if (last.vowel === vowel.eu) return become(vowel.eo);
  if (last.vowel === vowel.o) return become(vowel.wa);
  if (last.vowel === vowel.u) return become(vowel.wo);
  if (last.vowel === vowel.i) return become(vowel.yeo);
  return last.vowel === vowel.wi ? `${stem}어` : stem;
}
