import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

describe('wrong usage ends with exit code 2 and says what was meant', () => {
  it.each([
    ['a command', ['trian'], 'Did you mean train?'],
    ['a flag', ['train', 'x', '--dir', 'y', '--stesp', '3'], 'Did you mean --steps?'],
    [
      'a setting as a flag',
      ['train', 'x', '--dir', 'y', '--learning-rate=1e-3'],
      '--set train.optimizer.learningRate=VALUE',
    ],
    ['a missing flag', ['train', 'x'], "required option '--dir <folder>' not specified"],
    ['a number', ['train', 'x', '--dir', 'y', '--steps', 'many'], 'Expected a number'],
    ['a whole number', ['train', 'x', '--dir', 'y', '--seed', '1.5'], 'Expected a whole number of at least 0.'],
    [
      'a seed',
      ['train', 'x', '--dir', 'y', '--steps', '1', '--set', 'train.seed=1.5'],
      'train.seed: Expected a whole number',
    ],
    ['steps', ['train', 'x', '--dir', 'y'], '--steps 2000'],
    ['a section', ['train', 'x', '--dir', 'y', '--set', 'trian.steps=3'], 'Did you mean "train"?'],
    ['a source', ['prepare', 'nowhere', '--dir', 'y'], 'There is no "nowhere"'],
    ['what to measure', ['evaluate', '--model', 'm'], 'Expected a folder of prepared pairs, or --benchmark'],
    [
      'a benchmark',
      ['evaluate', '--model', 'm', '--benchmark', 'sugarcrepe', '--annotations', 'a', '--images', 'b'],
      'Did you mean "sugar-crepe"?',
    ],
    [
      'the set of a benchmark',
      ['evaluate', '--model', 'm', '--benchmark', 'negbench', '--annotations', 'a', '--images', 'b'],
      'name one, e.g. negbench:coco',
    ],
    [
      'the list of benchmarks',
      ['evaluate', '--model', 'm', '--set', 'evaluate.benchmraks=[]'],
      'unknown key "benchmraks". Did you mean "benchmarks"?',
    ],
    ['a value', ['train', 'x', '--dir', 'y', '--steps', '3', '--optimizer', 'moun'], 'Did you mean "muon"?'],
    ['a list', ['negatives', 'x', '--categories', 'size,colur'], 'Did you mean "colour"?'],
    ['a model', ['evaluate', 'x'], '--model: Expected the model to measure'],
    [
      'what it compares',
      ['evaluate', 'x', 'y', '--compare', '--model', 'm'],
      'Expected results alone, received --model',
    ],
    ['other results', ['evaluate', 'x', '--compare'], '--compare: Expected two results or more'],
    ['a person where none can be asked', ['label', 'x'], '--page labels.html asks in a browser'],
    [
      'two targets',
      ['calibrate', '.', '--verifier', '.', '--recall', '0.9', '--keep', '0.5'],
      '--keep: Expected one target',
    ],
    ['which share', ['prepare', '.', '--dir', 'y', '--shard', '8/8'], '0/8 to 7/8 for eight shares'],
    ['who judges a share', ['prepare', '.', '--dir', 'y', '--shard', '0/2'], 'Expected --verifier FOLDER'],
    [
      'what finds pictures alike',
      ['prepare', '.', '--dir', 'y', '--similar', '0.9'],
      'and --similar-model MODEL together',
    ],
    ['a queue', ['worker', '--queue', 'localhost:6379'], 'Expected redis://HOST:PORT'],
    ['half a server', ['negatives', 'x', '--model', 'm'], '--base-url and --model: Expected both'],
  ])('%s', async (_, args, sentence) => {
    const { code, stdout, stderr } = await runCli(args);
    expect(stderr).toContain(sentence);
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });

  it('with --json, also where a flag is not understood', async () => {
    const { code, stdout, stderr } = await runCli(['train', 'x', '--dir', 'y', '--steps', 'many', '--json']);
    const { error } = JSON.parse(stdout);
    expect(error).toMatchObject({ code: 'invalid-options', where: '--steps' });
    expect(stderr).toContain(error.message);
    expect(code).toBe(2);
  });
});
