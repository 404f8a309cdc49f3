import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { jsonForm } from './json-form.ts';

const schema = z.strictObject({
  texts: z.array(z.string()),
  colour: z.enum(['red', 'blue']).nullable(),
  more: z.strictObject({}),
});
const form = jsonForm(z.toJSONSchema(schema));
const whole = String.raw`{"texts": ["a \"b\"", "빨간 차"], "colour": "blue", "more": {}}`;

describe('jsonForm', () => {
  test('takes every beginning of a text of the form, and knows its end', () => {
    schema.parse(JSON.parse(whole));
    for (let length = 0; length < whole.length; length++) {
      const standing = form(whole.slice(0, length))!;
      if (!('literals' in standing)) throw new Error(`${whole.slice(0, length)} is not whole`);
      const rest = whole.slice(length);
      expect(standing.free || standing.literals.some((literal) => rest.startsWith(literal[0]!))).toBe(true);
    }
    expect(form(whole)).toEqual({ rest: '' });
    expect(form(`${whole}, and`)).toEqual({ rest: ', and' });
  });

  test('says what must come next', () => {
    expect(form('')).toEqual({ literals: ['{"texts":'], free: false });
    expect(form('{"texts":')).toEqual({ literals: [' ['], free: false });
    expect(form('{"texts": [')).toEqual({ literals: [']', '"'], free: false });
    expect(form('{"texts": ["a')).toEqual({ literals: ['"'], free: true });
    expect(form('{"texts": ["a"')).toEqual({ literals: [']', ','], free: false });
    expect(form('{"texts": ["a",')).toEqual({ literals: [' "'], free: false });
    expect(form('{"texts": ["a"], "colour":')).toEqual({ literals: [' "red"', ' "blue"', ' null'], free: false });
    expect(form('{"texts": ["a"], "colour": "r')).toEqual({ literals: ['ed"'], free: false });
  });

  test.each([
    ['Sure! {"texts"'],
    ['{"text": '],
    ['{"texts": ["a\nb'],
    [String.raw`{"texts": ["a\x`],
    ['{"texts": [1'],
    ['{"texts": ["a",]'],
    ['{"texts": [], "colour": "green"'],
  ])('refuses %j', (text) => {
    expect(form(text)).toBeNull();
  });

  test('passes over the blanks that a tokenizer puts before a sign', () => {
    expect(form(' {"texts":["a" ] , "colour":  null , "more": {}}')).toEqual({ rest: '' });
    expect(form(' {"texts": [" a')).toEqual({ literals: ['"'], free: true });
  });

  test('takes the types of a list', () => {
    expect(jsonForm({ type: ['string', 'null'] })('')).toEqual({ literals: ['"', 'null'], free: false });
  });

  test('says which form it does not know', () => {
    expect(() => jsonForm(z.toJSONSchema(z.strictObject({ count: z.number() })))).toThrow('{"type":"number"}');
  });
});
