import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodePng } from '../../packages/core/src/image/encode.ts';
import { prepare } from '../../packages/core/src/prepare/prepare.ts';
import { defineSource } from '../../packages/core/src/source/define-source.ts';
import type { PairVerifier } from '../../packages/core/src/verify/pair-verifier.ts';
import { reference } from './reference.ts';

const colours = [10, 90, 170, 210, 250];
const source = defineSource({
  name: 'colours',
  settings: colours,
  records: () =>
    colours.map((red) => {
      // Patterns that perceptual hashes tell apart.
      const data = Uint8Array.from({ length: 32 * 32 * 3 }, (_, at) => (at < 3 ? red : (at * red * 7919) % 251));
      return {
        id: `red-${red}`,
        text: `a “red” of ${red}`,
        image: { name: `${red}`, bytes: () => encodePng({ width: 32, height: 32, data }) },
      };
    }),
});
const verifier: PairVerifier = {
  id: 'trusting',
  imageSize: null,
  threshold: 0.5,
  baseRate: 0.9,
  score: async (pairs) => pairs.map(() => ({ score: 4, probability: 0.99, byTower: { trusting: 4 } })),
};

test('webdataset, wids and open_clip’s loader read prepared shards', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'anagram-readers-'));
  try {
    await prepare({ source, verifier, dir, shardSize: 2 });
    const found = await reference.ask('read_shards.run', { folder: dir });
    const pairs = colours.map((red) => [[red, red, red], `a “red” of ${red}`]);
    const named = pairs.map((pair, at) => [...pair, `red-${colours[at]}`]);
    expect(found).toEqual({ webdataset: named, wids: named, openClip: pairs });
  } finally {
    await rm(dir, { recursive: true });
  }
});
