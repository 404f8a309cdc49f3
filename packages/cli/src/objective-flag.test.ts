import { type AnagramEvent, custom } from '@anagram/core';
import { expect, it } from 'vitest';
import { objectiveOfFlag } from './objective-flag.ts';

function chosen(flag: string, set: unknown): { objective: unknown; warnings: AnagramEvent[] } {
  const warnings: AnagramEvent[] = [];
  return { objective: objectiveOfFlag(flag, set, (event) => warnings.push(event)), warnings };
}

it.each([
  [undefined, 'ce-clip'],
  ['ce-clip', 'ce-clip'],
  [
    { preset: 'ce-clip', rankTexts: 0.3 },
    { preset: 'ce-clip', rankTexts: 0.3 },
  ],
])('--objective ce-clip over %j is %j', (set, objective) => {
  expect(chosen('ce-clip', set)).toEqual({ objective, warnings: [] });
});

it.each([
  ['clip', '"clip"'],
  [{ preset: 'anagram', rankTexts: 0.3 }, '{"preset":"anagram","rankTexts":0.3}'],
  [custom(() => ({ loss: 0, gradients: { image: new Float32Array(), text: new Float32Array() } })), 'no preset'],
])('--objective ce-clip wins over %j, and says so', (set, given) => {
  const message = `--objective ce-clip replaces the train.objective of the settings, ${given}.`;
  expect(chosen('ce-clip', set)).toEqual({ objective: 'ce-clip', warnings: [{ type: 'warning', message }] });
});

it('wins over terms one by one too, and says how a parameter of the preset is changed', () => {
  const { objective, warnings } = chosen('ce-clip', { rankTexts: 0.3 });
  expect(objective).toBe('ce-clip');
  expect(warnings).toEqual([
    expect.objectContaining({
      message: expect.stringMatching(
        /replaces .* \{"rankTexts":0\.3\}\. To change that preset, .* "preset": "ce-clip"\.$/,
      ),
    }),
  ]);
});
