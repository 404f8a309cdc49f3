import type { PairVerifier, ScorableImage } from '../verify/pair-verifier.ts';

const mostDoubts = 3;
/** Of a very long text the first words are looked at. */
const mostWords = 40;

/**
 * Words of a text that fit its picture least: those without which the verifier believes it more, the worst first, at most three.
 * Words are what stands between marks and spaces; of a language without spaces whole runs.
 */
export async function doubtedWords(
  verifier: PairVerifier,
  { image, imageHash }: ScorableImage,
  text: string,
  options: { signal?: AbortSignal } = {},
): Promise<string[]> {
  const words = [...text.matchAll(/[\p{L}\p{M}\p{N}'’-]+/gu)].slice(0, mostWords);
  if (words.length < 2) return [];
  const without = words.map(({ 0: word, index }) =>
    `${text.slice(0, index)}${text.slice(index + word.length)}`.replace(/\s+/g, ' ').trim(),
  );
  const [whole, ...parts] = await verifier.score(
    [text, ...without].map((each) => ({ image, imageHash, text: each })),
    options,
  );
  const gains = words.map(({ 0: word }, i) => ({ word, gain: parts[i]!.score - whole!.score }));
  const doubted = gains.filter(({ gain }) => gain > 0).sort((a, b) => b.gain - a.gain);
  return [...new Set(doubted.map(({ word }) => word))].slice(0, mostDoubts);
}
