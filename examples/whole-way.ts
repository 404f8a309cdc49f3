// From pictures with texts beside them to a model that is searched: node examples/whole-way.ts PICTURES WORK [STEPS]
import * as anagram from '@anagram/core';

const [pictures = './photos', work = './work', steps = '2000'] = process.argv.slice(2);
const source = anagram.folder(pictures, { captions: 'sidecar' });

await using verifier = await anagram.Verifier.train({ source, dir: `${work}/verifier` });
const target = { precision: 0.95 };
const { threshold } = await anagram.calibrate({ verifier, source, labels: `${pictures}/labels.jsonl`, target });
const { counts, dir } = await anagram.prepare({ source, verifier, threshold, dir: `${work}/data` });
console.log(`kept ${counts.kept} of ${counts.records} records, ${counts.repaired} of them repaired`);

const { negatives, images } = await anagram.writeNegatives({ pairs: dir });
console.log(`wrote ${negatives} negatives, ${images} of them with a picture`);

const pairs = await anagram.openPairs(dir, { negatives: true });
const tokenizer = anagram.Tokenizer.train(await Array.fromAsync(pairs.texts()), { vocabSize: 1024 });
await using model = await anagram.ClipModel.create({ architecture: 'tiny-vit', tokenizer, seed: 1 });
const run = await anagram.train({ model, pairs, dir: `${work}/run`, steps: +steps, optimizer: { kind: 'muon' } });
console.log(`trained on ${run.imagesSeen} pictures, last loss ${run.lastLoss.toFixed(3)}`);

const items = (await Array.fromAsync(pairs.samples())).map(({ key: id, image, text }) => ({ id, image, text }));
await anagram.buildIndex({ model, items, dir: `${work}/index` });
const index = await anagram.openIndex({ model, dir: `${work}/index` });
for (const { id, text, score } of await index.search('a red circle')) console.log(score.toFixed(2), id, text);
