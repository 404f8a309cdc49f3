import { defineSource, encodePng, type PairVerifier, prepare } from '@anagram/core';

/** Prepares captions with a picture each, all of them believed, without training anything. */
export async function prepareBelieved(dir: string, captions: readonly string[]): Promise<void> {
  const verifier: PairVerifier = {
    ...{ id: 'believer', imageSize: null, threshold: 0.5, baseRate: 0.9 },
    score: async (pairs) => pairs.map(() => ({ score: 3, probability: 0.95, byTower: { only: 3 } })),
  };
  const source = defineSource({
    name: 'captions',
    settings: null,
    records: () =>
      captions.map((text, i) => ({
        ...{ id: String(i), text },
        image: { name: `${i}.png`, bytes: () => encodePng({ width: 16, height: 16, data: pattern(i) }) },
      })),
  });
  const { length } = await prepare({ source, verifier, dir });
  if (length !== captions.length) throw new Error(`${length} of ${captions.length} captions were kept.`);
}

function pattern(number: number): Uint8Array {
  return new Uint8Array(16 * 16 * 3).map((_, at) => (at * (2 * number + 3) + number) % 251);
}
