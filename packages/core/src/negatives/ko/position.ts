import type { Change, Rule } from '../rule.ts';
import type { KoreanCaption } from './caption.ts';
import { formBehind, readingsOf } from './particle.ts';

const opposites: { readonly [place: string]: readonly string[] } = {
  위: ['아래', '밑'],
  아래: ['위'],
  밑: ['위'],
  앞: ['뒤'],
  뒤: ['앞'],
  안: ['밖'],
  속: ['밖'],
  밖: ['안'],
  왼쪽: ['오른쪽'],
  오른쪽: ['왼쪽'],
  좌측: ['우측'],
  우측: ['좌측'],
  왼: ['오른'],
  오른: ['왼'],
  윗쪽: ['아래쪽'],
  위쪽: ['아래쪽'],
  아래쪽: ['위쪽'],
  앞쪽: ['뒤쪽'],
  뒤쪽: ['앞쪽'],
  안쪽: ['바깥쪽'],
  바깥쪽: ['안쪽'],
  왼손: ['오른손'],
  오른손: ['왼손'],
};
// These mean a place by themselves, without a particle.
const alone = /쪽$|측$|^왼|^오른/;

/** `탁자 위에` → `탁자 아래에`; `나무 옆에 있다` → `나무에서 멀리 떨어져 있다`. */
export const position: Rule<KoreanCaption> = ({ words }) =>
  words.flatMap((word, i): Change[] => {
    const before = words[i - 1];
    const bare = Object.hasOwn(opposites, word.text) && alone.test(word.text);
    const reading = readingsOf(word.text).find(({ stem }) => Object.hasOwn(opposites, stem));
    const place = bare ? word.text : (reading?.stem ?? '');
    if (Object.hasOwn(opposites, place)) {
      // `먹은 뒤에` is a time: a place stands behind a noun.
      if (!alone.test(place) && /[ㄴ은는던]$|한$|난$|온$|간$/.test(before?.text ?? '') && !before?.noun) return [];
      if (!alone.test(place) && !before && reading?.particle.role !== 'direction') return [];
      return opposites[place]!.map((to) => {
        const form = reading ? formBehind(to, reading.particle)! : '';
        return { from: place, to, edits: [{ start: word.start, end: word.end, text: to + form }] };
      });
    }
    const far = /^(옆|곁|가까이)(에|에서)?$/.test(word.text) && /^있/.test(words[i + 1]?.text ?? '');
    if (!far || !before?.noun || before.particle) return [];
    const edits = [{ start: before.end, end: word.end, text: '에서 멀리 떨어져' }];
    return [{ from: word.text, to: '에서 멀리 떨어져', edits }];
  });
