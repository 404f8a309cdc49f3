import { expect, test } from 'vitest';
import { JsonReader } from './json-reader.ts';
import { Random } from './random.ts';

const reader = (text: string) => new JsonReader(Buffer.from(text));

/** Whatever comes next, through the reader alone. */
function read(json: JsonReader, text: string): unknown {
  if (text.startsWith('"')) return json.string();
  if (text.startsWith('[')) {
    const values: number[] = [];
    json.array(() => values.push(json.integer()));
    return values;
  }
  const values: Record<string, string> = {};
  json.object((name) => {
    values[name] = json.string();
  });
  return values;
}

test.each([
  '"a"',
  '"\\u0061\\n\\"é😀\\ud83d\\ude00"',
  '""',
  '[]',
  ' [ 0 , 12,9007199254740991 ] ',
  '{}',
  '{"a":"b", "":"c"}',
])('what is asked for is read as JSON.parse reads it: %s', (text) => {
  const json = reader(text);
  expect(read(json, text.trim())).toEqual(JSON.parse(text));
  json.end();
});

test('it takes as JSON what JSON.parse takes, and nothing else', () => {
  const random = new Random('json');
  const valid = '{"a":[1,-2.5e+3,{"b\\"\\u00e9":null}],"c":"x\\\\y é","d":{},"e":[true,false,[]]}';
  const alphabet = [
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '0',
    '-',
    '.',
    'e',
    ' ',
    '\n',
    'u',
    '\u0001',
    'é',
    '\ufeff',
  ];
  for (let round = 0; round < 20_000; round++) {
    const letters = [...valid];
    for (let edits = 1 + random.below(3); edits > 0; edits--) {
      letters.splice(
        random.below(letters.length),
        random.below(3),
        ...(random.below(2) ? [random.pick(alphabet)] : []),
      );
    }
    const text = letters.join('');
    expect([text, accepts(() => skipped(text))]).toEqual([text, accepts(() => JSON.parse(text))]);
  }
});

function skipped(text: string): void {
  const json = reader(text);
  json.skip();
  json.end();
}

function accepts(parse: () => void): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}

test.each(['{"a":"","a":""}', '{"a":"","\\u0061":""}', '{"__proto__":"","__proto__":""}'])(
  'a name that stands twice is found: %s',
  (text) => {
    expect(() => read(reader(text), text)).toThrow('stands twice');
  },
);

test.each(['-1', '1.5', '1e3', '01', '9007199254740992', '"1"', 'null', ''])('%s is no whole number', (text) => {
  expect(() => reader(text).integer()).toThrow('whole number below 2^53');
});

test('values nested a million levels deep are refused without a stack overflow', () => {
  expect(() => skipped('['.repeat(1e6))).toThrow('more than 64 levels');
  expect(() => skipped('{"a":'.repeat(1e6))).toThrow('more than 64 levels');
});

test('bytes that are no UTF-8, halves of surrogate pairs and strings above 1 MiB are refused', () => {
  expect(() => new JsonReader(Buffer.from([0x22, 0xff, 0x22]))).toThrow('UTF-8');
  expect(() => reader('"\\ud800"').string()).toThrow('surrogate');
  expect(() => reader(`"${'x'.repeat(2 ** 20)}"`).string()).toThrow('the most is 1048576');
});

test.each(['0', '-2.5', '1e3', '-3.1991872787475586'])('the number %s is read', (text) => {
  expect(reader(text).number()).toBe(Number(text));
});

test.each(['true', 'null', '"1"', '[]', '01', '1e999', 'NaN'])('%s is no finite number', (text) => {
  expect(() => {
    const json = reader(text);
    json.number();
    json.end();
  }).toThrow();
});

test('true and false are read, and nothing else as one of them', () => {
  expect([reader('true').boolean(), reader(' false').boolean()]).toEqual([true, false]);
  for (const text of ['null', '1', '"true"', '']) expect(() => reader(text).boolean()).toThrow('true or false');
});

test('what comes next is known by its kind', () => {
  const kinds = (text: string) => [reader(text).isArray(), reader(text).isObject(), reader(text).isString()];
  expect([kinds(' []'), kinds('{}'), kinds('"a"'), kinds('1')]).toEqual([
    [true, false, false],
    [false, true, false],
    [false, false, true],
    [false, false, false],
  ]);
});
