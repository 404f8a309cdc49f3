import type { Change, Rule } from '../rule.ts';
import { endsIn, type KoreanCaption, type Word } from './caption.ts';
import { compose, final, syllableOf, vowel } from './hangul.ts';
import { isModifier } from './modifier.ts';
import { copula, formBehind, subject } from './particle.ts';
import { readVerb, writeVerb } from './verb-form.ts';

/** Words that deny. */
export const denial = /^(없.*|않.*|아니.*|아닙니다|안|못.*|.*지않.*|.*없는)$/;

export const negation: Rule<KoreanCaption> = (caption) =>
  caption.words.some((word) => denial.test(word.text)) ? affirm(caption) : deny(caption);

const swap = (word: Word, to: string, from = word.text): Change => ({
  ...{ from, to, weight: 3 },
  edits: [{ start: word.start, end: word.end, text: to }],
});

/** `앉아 있다` → `앉아 있지 않다`. */
const lasting: { readonly [form: string]: string } = {
  있다: '있지 않다',
  있습니다: '있지 않습니다',
  있어요: '있지 않아요',
  있네요: '있지 않네요',
  있는: '있지 않은',
  있었다: '있지 않았다',
  있음: '있지 않음',
};
const denied: { readonly [ending: string]: string } = {
  plain: '않는다',
  present: '않는',
  formal: '않습니다',
  polite: '않아요',
  exclaimed: '않네요',
  plainPast: '않았다',
  formalPast: '않았습니다',
};
const doing: { readonly [form: string]: string } = {
  합니다: '하지 않습니다',
  한다: '하지 않는다',
  해요: '하지 않아요',
  하네요: '하지 않네요',
  됩니다: '되지 않습니다',
  된다: '되지 않는다',
};
const being: { readonly [form: string]: string } = {
  입니다: '아닙니다',
  이다: '아니다',
  이에요: '아니에요',
  예요: '아니에요',
  이네요: '아니네요',
  네요: '아니네요',
};

function deny(caption: KoreanCaption): Change[] {
  const { words } = caption;
  const changes = words.flatMap((word, i): Change[] => {
    const before = words[i - 1];
    if (/^있(다|습니다|어요|네요|는|었다|음)$/.test(word.text) && before) return denyExistence(word, before);
    const verb = readVerb(word.text);
    const last = i === words.length - 1;
    if (verb && !word.known && denied[verb.ending] && (last || verb.ending === 'present'))
      return [swap(word, `${writeVerb(verb.stem, 'denied')} ${denied[verb.ending]}`)];
    if (!last) return [];
    const does = /^(.*)(합니다|한다|해요|하네요|됩니다|된다)$/.exec(word.text);
    if (does && !verb) return [swap(word, does[1]! + doing[does[2]!])];
    const other = verb || word.known ? null : denyUnknown(word.text);
    if (other) return [swap(word, other)];
    return endsIn(caption, word) ? denyNoun(word) : [];
  });
  // The main clause is what a caption asserts: its predicate is drawn more often than what describes a noun.
  return changes.map((change, i) => (i === changes.length - 1 ? change : { ...change, weight: 1 }));
}

/** `기다린다` → `기다리지 않는다`, for verbs that no table has. Null where the stem cannot be told (`만든다` is of 만들다). */
function denyUnknown(form: string): string | null {
  const closed = /^(.+)(는다|습니다)$/.exec(form);
  if (closed)
    // `생겼습니다` is past: its stem ends before the ending that closes it.
    return syllableOf(closed[1]!.at(-1)!)?.final === final.ss || /없$/.test(closed[1]!)
      ? null
      : `${closed[1]}지 ${closed[2] === '는다' ? '않는다' : '않습니다'}`;
  const open = /^(.*)(.)(다|니다)$/.exec(form);
  const syllable = open && syllableOf(open[2]!);
  const wanted = open?.[3] === '다' ? final.n : final.b;
  if (
    !open ||
    !syllable ||
    syllable.final !== wanted ||
    open[1] === '' ||
    syllable.vowel === vowel.eu ||
    /입니다$/.test(form)
  )
    return null;
  return `${open[1]}${compose({ ...syllable, final: final.none })}지 ${open[3] === '다' ? '않는다' : '않습니다'}`;
}

