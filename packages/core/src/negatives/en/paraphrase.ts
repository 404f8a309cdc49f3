import { type Caption, type NounPhrase, readCaption } from './caption.ts';

const frame = /^(?:there (?:is|are) |an? (?:picture|photo|photograph|image) of )/i;

/**
 * Other wordings of an English caption that say the same of its picture: without its frame, or in another one. Only a caption that is one
 * phrase from end to end has any (`a dog is running` becomes one); a sentence with another verb of its own has none.
 * @example
 * paraphraseEnglish('there is a dog on a couch') // the caption itself among them
 * // a dog on a couch · there is a dog on a couch · a picture of a dog on a couch
 */
export function paraphraseEnglish(text: string): string[] {
  const caption = readCaption(
    text
      .trim()
      .replace(frame, '')
      .replace(/\s*\.$/, ''),
  );
  const [first] = caption.phrases;
  const phrase = first?.start === 0 ? phraseOf(caption, first) : null;
  return phrase === null ? [] : [phrase, `there ${first!.plural ? 'are' : 'is'} ${phrase}`, `a picture of ${phrase}`];
}

/** The caption without the copula of its first thing; null where a verb is left that makes it a sentence. */
function phraseOf({ text, tokens, phrases }: Caption, first: NounPhrase): string | null {
  const [next, behind] = [tokens[first.end], tokens[first.end + 1]];
  const said = /^(is|are)$/.test(next?.lower ?? '') && /^(VERB|ADP|PART)$/.test(behind?.tag ?? '') ? first.end : -1;
  const finite = tokens.some(
    ({ tag, lower }, at) =>
      at !== said &&
      !phrases.some(({ start, end }) => start <= at && at < end) &&
      (tag === 'AUX' || lower === 'there' || (tag === 'VERB' && !lower.endsWith('ing'))),
  );
  if (finite) return null;
  const { tag, start } = tokens[first.start]!;
  const { end } = tokens[first.head]!;
  const thing = text.slice(start, end);
  const rest = text.slice(said < 0 ? end : next!.end);
  return (tag === 'PROPN' ? thing : thing.charAt(0).toLowerCase() + thing.slice(1)) + rest;
}
