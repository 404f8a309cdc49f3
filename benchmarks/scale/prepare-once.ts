// One process that prepares a corpus, to be killed: node benchmarks/scale/prepare-once.ts CORPUS.jsonl VERIFIER DIR
// Prints the stage at each event, and the manifest's hash and the counts as JSON in the end.
import { jsonl, prepare, setThreads, Verifier } from '@anagram/core';

const [corpus, verifierDir, dir] = process.argv.slice(2);
if (!corpus || !verifierDir || !dir) throw new Error('Expected CORPUS.jsonl VERIFIER DIR.');
await setThreads(1);
await using verifier = await Verifier.load(verifierDir);
const { manifestHash, counts } = await prepare({
  source: jsonl(corpus, { image: 'image', text: 'text', id: 'id' }),
  verifier,
  dir,
  threshold: 0.5,
  onEvent: (event) => {
    if ('stage' in event) console.log(`${event.stage} ${'done' in event ? event.done : ''}`);
  },
});
console.log(JSON.stringify({ manifestHash, counts }));
