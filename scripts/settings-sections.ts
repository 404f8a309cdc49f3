import type * as z from 'zod';
import { evaluateSchema } from '../packages/cli/src/commands/evaluate.ts';
import { generationSchema } from '../packages/cli/src/generation.ts';
import { connectionSchema } from '../packages/cli/src/generators.ts';
import { modelSchema } from '../packages/cli/src/open-model.ts';
import { sourceSchema } from '../packages/cli/src/open-source.ts';
import { preparedTasksOptions } from '../packages/core/src/evaluate/prepared-tasks.ts';
import { writeNegativesOptions } from '../packages/core/src/negatives/write-negatives.ts';
import { calibrateRoutesOptions } from '../packages/core/src/prepare/calibrate-routes.ts';
import { prepareOptions } from '../packages/core/src/prepare/prepare.ts';
import { urlsOptions } from '../packages/core/src/source/urls.ts';
import { trainSettings } from '../packages/core/src/train/settings.ts';
import { calibrateOptions } from '../packages/core/src/verify/calibrate.ts';
import { verifierSettings } from '../packages/core/src/verify/train-verifier.ts';

/** A part of the page: one schema, and the sources whose doc comments tell of its keys. */
export interface Section {
  readonly title: string;
  readonly intro: string;
  /** Stands before each key. */
  readonly prefix: string;
  readonly schema: z.ZodObject;
  /** Interfaces or schemas in `files` that have the keys. */
  readonly roots: readonly string[];
  /** Below `packages/`. */
  readonly files: readonly string[];
  /** What the schema cannot say of a key's type, e.g. of what code alone can give. */
  readonly types?: { readonly [key: string]: string };
  /** What holds in a file of settings other than in TypeScript. */
  readonly told?: { readonly [key: string]: string };
}

const generator = 'a [generator](#a-generator)';
const help = `\`"retrieval"\`, \`"off"\` or ${generator}`;

