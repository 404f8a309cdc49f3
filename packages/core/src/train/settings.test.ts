import { readFileSync } from 'node:fs';
import { expect, expectTypeOf, test } from 'vitest';
import type * as z from 'zod';
import { custom } from './custom-objective.ts';
import { objectivePresets, type PresetSettings, presetParameters, presetTerms } from './objective-presets.ts';
import { objectiveTerms } from './objective-settings.ts';
import { resolveSettings, type TrainSettings, toTrainerConfig, type trainSettings } from './settings.ts';

test('the interface that users read has the keys that the door knows', () => {
  expectTypeOf<keyof TrainSettings>().toEqualTypeOf<keyof z.input<typeof trainSettings>>();
});

test('presets are shorthand for terms', () => {
  expect(resolveSettings({ steps: 1 }).objective).toMatchObject({ negativePairs: true, ownTexts: 0.5, ownImages: 0.5 });
  expect(resolveSettings({ steps: 1, objective: 'clip' }).objective).toMatchObject({
    negativesPerPair: 0,
    ownTexts: 0,
  });
  expect(resolveSettings({ steps: 1, objective: 'negclip' }).objective).toMatchObject({
    sharedNegatives: true,
    negativePairs: false,
  });
  expect(resolveSettings({ steps: 1, objective: 'ce-clip' }).objective).toMatchObject({
    textContrast: 0.2,
    margin: 'adaptive',
    negativesPerPair: 4,
  });
  expect(resolveSettings({ steps: 1, objective: { ownTexts: 2 } }).objective).toMatchObject({
    contrastive: 1,
    ownTexts: 2,
  });
});

test('a preset takes its own parameters, and no others', () => {
  const resolved = (objective: NonNullable<TrainSettings['objective']>) =>
    resolveSettings({ steps: 1, objective }).objective;
  expect(resolved({ preset: 'ce-clip', margin: 0.1 })).toEqual({ ...resolved('ce-clip'), margin: 0.1 });
  expect(resolved({ preset: 'clip' })).toEqual(resolved('clip'));
  expect(resolveSettings({ steps: 1, objective: { preset: 'anagram' } })).toEqual(resolveSettings({ steps: 1 }));
  expect(() => resolved({ preset: 'ce-clip', focal: 2 } as never)).toThrow(
    'train.objective.focal: not a parameter of the preset ce-clip. It may change textContrast, rankTexts, margin, negativesPerPair',
  );
  expect(() => resolved({ preset: 'ce-clip', margin: -1 })).toThrow('train.objective.margin');
  expect(() => resolved({ preset: 'ce-clip', margn: 1 } as never)).toThrow('Did you mean "margin"');
  expect(() => resolved({ preset: 'anagrm' } as never)).toThrow(
    /^train\.objective\.preset: Expected one of "anagram", "clip", .*"rcl"\. Did you mean "anagram"\?$/,
  );
});

test.each(objectivePresets)('what %s may change is among its terms', (preset) => {
  const others: { readonly [name: string]: number | boolean } = {
    ...{ negativesPerPair: 2, joinedEvery: 3, focal: 3 },
    sharedNegatives: false,
  };
  const changed = Object.fromEntries(presetParameters[preset].map((name) => [name, others[name] ?? 0.7]));
  for (const [name, value] of Object.entries(changed)) expect(presetTerms[preset]).not.toHaveProperty(name, value);
  const terms = resolveSettings({ steps: 1, objective: { preset, ...changed } as PresetSettings }).objective;
  expect(terms).toMatchObject(changed);
});

test('a teacher is kept for the terms that compare with one', () => {
  const teacher = (objective: NonNullable<TrainSettings['objective']>) =>
    toTrainerConfig(resolveSettings({ steps: 1, objective }), [{ name: 'logit_scale', shape: [], trainable: true }])
      .teacher;
  expect(teacher('clip')).toBeNull();
  expect(teacher({ distil: 1 })).toEqual({ decay: 1 });
  expect(teacher('degla')).toEqual({ decay: 0.9996 });
});

