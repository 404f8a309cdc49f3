// The part of preparation that has no model, timed: node benchmarks/scale/write-once.ts CORPUS.jsonl DIR IMAGE_SIZE|null
import { performance } from 'node:perf_hooks';
import { jsonl, type PairVerifier, prepare } from '@anagram/core';

const [corpus, dir, size] = process.argv.slice(2);
if (!corpus || !dir || !size) throw new Error('Expected CORPUS.jsonl DIR IMAGE_SIZE|null.');
const believing: PairVerifier = {
  id: 'believes everything',
  imageSize: size === 'null' ? null : Number(size),
  threshold: 0.5,
  baseRate: 0.9,
  score: async (pairs) => pairs.map(() => ({ score: 4, probability: 0.98, byTower: {} })),
};
const source = jsonl(corpus, { image: 'image', text: 'text', id: 'id' });
const processor = process.cpuUsage();
const start = performance.now();
const { counts } = await prepare({ source, verifier: believing, dir, shardSize: 250 });
const seconds = (performance.now() - start) / 1000;
const used = process.cpuUsage(processor);
if (counts.kept !== counts.records) throw new Error(`Kept ${counts.kept} of ${counts.records} records.`);
console.log(JSON.stringify({ seconds, processorSeconds: (used.user + used.system) / 1e6 }));
