import { hashBytes } from '../image/hash.ts';
import type { PairSet, RegionFeatures, TrainingPair } from '../pair.ts';

/**
 * The pairs with what a detector says of their pictures' regions, for `crossLevels`.
 * @param options.id Names the detector and its version; part of a run's fingerprint, so that a run goes on with the same features alone.
 * @param options.read Features of a pair; null where there are none. Pure: the same index gives the same features.
 */
export function withRegions(
  pairs: PairSet,
  {
    id,
    read,
  }: {
    id: string;
    read: (index: number, pair: TrainingPair) => RegionFeatures | null | Promise<RegionFeatures | null>;
  },
): PairSet {
  return {
    // A prepared folder is named in `run.json`.
    ...('dir' in pairs && { dir: pairs.dir }),
    name: pairs.name,
    length: pairs.length,
    fingerprint: hashBytes(JSON.stringify([pairs.fingerprint, 'regions', id])),
    category: (index) => pairs.category(index),
    texts: () => pairs.texts(),
    pair: async (index, imageSize, fit) => {
      const pair = await pairs.pair(index, imageSize, fit);
      const regions = await read(index, pair);
      return regions ? { ...pair, regions } : pair;
    },
  };
}
