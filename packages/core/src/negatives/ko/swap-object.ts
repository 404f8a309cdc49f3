import type { Rule } from '../rule.ts';
import type { KoreanCaption } from './caption.ts';
import { exchangePhrases, phrasesOf, startOf } from './noun-phrase.ts';

// A place with a direction; beside and between are the same both ways.
const places = /^(위|아래|밑|앞|뒤|안|밖|속|왼쪽|오른쪽)(에|에서|에는|에서는|으로|로|의)?$/;

/** `나무가 쇼핑 카트에 있다` → `쇼핑 카트가 나무에 있다`: who is where. */
export const swapObject: Rule<KoreanCaption> = (caption) => {
  const { words } = caption;
  const who = phrasesOf(caption).filter(({ word }) => /^(subject|topic)$/.test(word.particle!.role));
  const inParticle = phrasesOf(caption).filter(({ word }) => /^(에|에는)$/.test(word.particle!.vowel));
  // `탁자 위에`: the noun is bare, the place word carries the particle.
  const atPlace = words.flatMap((word, head) =>
    word.noun !== null && word.particle === null && places.test(words[head + 1]?.text ?? '')
      ? [
          {
            start: startOf(words, head),
            head,
            word: { ...word, particle: { role: 'other', consonant: '', vowel: '' } as const },
          },
        ]
      : [],
  );
  return who.flatMap((first) =>
    [...inParticle, ...atPlace].flatMap((second) => {
      const change = first.head === second.head ? null : exchangePhrases(caption, first, second);
      return change ? [change] : [];
    }),
  );
};