export const sections: readonly Section[] = [
  {
    title: 'source',
    intro:
      'How SOURCE is read: `prepare`, `calibrate`, `label` and `embed`, of what is not prepared. [sources.md](sources.md)',
    prefix: 'source.',
    schema: sourceSchema.extend({
      fetch: urlsOptions.omit({ url: true, text: true, id: true, columns: true, cache: true }).prefault({}),
    }),
    roots: ['SourceSettings'],
    files: ['cli/src/open-source.ts', 'core/src/source/urls.ts', 'core/src/fetch/fetch-settings.ts'],
  },
  {
    title: 'verifier',
    intro: 'The verifier that `prepare` trains where it is given none.',
    prefix: 'verifier.',
    schema: verifierSettings,
    roots: ['TrainVerifierSettings'],
    files: ['core/src/verify/train-verifier.ts'],
    types: { 'verifier.towers': 'object of names or architectures by tower' },
  },
  {
    title: 'prepare',
    intro: '`prepare`. [scale.md](scale.md), [generators.md](generators.md)',
    prefix: 'prepare.',
    schema: prepareOptions.omit({ dir: true, queue: true }),
    roots: ['PrepareOptions'],
    files: ['core/src/prepare/prepare.ts', 'core/src/prepare/similar-pictures.ts'],
    types: {
      'prepare.threshold': 'number, 0–1, or what a file of `anagram calibrate --out` holds',
      'prepare.captioner': help,
      'prepare.repairer': help,
      'prepare.illustrator': help,
      'prepare.similar.model': 'folder, or hf:owner/name',
    },
  },
  {
    title: 'calibrate',
    intro: '`calibrate` of a source. [thresholds.md](thresholds.md)',
    prefix: 'calibrate.',
    schema: calibrateOptions,
    roots: ['CalibrateOptions'],
    files: ['core/src/verify/calibrate.ts'],
    told: {
      'calibrate.target.precision': 'Right among kept.',
      'calibrate.target.recall': 'Or: kept among right.',
      'calibrate.target.keep': 'Or: share of all pairs to keep.',
      'calibrate.page.path': 'File of the page.',
      'calibrate.page.command': 'What the page shows as the next command.',
    },
  },
  {
    title: 'calibrate, of a folder that prepare has filled',
    intro: 'The same section takes these there. [thresholds.md](thresholds.md)',
    prefix: 'calibrate.',
    schema: calibrateRoutesOptions,
    roots: ['CalibrateRoutesOptions'],
    files: ['core/src/prepare/calibrate-routes.ts'],
    told: { 'calibrate.target.precision': 'The share, above 0 and below 1.' },
  },
  {
    title: 'negatives',
    intro: '`negatives`. [negatives.md](negatives.md)',
    prefix: 'negatives.',
    schema: writeNegativesOptions.omit({ pairs: true, signal: true, onEvent: true }),
    roots: ['WriteNegativesOptions'],
    files: ['core/src/negatives/write-negatives.ts'],
    types: {
      'negatives.writer': generator,
      'negatives.editor': `\`null\` or ${generator}`,
      'negatives.scorer': 'a `PairScorer`, of settings in code',
    },
  },
  {
    title: 'A generator',
    intro:
      'What `prepare.captioner`, `prepare.repairer`, `prepare.illustrator`, `negatives.writer` and `negatives.editor` take beside a name. [generators.md](generators.md)',
    prefix: '',
    schema: connectionSchema,
    roots: ['connectionSchema', 'ImageOptions', 'WireOptions'],
    files: ['cli/src/generators.ts', 'gen/src/ask-picture.ts', 'gen/src/ask-text.ts', 'gen/src/prompts/captions-en.ts'],
  },
  {
    title: 'generation',
    intro:
      'Services, cache and budget of everything that generates. NAME is a name of your own. [generators.md](generators.md)',
    prefix: 'generation.',
    schema: generationSchema,
    roots: ['generationSchema'],
    files: ['cli/src/generation.ts', 'gen/src/wire/open-model.ts', 'gen/src/meter/spending.ts'],
    types: { 'generation.providers.NAME.workflow': 'object' },
    told: {
      'generation.providers.NAME.wire':
        'What the service speaks; a NAME has letters and digits. @default that of the NAME for `openai`, `anthropic`, `local`, `llama` and `transformers`, else `compatible`',
    },
  },
  {
    title: 'model',
    intro: 'The model that `train` makes, or that any command loads. [models.md](models.md)',
    prefix: 'model.',
    schema: modelSchema,
    roots: ['ModelSettings'],
    files: ['cli/src/open-model.ts'],
  },
  {
    title: 'train',
    intro:
      "`train`. [recipe.md](recipe.md) says what to start with, [objectives.md](objectives.md) what the terms are, [fine-tuning.md](fine-tuning.md) what `freeze`, `lora` and `ema` are for. The defaults of `train.objective.…` are those of terms one by one: with a preset they are the preset's, and without any `objective` the preset `anagram`'s. `--set train.objective.KEY=VALUE` changes the preset in force, that of the file, of `--objective` or `anagram`; terms one by one are given as one object.",
    prefix: 'train.',
    schema: trainSettings,
    roots: ['TrainSettings'],
    told: {
      'train.objective.preset':
        'A preset of which the other keys change parameters. Without it they are terms, one by one.',
      'train.freeze.image.unlocked': 'Groups that are trained, counted from the end.',
      'train.freeze.text.unlocked': 'Groups that are trained, counted from the end.',
    },
    files: ['settings', 'objective-settings', 'objective-presets', 'part-settings'].map(
      (name) => `core/src/train/${name}.ts`,
    ),
  },
  {
    title: 'evaluate',
    intro: '`evaluate`. [benchmarks.md](benchmarks.md), [results.md](results.md)',
    prefix: 'evaluate.',
    schema: evaluateSchema.extend(preparedTasksOptions.shape),
    roots: ['evaluateSchema', 'PreparedTasksOptions'],
    files: ['cli/src/commands/evaluate.ts', 'cli/src/open-benchmark.ts', 'core/src/evaluate/prepared-tasks.ts'],
  },
];
