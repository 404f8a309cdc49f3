import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addCalibrate } from './commands/calibrate.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEmbed } from './commands/embed.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addInterpolate } from './commands/interpolate.ts';
import { addLabel } from './commands/label.ts';
import { addNegatives } from './commands/negatives.ts';
import { addPrepare } from './commands/prepare.ts';
import { addSearch } from './commands/search.ts';
import { addSetup } from './commands/setup.ts';
import { addSweep } from './commands/sweep.ts';
import { addTrain } from './commands/train.ts';
import { addWorker } from './commands/worker.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const epilogue = `
SOURCE is a folder of pictures with .txt files beside them, a .csv, .tsv or .jsonl (.gz too), a .tar, a folder of .tar
files, or a folder that prepare has filled. For tables: --image-column COLUMN --caption-column COLUMN --set source.id=COLUMN

Deeper settings come from --config FILE (.json, .ts, .mjs; sections source, verifier, prepare, calibrate, negatives,
generation, model, train, evaluate; docs/settings.md has every key) and --set train.optimizer.learningRate=5e-4; a flag wins
over --set, --set over the file.

Exit codes: 0 done, 1 failed, 2 wrong usage (a flag, a value, a path at which there is nothing), 3 done in part (records or
parts that could not be used, benchmarks that were skipped), 130 interrupted: run the same command to continue.

--json prints one JSON value on stdout: the result, or {"error": {"code", "message", "where"}}. Progress and sentences
for people go to stderr.`;

/** All of `anagram`. Wrong usage is thrown as a CommanderError, after its message went to stderr. */
export function createProgram(): Command {
  const program = new Command('anagram')
    .description('From noisy pictures and texts to a model that understands composition.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(anagram COMMAND --help shows what it takes)')
    .addHelpText('after', epilogue);
  addPrepare(program);
  addWorker(program);
  addLabel(program);
  addCalibrate(program);
  addSweep(program);
  addNegatives(program);
  addTrain(program);
  addInterpolate(program);
  addEvaluate(program);
  addEmbed(program);
  addSearch(program);
  addSetup(program);
  addDoctor(program);
  return program;
}
