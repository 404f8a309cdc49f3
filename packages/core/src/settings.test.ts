import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { isAnagramError } from './errors.ts';
import { parseSettings } from './settings.ts';

const schema = z.strictObject({
  steps: z.int().min(1),
  optimizer: z
    .strictObject({ kind: z.enum(['adamw', 'muon']).default('adamw'), learningRate: z.number().default(1) })
    .prefault({}),
  objective: z.union([z.enum(['clip', 'anagram']), z.strictObject({ ownTexts: z.number() })]).default('clip'),
});

function refusal(value: unknown): string {
  try {
    parseSettings('train', schema, value);
  } catch (error) {
    if (isAnagramError(error, 'invalid-options')) return error.message;
    throw error;
  }
  throw new Error('accepted');
}

describe('parseSettings', () => {
  it('fills in defaults', () => {
    expect(parseSettings('train', schema, { steps: 2 })).toEqual({
      steps: 2,
      optimizer: { kind: 'adamw', learningRate: 1 },
      objective: 'clip',
    });
  });

  it('suggests the likely name of an unknown key', () => {
    expect(refusal({ steps: 1, optimiser: {} })).toBe('train: unknown key "optimiser". Did you mean "optimizer"?');
  });

  it('suggests names inside nested objects', () => {
    expect(refusal({ steps: 1, optimizer: { learningrate: 1 } })).toBe(
      'train.optimizer: unknown key "learningrate". Did you mean "learningRate"?',
    );
  });

  it('finds a key further inside, also where one of this level is near', () => {
    expect(refusal({ steps: 1, learningRate: 1 })).toBe(
      'train: unknown key "learningRate". Did you mean "optimizer.learningRate"?',
    );
    expect(refusal({ steps: 1, own_texts: 1 })).toBe(
      'train: unknown key "own_texts". Did you mean "objective.ownTexts"?',
    );
    const twice = z.strictObject({
      warmUps: z.number().optional(),
      schedule: z.strictObject({ warmup: z.number() }).prefault({ warmup: 0 }),
      ema: z.strictObject({ warmup: z.boolean() }).optional(),
    });
    expect(() => parseSettings('a', twice, { warmup: 1 })).toThrow('Did you mean "schedule.warmup" or "ema.warmup"?');
    expect(() => parseSettings('a', twice, { 'warm-ups': 1 })).toThrow('Did you mean "warmUps"?');
  });

  it('says which key of an object takes the text that stands in its place', () => {
    expect(refusal({ steps: 1, optimizer: 'muon' })).toBe(
      'train.optimizer: Expected an object, received a text. Did you mean train.optimizer.kind: "muon"?',
    );
    expect(refusal({ steps: 1, optimizer: 'sk-key' })).toBe('train.optimizer: Expected an object, received a text.');
  });

  it('names what tells the objects of a union apart', () => {
    const presets = z.discriminatedUnion('preset', [
      z.strictObject({ preset: z.undefined().optional(), share: z.number() }),
      z.strictObject({ preset: z.enum(['clip', 'anagram']) }),
    ]);
    const names = 'a.preset: Expected one of "clip", "anagram".';
    for (const either of [presets, z.union([z.enum(['clip']), presets])]) {
      expect(() => parseSettings('a', either, { preset: 'anagrm' })).toThrow(`${names} Did you mean "anagram"?`);
      expect(() => parseSettings('a', either, { preset: 3 })).toThrow(new RegExp(`^${names}$`));
    }
  });

  it('looks into the branch of a union that fits the value', () => {
    expect(refusal({ steps: 1, objective: { ownTexts: 1, ownText: 1 } })).toBe(
      'train.objective: unknown key "ownText". Did you mean "ownTexts"?',
    );
    expect(refusal({ steps: 1, objective: { ownTexts: 'x' } })).toContain('train.objective.ownTexts: ');
  });

  it('says of a key of another branch that it does not go with the others, and looks where least is wrong', () => {
    const share = z.number();
    const target = z.union([
      z.strictObject({ precision: share }),
      z.strictObject({ recall: share }),
      z.strictObject({ keep: share }),
    ]);
    const refusal = (value: object) => () => parseSettings('target', target, value);
    expect(refusal({ precision: 0.9, recall: 0.8 })).toThrow(
      /^target: "recall" does not go with the other keys that are given\.$/,
    );
    expect(refusal({ recall: 0.9, keep: 0.8 })).toThrow(
      /^target: "keep" does not go with the other keys that are given\.$/,
    );
    expect(refusal({ precison: 0.9 })).toThrow('unknown key "precison". Did you mean "precision"?');
  });

  it('suggests the likely value, also inside of lists and unions, and nothing where none is near', () => {
    const categories = z.array(z.enum(['colour', 'quantity']));
    expect(() => parseSettings('categories', categories, ['quantity', 'colur'])).toThrow(
      'categories.1: Expected one of "colour", "quantity". Did you mean "colour"?',
    );
    expect(refusal({ steps: 1, objective: 'clop' })).toBe(
      'train.objective: Expected one of "clip", "anagram". Did you mean "clip"?',
    );
    expect(refusal({ steps: 1, objective: 'xyzzy' })).not.toContain('Did you mean');
    expect(refusal({ steps: 1, objective: 3 })).not.toContain('Did you mean');
  });

  it('names what a union takes where no branch fits', () => {
    expect(refusal({ steps: 1, objective: 'xyzzy' })).toBe(
      'train.objective: Expected one of "clip", "anagram"; or expected an object, received a text.',
    );
  });

  it.each([
    [{ steps: 0 }, 'train.steps: Expected a number of at least 1, received 0.'],
    [{ steps: 1.5 }, 'train.steps: Expected a whole number, received 1.5.'],
    [{ steps: 'sk-key' }, 'train.steps: Expected a number, received a text.'],
    [{ steps: () => 'sk-key' }, 'train.steps: Expected a number, received a function.'],
    [{}, 'train.steps: Expected a number, received nothing.'],
    [{ steps: 1, optimizer: [] }, 'train.optimizer: Expected an object, received a list.'],
  ])('says of %o what was expected and received', (value, message) => {
    expect(refusal(value)).toBe(message);
  });

  it('names bounds that do not belong, and bounds of lists', () => {
    const bounds = z.strictObject({ share: z.number().gt(0.5).max(1), names: z.array(z.string()).min(2) });
    expect(() => parseSettings('a', bounds, { share: 0.5, names: ['b'] })).toThrow(
      'a.share: Expected a number of more than 0.5, received 0.5.\na.names: Expected a list of at least 2, received 1.',
    );
    expect(() => parseSettings('a', bounds, { share: 2, names: ['b', 'c'] })).toThrow('of at most 1, received 2.');
  });
});