function denyExistence(word: Word, before: Word): Change[] {
  const goesOn = /고$/.test(before.text) || isInfinitive(before);
  if (goesOn) return lasting[word.text] ? [swap(word, lasting[word.text]!)] : [];
  return [swap(word, `없${word.text.slice(1)}`)];
}

/** `앉아`, `달려`: an open last syllable with a vowel that infinitives have, on no noun. */
function isInfinitive({ text, noun, particle }: Word): boolean {
  if (noun !== null && particle !== null) return false;
  if (readVerb(text)?.ending === 'infinitive') return true;
  const last = syllableOf(text.at(-1)!);
  return last?.final === 0 && [0, 1, 4, 6, 9, 14].includes(last.vowel) && !/[에가나]$/.test(text) && noun === null;
}

const copulas = /^(.+?)(입니다|이다|이에요|예요|이네요|네요)$/;

/** `개입니다` → `개가 아닙니다`; a caption that only names a thing → `개가 없다`. */
function denyNoun(word: Word): Change[] {
  const named = copulas.exec(word.text);
  if (named && !readVerb(word.text) && !/[었았했하있보]$/.test(named[1]!) && word.noun !== null) {
    const form = formBehind(named[1]!, subject);
    return form === null ? [] : [swap(word, `${named[1]}${form} ${being[named[2]!]}`)];
  }
  const bare = word.noun !== null ? word.particle === null : isName(word.text);
  if (!bare || isModifier(word.text)) return [];
  const form = formBehind(word.text, subject);
  if (form === null) return [];
  return [{ from: '', to: '없다', edits: [{ start: word.end, end: word.end, text: `${form} 없다` }] }];
}

/** A word that is no noun of the table, but ends a caption as only nouns do. */
const isName = (word: string): boolean =>
  /^\p{Script=Hangul}{2,}$/u.test(word) &&
  !/(다|요|죠|까|자|음|함|됨|고|서|며|는|은|을|를|의|에|로|게|기|마리|송이|그루|켤레|중|글자|네|금지)$/.test(word);

function affirm({ words }: KoreanCaption): Change[] {
  return words.flatMap((word, i): Change[] => {
    const before = words[i - 1];
    const change = (from: Word, text: string): Change[] => [
      {
        from: `${from === word ? '' : `${from.text} `}${word.text}`,
        to: text,
        edits: [{ start: from.start, end: word.end, text }],
      },
    ];
    if (/^없(다|습니다|어요|네요|는|었다|음)$/.test(word.text)) {
      // `개가 없다` → `개가 있다`; `없는` before what is not there describes it otherwise.
      return change(word, `있${word.text.slice(1)}`);
    }
    const ending = Object.keys(denied).find((each) => denied[each] === word.text);
    const stem = before?.text.endsWith('지') ? readVerb(before.text)?.stem : undefined;
    if (before?.text === '있지') {
      const form = Object.keys(lasting).find((each) => lasting[each] === `있지 ${word.text}`);
      return form ? change(before, form) : [];
    }
    if (ending && stem && before) return change(before, writeVerb(stem, ending as 'plain'));
    const copulaForm = Object.keys(being).find(
      (each) => being[each] === word.text && /^(입니다|이다|이에요)$/.test(each),
    );
    if (copulaForm && before?.noun && before.particle?.role === 'subject') {
      const form =
        copulaForm === '이다'
          ? formBehind(before.noun, copula)!
          : copulaForm === '이에요'
            ? formBehind(before.noun, { role: 'copula', consonant: '이에요', vowel: '예요' })!
            : copulaForm;
      return change(before, before.noun + form);
    }
    return [];
  });
}
