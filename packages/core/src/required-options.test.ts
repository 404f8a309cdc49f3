import { expect, it } from 'vitest';
import { writeNegatives } from './negatives/write-negatives.ts';
import { prepare } from './prepare/prepare.ts';
import { buildIndex } from './search/build-index.ts';
import { folder } from './source/folder.ts';
import { train } from './train/train.ts';
import { Verifier } from './verify/verifier.ts';

const source = folder('.', { captions: 'none' });
const verifier = { id: 'even', score: async () => [] };
const model = { native: {}, embedImages: async () => new Float32Array() };
const pairs = { pair: async () => null };

it.each<[string, (options: never) => Promise<unknown>, object]>([
  ['train', train, { model, pairs, dir: 'a' }],
  ['prepare', prepare, { source, verifier, dir: 'a' }],
  ['Verifier.train', (options) => Verifier.train(options), { source, dir: 'a' }],
  ['writeNegatives', writeNegatives, { pairs: 'a' }],
  ['buildIndex', buildIndex, { model, items: [], dir: 'a' }],
])('%s says of each option that it cannot do without that it is missing', async (name, verb, options) => {
  const refusal = async (given: unknown) => {
    await expect(verb(given as never)).rejects.toMatchObject({ code: 'invalid-options' });
    return verb(given as never).catch((error: Error) => error.message);
  };
  expect(await refusal(undefined)).toBe(`${name}: Expected an object, received nothing.`);
  for (const missing of Object.keys(options)) {
    const place = `${name}.${missing}`.replaceAll('.', '\\.');
    expect(await refusal({ ...options, [missing]: undefined })).toMatch(
      new RegExp(`^${place}: Expected .*, received nothing\\.$`),
    );
  }
});
