import { describe, expect, it } from 'vitest';
import { pythonStrings } from './python-literal.ts';

describe('pythonStrings', () => {
  it.each([
    [`['a lamp on a chair', "a dog's lamp on a desk"]`, ['a lamp on a chair', "a dog's lamp on a desk"]],
    [`[ 'a' ,\n"b" , ]`, ['a', 'b']],
    ['[]', []],
    [
      String.raw`['it\'s \"x\"\\', 'caf\xe9 \u00e9 \U0001f600', 'a\nb', '\d']`,
      ['it\'s "x"\\', 'café é 😀', 'a\nb', '\\d'],
    ],
    [`['a, b]', '']`, ['a, b]', '']],
  ])('reads %s', (text, strings) => {
    expect(pythonStrings(text)).toEqual(strings);
  });

  it.each(['', 'nan', "['a'", "['a", "['a' 'b']", "['a'] x", '[1]', String.raw`['\xg0']`])('refuses %s', (text) => {
    expect(() => pythonStrings(text)).toThrow(SyntaxError);
  });
});
