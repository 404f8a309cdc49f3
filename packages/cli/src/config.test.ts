import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { given, readConfig } from './config.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-config-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('readConfig', () => {
  it('puts --set over the file and leaves the rest of the file alone', async () => {
    const config = join(dir, 'anagram.config.json');
    await writeFile(config, JSON.stringify({ train: { steps: 5, optimizer: { learningRate: 1, beta1: 0.8 } } }));
    const set = ['train.optimizer.learningRate=5e-4', 'negatives.categories=["size"]', 'source.text=a {b}, [c]'];
    const read = await readConfig({ config, set });
    expect(read('train')).toEqual({ steps: 5, optimizer: { learningRate: 5e-4, beta1: 0.8 } });
    expect(read('negatives')).toEqual({ categories: ['size'] });
    expect(read('source')).toEqual({ text: 'a {b}, [c]' });
    expect(read('prepare')).toEqual({});
  });

  it.each([
    ['the default preset', {}, undefined, { preset: 'anagram', rankTexts: 0.3, margin: 0.1 }],
    ['the preset of the file', { objective: 'ce-clip' }, undefined, { preset: 'ce-clip', rankTexts: 0.3, margin: 0.1 }],
    ['terms of the file', { objective: { hardest: 1 } }, undefined, { hardest: 1, rankTexts: 0.3, margin: 0.1 }],
    ['the preset of a flag', {}, 'ce-clip', { preset: 'ce-clip', rankTexts: 0.3, margin: 0.1 }],
    [
      'the preset of a flag over the file',
      { objective: 'clic' },
      'ce-clip',
      { preset: 'ce-clip', rankTexts: 0.3, margin: 0.1 },
    ],
  ])('changes by --set train.objective.KEY %s', async (_what, train, flag, changed) => {
    const config = join(dir, 'anagram.config.json');
    await writeFile(config, JSON.stringify({ train }));
    const set = ['train.objective.rankTexts=0.3', 'train.objective.margin=0.1'];
    const objectiveOver = (given: unknown) =>
      flag === undefined || (given as { preset?: string } | undefined)?.preset === flag ? given : flag;
    const read = await readConfig({ config, set }, objectiveOver);
    expect(read('train')).toEqual({ objective: changed });
  });

  it('takes terms one by one as one object', async () => {
    const read = await readConfig({ set: ['train.objective={"hardest":1}', 'train.objective.hardestMargin=0.1'] });
    expect(read('train')).toEqual({ objective: { hardest: 1, hardestMargin: 0.1 } });
  });

  it('says that a loss of one’s own takes its settings where it is made', async () => {
    const config = join(dir, 'anagram.config.mjs');
    const core = import.meta.resolve('@anagram/core');
    await writeFile(
      config,
      `import { custom } from '${core}'; export default { train: { objective: custom(() => {}) } };`,
    );
    await expect(readConfig({ config, set: ['train.objective.negativesPerPair=0'] })).rejects.toThrow(
      'is a loss of your own, which takes its settings where it is made',
    );
  });

  it('takes settings from code', async () => {
    const config = join(dir, 'anagram.config.mjs');
    await writeFile(config, 'export default { negatives: { writer: { id: "mine", write() {} } } };');
    expect((await readConfig({ config }))('negatives').writer).toMatchObject({ id: 'mine' });
  });

  it.each([
    [{ set: ['trian.steps=1'] }, /unknown key "trian"\. Did you mean "train"\?/],
    [{ set: ['train.steps'] }, /SECTION\.KEY=VALUE/],
    [{ set: ['steps=1'] }, /SECTION\.KEY=VALUE/],
    [{ set: ['train..steps=1'] }, /SECTION\.KEY=VALUE/],
    [
      { set: ['train.objective={ preset: "anagram", rankTexts: 0.2, }'] },
      /^--set: train\.objective is no JSON: .* as in 'train\.objective=\{"preset":"anagram","rankTexts":0\.2\}'\. /,
    ],
    [{ set: ["negatives.categories=['size']"] }, / as in 'negatives\.categories=\["size"\]'\. /],
    [{ set: ['negatives.categories=[size, colour]'] }, / as in 'negatives\.categories=\["size","colour"\]'\. /],
    [{ set: ['source.image=[image]'] }, / is quoted too: 'source\.image="\[image\]"'\.$/],
    [{ set: ['train.objective={preset=clip}'] }, / as in 'train\.objective=\{"key":"value"\}'\. /],
    [
      { config: 'missing.json' },
      /^--config: There is no "missing\.json"\. Expected a file of settings: \.json, \.ts or \.mjs\.$/,
    ],
    [{ config: tmpdir() }, /expected a \.json, \.ts or \.mjs file/],
  ])('refuses %j', async (flags, sentence) => {
    await expect(readConfig(flags)).rejects.toThrow(expect.objectContaining({ code: 'invalid-options' }));
    await expect(readConfig(flags)).rejects.toThrow(sentence);
  });

  it('says of a file that cannot be used why', async () => {
    await mkdir(join(dir, 'folder.json'));
    await writeFile(join(dir, 'broken.json'), '{"train": ');
    await expect(readConfig({ config: join(dir, 'folder.json') })).rejects.toThrow('cannot be used: it is a folder');
    await expect(readConfig({ config: join(dir, 'broken.json') })).rejects.toThrow('cannot be used: Unexpected end');
  });

  it('cannot be made to change the prototype of every object', async () => {
    await expect(readConfig({ set: ['__proto__.train={}'] })).rejects.toThrow('__proto__');
    await readConfig({ set: ['train.__proto__.polluted=true'] });
    expect('polluted' in {}).toBe(false);
  });
});

it('given leaves out what is undefined and keeps what is null or false', () => {
  expect(given({ a: undefined, b: null, c: false, d: 0 })).toEqual({ b: null, c: false, d: 0 });
});
