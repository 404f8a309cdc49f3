import { negativeWriter } from '@anagram/gen';
import { describe, expect, it } from 'vitest';
import { toGenerator, wireOfFlags } from './generators.ts';

describe('toGenerator', () => {
  const server = { baseUrl: 'http://127.0.0.1:1/v1', model: 'small' };

  it('makes a generator of the address of a server', () => {
    const writer = toGenerator('negatives.writer', { ...server, name: 'local' }, negativeWriter);
    expect((writer as { id: string }).id).toMatch(/^local\/small\//);
  });

  it('leaves alone what is none', () => {
    const own = { id: 'mine', write: async () => [] };
    for (const setting of [undefined, null, 'off', own]) {
      expect(toGenerator('negatives.writer', setting, negativeWriter)).toBe(setting);
    }
  });

  it('refuses a key with a slip, and an address that is none', () => {
    const make = (setting: object) => () => toGenerator('negatives.writer', setting, negativeWriter);
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
