import { hashBytes, type PairSet } from '@anagram/core';

/** Both worlds' captions are a phrase in a frame; the phrase says everything. */
const frame = /^(there (is|are)|a picture of|looking at|exactly) /;

/** Other wordings of a caption of the worlds, as true of the picture as it is: another frame, with or without `is` and `to the`. */
export function reword(text: string): string[] {
  const phrase = text
    .replace(frame, '')
    .replaceAll('there is ', '')
    .replace(/ and nothing else$/, '')
    .replace(/ (that )?(is|are) /, ' ');
  const turned = / to the (left|right) of /.test(phrase)
    ? phrase.replace(/ to the (left|right) of /, ' $1 of ')
    : phrase.replace(/ (left|right) of /, ' to the $1 of ');
  const verb = /^(two|three|four|five) /.test(phrase) ? 'are' : 'is';
  const wordings = [phrase, turned, `a picture of ${turned}`, `there ${verb} ${turned}`];
  return [...new Set(wordings)].filter((wording) => wording !== text);
}

/** The same pairs, each with other wordings of its text. */
export function reworded(set: PairSet): PairSet {
  return {
    ...set,
    name: `${set.name}-reworded`,
    fingerprint: hashBytes(`reworded ${set.fingerprint}`),
    category: (index) => set.category(index),
    async pair(index, imageSize, fit) {
      const pair = await set.pair(index, imageSize, fit);
      return { ...pair, paraphrases: reword(pair.text) };
    },
    texts: () => set.texts(),
  };
}
