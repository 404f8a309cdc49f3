import { expect, expectTypeOf, test } from 'vitest';
import type * as z from 'zod';
import { resolveSettings, type TrainSettings, type trainSettings } from './settings.ts';

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

test('shuffled views are negatives with the preset anagram alone, unless said otherwise', () => {
  const structure = (settings: Partial<TrainSettings>) => resolveSettings({ steps: 1, ...settings }).structure;
  expect(structure({})).toMatchObject({ image: 'positive', text: 'negative' });
  expect(structure({ objective: 'clip' })).toMatchObject({ image: 'off', text: 'off' });
  expect(structure({ objective: 'clip', structure: { image: 'positive' } })).toMatchObject({
    image: 'positive',
    text: 'off',
  });
});

test.each<[string, object, string]>([
  ['an unknown key', { steps: 1, bachSize: 3 }, 'Did you mean "batchSize"'],
  ['no steps', {}, 'train.steps'],
  ['an unknown preset', { steps: 1, objective: 'klip' }, 'train.objective'],
  ['an unknown term', { steps: 1, objective: { ownText: 1 } }, 'ownText'],
  ['a focus between 0 and 1', { steps: 1, objective: { focal: 0.5 } }, 'train.objective'],
  ['a share above 1', { steps: 1, structure: { share: 2 } }, 'train.structure.share'],
  ['a learning rate of 0', { steps: 1, optimizer: { learningRate: 0 } }, 'train.optimizer.learningRate'],
])('%s is refused by name', (_, settings, message) => {
  expect(() => resolveSettings(settings as TrainSettings)).toThrow(message);
});
