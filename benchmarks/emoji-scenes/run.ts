import { parseArgs } from 'node:util';
import { ClipModel, evaluate } from '@anagram/core';
import { emojiScenesTasks, emojiScenesVersion, loadArtwork, type Vendor, vendors } from '@anagram/worlds/emoji-scenes';

/** Scores a model on EmojiScenes: `node benchmarks/emoji-scenes/run.ts --model ./runs/a/model --vendor twemoji --dir ./results`. */

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    vendor: { type: 'string', default: 'twemoji' },
    dir: { type: 'string' },
    'per-category': { type: 'string', default: '150' },
    gallery: { type: 'string', default: '300' },
    seed: { type: 'string', default: '0' },
  },
});
if (values.model === undefined) throw new Error(`Expected --model FOLDER, and --vendor of ${vendors.join(', ')}.`);
const tasks = emojiScenesTasks({
  artwork: await loadArtwork(),
  vendor: values.vendor as Vendor,
  perCategory: Number(values['per-category']),
  gallery: Number(values.gallery),
  seed: Number(values.seed),
});
await using model = await ClipModel.load(values.model);
const reports = await evaluate({ model, tasks, ...(values.dir !== undefined && { dir: values.dir }) });
console.log(`EmojiScenes ${emojiScenesVersion}, vendor ${values.vendor}, seed ${values.seed}`);
for (const { task, scores, chance } of Object.values(reports)) {
  for (const [name, { value, n, interval }] of Object.entries(scores)) {
    const [low, high] = interval.map((end) => end.toFixed(3));
    console.log(`${task} ${name} ${value.toFixed(3)} [${low}, ${high}] n ${n} chance ${chance[name]!.toFixed(3)}`);
  }
}
