import { paraphraseEnglish } from './en/paraphrase.ts';
import { languageOf } from './language.ts';
import { textKey } from './screen.ts';

/**
 * Other wordings of a caption that are as true of its picture, by rules: `there is a cat left of a dog` is `a picture of a cat left of a dog`.
 * English alone; none where the rules do not read the caption from end to end.
 */
export function paraphrase(text: string): string[] {
  if (languageOf(text) !== 'en') return [];
  return paraphraseEnglish(text).filter((wording) => textKey(wording) !== textKey(text));
}