test('anagram is the recipe of decision 0015', () => {
  const { objective } = resolveSettings({ steps: 1 });
  const terms = { contrastive: 1, ownTexts: 0.5, ownImages: 0.5, rankTexts: 0.1, margin: 'adaptive' };
  expect(objective).toMatchObject({ ...terms, negativeImages: 0.25, sharedNegatives: true, negativePairs: true });
});

test('shuffled views are off unless they are given a role', () => {
  const structure = (settings: Partial<TrainSettings>) => resolveSettings({ steps: 1, ...settings }).structure;
  expect(structure({})).toMatchObject({ image: 'off', text: 'off' });
  expect(structure({ structure: { share: 0 } })).toMatchObject({ image: 'off', text: 'off' });
  expect(structure({ objective: 'clip', structure: { image: 'positive' } })).toMatchObject({
    image: 'positive',
    text: 'off',
  });
});

test('something has to be minimised: a term, a structure, or a custom loss', () => {
  const page = readFileSync(new URL('../../../../docs/objectives.md', import.meta.url), 'utf8');
  const [, terms] = /\| weight \| term \|.*\n.*\n((?:\|.*\n)+)/.exec(page)!;
  const documented = terms!.split('\n').flatMap((row) => row.split('|')[1]?.match(/\w+/g) ?? []);
  expect([...objectiveTerms].sort()).toEqual(documented.sort());
  const nothing = Object.fromEntries(objectiveTerms.map((term) => [term, 0]));
  const resolved = (settings: Partial<TrainSettings>) => resolveSettings({ steps: 1, objective: nothing, ...settings });
  const refusal = /^train\.objective: nothing is minimised .*contrastive: 1.*"anagram"/;
  expect(() => resolved({})).toThrow(refusal);
  expect(() => resolved({ structure: { text: 'negative', weight: 0 } })).toThrow(refusal);
  expect(() => resolved({ structure: { image: 'off' } })).toThrow(refusal);
  for (const term of objectiveTerms) resolved({ objective: { ...nothing, [term]: 1 } });
  resolved({ structure: { text: 'negative' } });
  resolved({
    objective: custom(() => ({ loss: 0, gradients: { image: new Float32Array(), text: new Float32Array() } })),
  });
});

test.each<[string, object, string]>([
  ['an unknown key', { steps: 1, bachSize: 3 }, 'Did you mean "batchSize"'],
  ['no steps', {}, 'train.steps'],
  ['an unknown preset', { steps: 1, objective: 'klip' }, '"rcl". Did you mean "clip"?'],
  [
    'no preset at all',
    { steps: 1, objective: 'xyzzy' },
    '"rcl"; or expected what `custom` makes; or expected an object',
  ],
  ['a learning rate in the wrong place', { steps: 1, learningRate: 1 }, 'Did you mean "optimizer.learningRate"?'],
  ['an optimizer by name', { steps: 1, optimizer: 'muon' }, 'Did you mean train.optimizer.kind: "muon"?'],
  ['an unknown term', { steps: 1, objective: { ownText: 1 } }, 'ownText'],
  ['a focus between 0 and 1', { steps: 1, objective: { focal: 0.5 } }, 'train.objective'],
  ['a ramp that never ends', { steps: 1, curriculum: { hardness: { until: 0 } } }, 'train.curriculum.hardness.until'],
  ['a share above 1', { steps: 1, structure: { share: 2 } }, 'train.structure.share'],
  ['shuffles without a role', { steps: 1, structure: { share: 0.1 } }, 'train.structure: nothing is shuffled'],
  ['a learning rate of 0', { steps: 1, optimizer: { learningRate: 0 } }, 'train.optimizer.learningRate'],
])('%s is refused by name', (_, settings, message) => {
  expect(() => resolveSettings(settings as TrainSettings)).toThrow(message);
});
