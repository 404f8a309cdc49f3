import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { progressRenderer, setThreads, writeAtomic } from '@anagram/core';
import { emojiScenes, loadArtwork } from '@anagram/worlds/emoji-scenes';
import { budgets, type Contender, contenderNames, contenders, heldOutVendor, sceneVendors } from './budget.ts';
import { type Contest, contest } from './composition.ts';
import { renderPage } from './page.ts';
import { searchScenes } from './search.ts';
import { prepareCorpus, type Verification } from './verification.ts';

/**
 * The main job on real pictures: a noisy emoji corpus is prepared, plain CLIP and Anagram are trained on equal terms, and
 * scored on a vendor that neither has seen. Stopped at any point, the same command goes on.
 */
async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({
    options: { full: { type: 'boolean', default: false }, dir: { type: 'string', default: 'anagram-demo' } },
  });
  const budget = values.full ? budgets.full : budgets.quick;
  const dir = join(values.dir, budget.name);
  await mkdir(dir, { recursive: true });
  const progress = progressRenderer(process.stderr, () => performance.now());
  const knobs = { signal, onEvent: progress.onEvent };

  await setThreads(1); // two small models at a time, a processor each
  const artwork = await loadArtwork(knobs);
  const { prepared, verification } = await prepareCorpus({ artwork, dir, budget, ...knobs });
  const results = await contest({ artwork, kept: prepared, dir: join(dir, 'runs'), budget, ...knobs });
  const found = await searchScenes({ artwork, modelDir: results.anagram.modelDir, dir, ...knobs });
  progress.end();

  const scenes = emojiScenes({ artwork, vendors: sceneVendors, split: 'train', count: 16, seed: 1 });
  const examples = await Promise.all(Array.from({ length: scenes.length }, (_, i) => scenes.pair(i, 56)));
  const page = await renderPage({
    mode: budget.name,
    verification,
    contest: results,
    found,
    scenes: examples.map(({ image, text, negatives: [negative] }) => ({
      images: [image, negative!.image!],
      texts: [text, negative!.text!],
    })),
    attributions: artwork.attributions,
  });
  await writeAtomic(join(values.dir, 'report.html'), page);
  await writeAtomic(
    join(values.dir, 'results.json'),
    `${JSON.stringify(toJson(budget.name, verification, results), null, 2)}\n`,
  );
  print(verification, results);
  console.log(`\nreport  ${join(values.dir, 'report.html')}\nfigures ${join(values.dir, 'results.json')}`);
}

function toJson(mode: string, verification: Verification, results: Record<Contender, Contest>) {
  const { auroc, precision, recall, threshold, byTower } = verification;
  const figures = ({ composition, retrieval }: Contest) => ({
    mean: composition.mean,
    categories: Object.fromEntries(
      Object.entries(composition.categories).map(([name, { text, image, group }]) => [
        name,
        { text: text.value, image: image.value, group: group.value, n: group.n, interval: group.interval },
      ]),
    ),
    recallAt1: retrieval.recallAt1,
    ties: composition.ties + retrieval.ties,
  });
  return {
    mode,
    composition: Object.fromEntries(contenderNames.map((name) => [name, figures(results[name])])),
    verification: {
      auroc,
      precision,
      recall,
      threshold,
      byTower,
      pairs: verification.pairs,
      outcomes: verification.outcomes,
    },
  };
}

function print(verification: Verification, results: Record<Contender, Contest>): void {
  const { auroc, precision, recall, byTower } = verification;
  const show = (value: number) => value.toFixed(3);
  console.log(
    `\nFinding wrong pairs: AUROC ${show(auroc)} (${Object.entries(byTower)
      .map(([name, value]) => `${name} ${show(value)}`)
      .join(', ')})`,
  );
  console.log(
    `Kept pairs: precision ${show(precision)}, recall ${show(recall)}, on ${verification.pairs} raw pairs not used to calibrate`,
  );
  for (const { way, records, kept, right } of verification.outcomes) {
    console.log(
      `  ${way.padEnd(12)} ${String(records).padStart(5)} records, ${String(kept).padStart(5)} kept${right === null ? '' : `, ${show(right)} of them right`}`,
    );
  }
  console.log(`\nGroup score on the held-out vendor (${heldOutVendor})`);
  const categories = Object.keys(results.anagram.composition.categories);
  const width = 16;
  console.log(`  ${''.padEnd(20)}${contenderNames.map((name) => contenders[name].title.padStart(width)).join('')}`);
  for (const category of categories) {
    console.log(
      `  ${category.padEnd(20)}${contenderNames.map((name) => show(results[name].composition.categories[category]!.group.value).padStart(width)).join('')}`,
    );
  }
  console.log(
    `  ${'mean'.padEnd(20)}${contenderNames.map((name) => show(results[name].composition.mean).padStart(width)).join('')}`,
  );
  console.log(
    `  ${'retrieval R@1'.padEnd(20)}${contenderNames.map((name) => show(results[name].retrieval.recallAt1).padStart(width)).join('')}`,
  );
}

const controller = new AbortController();
process.once('SIGINT', () => controller.abort(new Error('interrupted')));
try {
  await main(controller.signal);
} catch (error) {
  if (!controller.signal.aborted) throw error;
  console.error('stopped; run the same command to go on');
  process.exitCode = 130;
}
