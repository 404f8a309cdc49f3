import { textKey } from './screen.ts';

/** Features are counted in this many buckets. */
export const featureBuckets = 2 ** 17;

/** Distinct buckets of a text's words and word pairs, and of its length: what a reader without the picture goes by. */
export function featuresOf(text: string): Int32Array {
  const words = ['<', ...textKey(text).split(' '), '>'];
  const grams = words.flatMap((word, i) => [word, `${words[i - 1] ?? ''} ${word}`]);
  grams.push(`#${words.length}`);
  return Int32Array.from(new Set(grams.map(bucketOf)));
}

function bucketOf(gram: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < gram.length; i++) hash = Math.imul(hash ^ gram.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % featureBuckets;
}
