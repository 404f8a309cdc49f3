// Negatives by a language model beside those of the rules: node benchmarks/negatives/model.ts [--captions 100]
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { cocoCaptions, drawn } from './captions.ts';
import { languageModel } from './contenders/language-model.ts';
import { rules } from './contenders/rules.ts';
import { parses } from './grammar.ts';
import { measure, write } from './measure.ts';
import { writeTables } from './tables.ts';

const { values: flags } = parseArgs({ options: { captions: { type: 'string', default: '100' } } });
const data = process.env.ANAGRAM_TEST_DATA;
if (!data) throw new Error('Set ANAGRAM_TEST_DATA to a folder with sugarcrepe/*.json.');
const here = (name: string) => new URL(name, import.meta.url);

const english = { perPair: 4, wellFormed: parses };
const captions = drawn(await cocoCaptions(data, 1000), Number(flags.captions), 'language model');
const { model, contender, meter } = await languageModel();
const byModel = await write(contender, captions);
const byRules = await write(rules('en'), captions);
const git = (...args: string[]) => execFileSync('git', args, { cwd: here('.'), encoding: 'utf8' }).trim();
const { calls, cached, inputTokens, outputTokens, faults } = meter.report();
const report = {
  command: `node benchmarks/negatives/${basename(import.meta.filename)} --captions ${captions.length}`,
  commit: git('rev-parse', '--short', 'HEAD'),
  model,
  requests: { calls, cached, inputTokens, outputTokens, faults },
  ...(await measure(byModel, english)).report,
  examples: byModel.flatMap(({ caption, candidates }) =>
    candidates.slice(0, 1).map(({ category, text }) => ({ category, caption, text })),
  ),
  rulesOnTheSame: (await measure(byRules, english)).report,
};
const results = { ...JSON.parse(await readFile(here('results.json'), 'utf8')), languageModel: report };
await writeFile(here('results.json'), `${JSON.stringify(results, null, 2)}\n`);
await writeTables(results, here('README.md'));
console.log(
  `${model}: ${report.negatives} negatives of ${captions.length} captions; rules ${report.rulesOnTheSame.negatives}`,
);
