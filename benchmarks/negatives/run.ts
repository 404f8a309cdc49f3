// How well do the negatives read, and do they give themselves away? node benchmarks/negatives/run.ts [--draw FILE]
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { cocoCaptions, drawn, stampCaptions, writtenCaptions } from './captions.ts';
import { negclip } from './contenders/negclip.ts';
import { rules } from './contenders/rules.ts';
import { parses, spells } from './grammar.ts';
import { type Judgement, summarise } from './judged.ts';
import { measure, write } from './measure.ts';
import { writeTables } from './tables.ts';

const { values: flags } = parseArgs({ options: { draw: { type: 'string' } } });
const data = process.env.ANAGRAM_TEST_DATA;
if (!data) throw new Error('Set ANAGRAM_TEST_DATA to a folder with sugarcrepe/*.json and negclip/valid_neg_clip.tsv.');
const here = (name: string) => new URL(name, import.meta.url);

const english = { perPair: 4, wellFormed: parses };
const korean = { perPair: 4, wellFormed: spells };
const coco = await cocoCaptions(data, 1000);
const en = await measure(await write(rules('en'), coco), english);
say('English', en.report);

const published = await negclip(data);
const anchorCaptions = drawn(published.captions, 1000, 'anchor');
const anchor = await measure(await write(published.contender, anchorCaptions), english);
say('NegCLIP', anchor.report);
const same = await measure(await write(rules('en'), anchorCaptions), english);
say('rules on the same captions', same.report);

const stamps = await measure(await write(rules('ko'), await stampCaptions()), korean);
say('Korean, stamps', stamps.report);
const sentences = await measure(await write(rules('ko'), await writtenCaptions()), korean);
say('Korean, sentences', sentences.report);

if (flags.draw) {
  const some = [
    ...drawn(en.kept, 100, 'judged after mending').map((each) => ({ language: 'en', ...each })),
    ...drawn(stamps.kept, 25, 'judged after mending').map((each) => ({ language: 'ko', ...each })),
    ...drawn(sentences.kept, 25, 'judged after mending').map((each) => ({ language: 'ko', ...each })),
  ].map(({ language, caption, negative }) => ({
    language,
    category: negative.category,
    caption,
    negative: negative.text,
  }));
  await writeFile(flags.draw, `${JSON.stringify(some, null, 2)}\n`);
}

const judged = JSON.parse(await readFile(here('judged.json'), 'utf8')) as {
  readonly by: string;
  readonly list: Judgement[];
};
const git = (...args: string[]) => execFileSync('git', args, { cwd: here('.'), encoding: 'utf8' }).trim();
const results = {
  command: `node benchmarks/negatives/${basename(import.meta.filename)}`,
  commit:
    git('rev-parse', '--short', 'HEAD') +
    (git('status', '--porcelain', '--', '../../packages/core') === '' ? '' : ' and changes'),
  node: process.version,
  en: { ...en.report, judged: { by: judged.by, ...summarise(judged.list, 'en') } },
  ko: { ...sentences.report, judged: { by: judged.by, ...summarise(judged.list, 'ko') }, stamps: stamps.report },
  anchor: { ...anchor.report, rulesOnTheSame: same.report },
  // What `model.ts` wrote last.
  languageModel: JSON.parse(await readFile(here('results.json'), 'utf8')).languageModel,
};
await writeFile(here('results.json'), `${JSON.stringify(results, null, 2)}\n`);
await writeTables(results, here('README.md'));

function say(name: string, report: typeof en.report): void {
  const { words } = report.balance.after;
  console.log(
    `${name}: ${report.negatives} negatives of ${report.captions} captions, grammatical ${report.grammatical} (captions ${report.grammaticalCaptions}, shuffled ${report.grammaticalShuffled}), ` +
      `told apart ${report.balance.before.words?.auroc}/${report.balance.before.words?.paired} before and ${words?.auroc}/${words?.paired} after`,
  );
}
