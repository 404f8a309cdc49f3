import * as z from 'zod';

/** A cell with a list of strings as Python prints it. */
export const pythonList = z.string().transform((cell, context) => {
  try {
    return pythonStrings(cell);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as SyntaxError).message });
    return z.NEVER;
  }
});

/**
 * Reads a list of strings as Python prints it, e.g. `['a cup', "a dog's cup"]`: how pandas leaves a list in a cell of a CSV file.
 * @throws SyntaxError where the text is something else.
 */
export function pythonStrings(text: string): string[] {
  const strings: string[] = [];
  let at = 0;
  const skip = () => {
    while (at < text.length && /\s/.test(text[at]!)) at++;
  };
  const expect = (character: string) => {
    skip();
    if (text[at] !== character) throw new SyntaxError(`expected ${character} at character ${at + 1} of a Python list`);
    at++;
  };
  expect('[');
  for (skip(); text[at] !== ']'; skip()) {
    if (strings.length > 0) expect(',');
    skip();
    if (text[at] === ']') break; // a comma may stand after the last
    const { value, end } = pythonString(text, at);
    strings.push(value);
    at = end;
  }
  expect(']');
  skip();
  if (at < text.length) throw new SyntaxError(`expected the end at character ${at + 1} of a Python list`);
  return strings;
}

const escapes: { readonly [letter: string]: string } = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' };
const digits: { readonly [letter: string]: number } = { x: 2, u: 4, U: 8 };

/** A string that starts with its quote at `start`; `end` is the place after its last quote. */
function pythonString(text: string, start: number): { value: string; end: number } {
  const quote = text[start];
  if (quote !== "'" && quote !== '"')
    throw new SyntaxError(`expected a string at character ${start + 1} of a Python list`);
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]!;
    if (character === quote) return { value, end: at + 1 };
    if (character !== '\\') {
      value += character;
      continue;
    }
    const letter = text[++at] ?? '';
    const length = digits[letter];
    if (length !== undefined) {
      const code = text.slice(at + 1, at + 1 + length);
      if (!/^[\da-f]+$/i.test(code) || code.length < length) {
        throw new SyntaxError(`expected ${length} hexadecimal digits at character ${at + 2} of a Python list`);
      }
      value += String.fromCodePoint(Number.parseInt(code, 16));
      at += length;
    } else value += escapes[letter] ?? `\\${letter}`;
  }
  throw new SyntaxError(`the string at character ${start + 1} of a Python list does not end`);
}
