import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { configSchema } from '../packages/cli/src/config.ts';
import { readDocComments } from './doc-comments.ts';
import { sectionRows, settingsPage } from './settings-page.ts';
import { type Section, sections } from './settings-sections.ts';

describe('docs/settings.md', () => {
  it('is what `npm run settings-page` writes', () => {
    const page = readFileSync(new URL('../docs/settings.md', import.meta.url), 'utf8');
    expect(page, 'Settings or their comments have changed: npm run settings-page').toBe(settingsPage());
  });

  it('has every section of a file of settings, and of each key a type and a sentence', () => {
    const named = new Set(sections.map(({ prefix }) => prefix.slice(0, -1)).filter((name) => name !== ''));
    expect([...named].sort()).toEqual(Object.keys(configSchema.shape).sort());
    const rows = sections.flatMap((section) => sectionRows(section));
    expect(rows.filter(({ type, text }) => type === '' || text === '')).toEqual([]);
  });
});

it('a row has type, range and default from the schema, and the sentence from the comment, at any depth', () => {
  const section: Section = {
    ...{ title: 'train', intro: '', prefix: 'train.', roots: ['TrainSettings'], files: ['core/src/train/settings.ts'] },
    schema: z.strictObject({
      steps: z.int().min(1),
      structure: z.strictObject({ share: z.number().min(0).max(1).default(0.03) }).prefault({}),
      logitScale: z.strictObject({ maximum: z.number().gt(1).optional() }).prefault({}),
      curriculum: z.strictObject({ hardness: z.strictObject({ from: z.number().lt(4).default(1) }) }),
    }),
  };
  const rows = new Map(sectionRows(section).map(({ key, ...row }) => [key, row]));
  expect([...rows.keys()]).toEqual([
    ...['train.steps', 'train.structure', 'train.structure.share', 'train.logitScale', 'train.logitScale.maximum'],
    ...['train.curriculum', 'train.curriculum.hardness', 'train.curriculum.hardness.from'],
  ]);
  const steps = 'Optimizer steps of the whole run.';
  expect(rows.get('train.steps')).toEqual({ type: 'whole number, at least 1', fallback: '', text: steps });
  expect(rows.get('train.structure.share')).toMatchObject({ type: 'number, 0–1', fallback: '`0.03`' });
  expect(rows.get('train.logitScale.maximum')).toMatchObject({
    type: 'number, above 1',
    fallback: expect.stringMatching(/^100;/),
  });
  const first = 'At the first step.';
  expect(rows.get('train.curriculum.hardness.from')).toEqual({ type: 'number, below 4', fallback: '`1`', text: first });
});

it('comments are read by the nesting of what they stand before', () => {
  const source = `/** One. */
export interface A extends B {
  /**
   * Two, in
   * two lines.
   */
  readonly b?: {
    /** Three. */
    c: number;
  };
  d?: string;
}

function e(f: {
  /** Not a setting. */
  d?: string;
}) {}
`;
  expect(Object.fromEntries([...readDocComments([source])].map(([path, { text }]) => [path, text]))).toEqual({
    ...{ A: 'One.', 'A.b': 'Two, in two lines.', 'A.b.c': 'Three.', 'A.d': '' },
  });
});
