import { Meter, negativeWriter } from '@anagram/gen';
import { describe, expect, it } from 'vitest';
import { toGenerator, wireOfFlags } from './generators.ts';

describe('toGenerator', () => {
  const generation = { providers: {}, meter: new Meter() };
  const server = { baseUrl: 'http://127.0.0.1:1/v1', model: 'small' };

  it('makes a generator of the address of a server', () => {
    const writer = toGenerator('negatives.writer', { ...server, name: 'local' }, negativeWriter, generation);
    expect((writer as { id: string }).id).toMatch(/^local\/small\//);
  });

  it('leaves alone what is none', () => {
    const own = { id: 'mine', write: async () => [] };
    for (const setting of [undefined, null, 'off', own]) {
      expect(toGenerator('negatives.writer', setting, negativeWriter, generation)).toBe(setting);
    }
  });

  it('takes a registry id in place of an address', () => {
    const made = toGenerator('negatives.writer', { model: 'local:qwen3:4b' }, negativeWriter, generation);
    expect((made as { id: string }).id).toMatch(/^local\/qwen3:4b\//);
    expect(() => toGenerator('negatives.writer', { model: 'nobody:x' }, negativeWriter, generation)).toThrow(
      'negatives.writer: model: Expected PROVIDER:MODEL with a provider of openai, anthropic, local, llama, transformers, received "nobody:x"',
    );
  });

  it('names the generator whose folder is not there, and the setting of a provider that is wrong', () => {
    const open = (providers: object) => () =>
      toGenerator('prepare.captioner', { model: 'transformers:./nowhere' }, negativeWriter, {
        ...generation,
        providers: providers as typeof generation.providers,
      });
    expect(open({})).toThrow(/^prepare\.captioner: .*received "\.\/nowhere"/);
    expect(open({ transformers: { contextTokens: 1 } })).toThrow(
      'generation.providers.transformers.contextTokens: Expected a number of at least 256, received 1.',
    );
  });

  it('refuses a key with a slip, and an address that is none', () => {
    const make = (setting: object) => () => toGenerator('negatives.writer', setting, negativeWriter, generation);
    expect(make({ ...server, timeoutms: 1 })).toThrow(
      'negatives.writer: unknown key "timeoutms". Did you mean "timeoutMs"?',
    );
    expect(make({ ...server, baseUrl: 'localhost' })).toThrow('Expected an http or https address');
    expect(make({ model: 'small' })).toThrow('negatives.writer.baseUrl');
  });
});

it('takes --base-url and --model together or not at all', () => {
  expect(wireOfFlags({})).toBeUndefined();
  expect(wireOfFlags({ baseUrl: 'http://a/v1', model: 'b' })).toEqual({ baseUrl: 'http://a/v1', model: 'b' });
  expect(() => wireOfFlags({ model: 'b' })).toThrow('Expected both');
});
