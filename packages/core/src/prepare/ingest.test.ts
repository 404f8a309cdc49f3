import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodePng } from '../image/encode.ts';
import type { Pixels } from '../pair.ts';
import { defineSource } from '../source/define-source.ts';
import type { PairVerifier } from '../verify/pair-verifier.ts';
import { ingest } from './ingest.ts';

const side = 1200;

test('scores large pictures in parts, and lets them go once they are scored', async () => {
  const work = await mkdtemp(join(tmpdir(), 'anagram-'));
  const bytes = await encodePng({ width: side, height: side, data: new Uint8Array(side * side * 3).fill(90) });
  const records = Array.from({ length: 9 }, (_, i) => ({
    id: `${i}`,
    text: `text ${i}`,
    image: { name: `${i}.png`, bytes: async () => bytes },
  }));
  const source = defineSource({ name: 'flat', settings: {}, records: () => records });
  const parts: Pixels[][] = [];
  const verifier: PairVerifier = {
    ...{ id: 'keeps pictures', imageSize: null, threshold: 0.5, baseRate: 0.5 },
    async score(pairs) {
      parts.push(pairs.map(({ image }) => image));
      expect(pairs.map(({ image }) => image.data.byteLength)).toEqual(pairs.map(() => side * side * 3));
      return pairs.map(() => ({ score: 1, probability: 0.73, byTower: {} }));
    },
  };
  try {
    const scored = await ingest({ source, verifier, work, emit: () => {}, signal: undefined });
    expect(scored.map(({ score }) => score?.probability)).toEqual(records.map(() => 0.73));
    // 4.3 MB each, and 8 MiB at one time.
    expect(parts.map((part) => part.length)).toEqual([2, 2, 2, 2, 1]);
    expect(parts.flat().map(({ data }) => data.byteLength)).toEqual(records.map(() => 0));
  } finally {
    await rm(work, { recursive: true });
  }
});
