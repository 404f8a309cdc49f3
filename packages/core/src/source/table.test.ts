import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Source } from '../pair.ts';
import { Random } from '../random.ts';
import { concat } from './concat.ts';
import { csv, tsv } from './csv.ts';
import { defineSource } from './define-source.ts';
import { json } from './json.ts';
import { jsonl } from './jsonl.ts';
import { openFile } from './open-file.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(dir, name), content);
  return join(dir, name);
}

async function rows(source: Source) {
  const records = await Array.fromAsync(source.records());
  return records.map(({ id, image, text, problem }) => ({
    id,
    ...(image ? { image: image.name } : {}),
    ...(text === undefined ? {} : { text }),
    ...(problem === undefined ? {} : { problem }),
  }));
}

describe('csv', () => {
  const columns = { image: 'path', text: 'caption' };

  test('reads rows by the names of their columns; empty cells are missing parts', async () => {
    const path = await file(
      'a.csv',
      '\uFEFFcaption, path ,other\r\n"a ""red"" cat, sitting\nup",a.jpg,1\r\n,b.jpg\r\na dog,,,\r\n\r\n , ,\r\n',
    );
    expect(await rows(csv(path, columns))).toEqual([
      { id: '3', image: 'a.jpg', text: 'a "red" cat, sitting\nup' },
      { id: '4', image: 'b.jpg' },
      { id: '5', text: 'a dog' },
      { id: '7' },
    ]);
  });

  test('ids come from their column and stay unique', async () => {
    const path = await file('a.csv', 'id,caption\nx,one\nx,two\n,three\n');
    expect(await rows(csv(path, { text: 'caption', id: 'id' }))).toEqual([
      { id: 'x', text: 'one' },
      { id: 'x#3', text: 'two' },
      { id: '4', text: 'three' },
    ]);
  });

  test('pictures are found from the table’s folder, and in data URLs', async () => {
    await file('a.jpg', 'bytes');
    const path = await file(
      'a.csv',
      `path\na.jpg\n${join(dir, 'a.jpg')}\n"data:image/png;base64,${Buffer.from('inline').toString('base64')}"\ngone.jpg\nhttps://example.org/a.jpg\ndata:oops\n`,
    );
    const records = await Array.fromAsync(csv(path, { image: 'path' }).records());
    const read = await Promise.allSettled(records.map(({ image }) => image!.bytes()));
    expect(
      read.map((result) => (result.status === 'fulfilled' ? String(result.value) : result.reason.message)),
    ).toEqual([
      'bytes',
      'bytes',
      'inline',
      'gone.jpg cannot be read: there is no such file.',
      'https://example.org/a.jpg cannot be read: it is a URL. Fetch it to a file first.',
      'line 7 cannot be read: expected a data URL in base64.',
    ]);
  });

  test('other delimiters, gzip and tabs', async () => {
    const semicolons = await file('a.csv.gz', gzipSync('caption;path\na cat;a.jpg\n'));
    expect(await rows(csv(semicolons, { ...columns, delimiter: ';' }))).toEqual([
      { id: '2', image: 'a.jpg', text: 'a cat' },
    ]);
    const tabs = await file('a.tsv', 'caption\tpath\na 5" cat, "sitting\ta.jpg\n"a\tb.jpg\n');
    expect(await rows(tsv(tabs, columns))).toEqual([
      { id: '2', image: 'a.jpg', text: 'a 5" cat, "sitting' },
      { id: '3', image: 'b.jpg', text: '"a' },
    ]);
  });

  test('a column that is not there is an error that names the likely one', async () => {
    const path = await file('a.csv', 'captions,path\nx,y\n');
    await expect(rows(csv(path, columns))).rejects.toMatchObject({
      code: 'invalid-options',
      message: `csv: ${path} has no column "caption". Did you mean "captions"?`,
    });
    expect(() => csv(path, {})).toThrow('expected the name of an `image` or a `text` column');
    expect(() => csv(path, { txt: 'a' } as object)).toThrow('Did you mean "text"?');
  });

  test('what cannot be read is an error with the place', async () => {
    await expect(rows(csv(join(dir, 'no.csv'), columns))).rejects.toMatchObject({ code: 'source-failed' });
    await expect(rows(csv(dir, columns))).rejects.toThrow('expected a file, received a folder');
    const open = await file('open.csv', 'caption,path\na,b\n"never closed,c\nd,e\n');
    await expect(rows(csv(open, columns))).rejects.toMatchObject({
      code: 'source-failed',
      details: { path: open, line: 3 },
    });
    const cut = await file('cut.csv.gz', gzipSync('caption,path\na,b\n').subarray(0, 20));
    await expect(rows(csv(cut, columns))).rejects.toMatchObject({ code: 'source-failed', details: { path: cut } });
  });

  test('what the table holds comes out of it', async () => {
    const random = new Random('csv', 1);
    const alphabet = ['a', 'é', ' ', ',', '"', '\n', '\t', ';', '猫', '\u2028'];
    for (let round = 0; round < 20; round++) {
      const texts = Array.from({ length: 1 + random.below(9) }, () =>
        Array.from({ length: random.below(12) }, () => random.pick(alphabet)).join(''),
      );
      const path = await file('p.csv', `t,i\n${texts.map((text) => `"${text.replaceAll('"', '""')}",x\n`).join('')}`);
      const read = await Array.fromAsync(csv(path, { text: 't', image: 'i' }).records());
      expect(read.map(({ text }) => text ?? '')).toEqual(texts.map((text) => text.trim()));
    }
  });
});

describe('jsonl', () => {
  const columns = { image: 'image', text: 'text', id: 'id' };

  test('a bad line is an empty record that says so', async () => {
    const path = await file(
      'a.jsonl',
      '\uFEFF{"image":"a.jpg","text":"a cat","id":7}\n\n{"text":"a\u2028dog"}\r\n{"text":\n[1]\nnull\n{"text":5,"image":"b.jpg"}\n{"__proto__":{"text":"x"},"text":null}',
    );
    expect(await rows(jsonl(path, columns))).toEqual([
      { id: '7', image: 'a.jpg', text: 'a cat' },
      { id: '3', text: 'a\u2028dog' },
      { id: '4', problem: 'line 4 is not a JSON object: {"text":' },
      { id: '5', problem: 'line 5 is not a JSON object: [1]' },
      { id: '6', problem: 'line 6 is not a JSON object: null' },
      { id: '7#7', image: 'b.jpg', problem: 'line 7: expected a text in "text"' },
      { id: '8' },
    ]);
  });

  test('lines that span many chunks and characters cut between chunks come out whole', async () => {
    const texts = Array.from({ length: 40 }, (_, i) => '猫é𝄞'.repeat(i * 400));
    const path = await file('a.jsonl.gz', gzipSync(texts.map((text) => JSON.stringify({ text })).join('\n')));
    expect((await rows(jsonl(path, columns))).map(({ text }) => text ?? '')).toEqual(texts);
  });

  test('a small file that unpacks to far more is refused', async () => {
    const member = gzipSync(Buffer.alloc(2 ** 20));
    const path = await file('bomb.gz', Buffer.concat(Array.from({ length: 70 }, () => member)));
    const unpack = async () => {
      for await (const _ of openFile(path));
    };
    await expect(unpack()).rejects.toMatchObject({ code: 'source-failed', details: { path } });
    await expect(unpack()).rejects.toThrow('it unpacks to more than 200 times its size');
  });
});

describe('defineSource and concat', () => {
  const source = (name: string, ids: string[]) =>
    defineSource({
      name,
      settings: { ids },
      async *records() {
        for (const id of ids) yield { id, text: id };
      },
    });

  test('puts sources one after the other, under their names', async () => {
    const both = concat(source('a', ['1', '2']), source('b', ['1']));
    expect((await rows(both)).map(({ id }) => id)).toEqual(['a/1', 'a/2', 'b/1']);
    expect((await rows(both)).map(({ id }) => id)).toEqual(['a/1', 'a/2', 'b/1']);
    expect(both.settings).toEqual([
      { name: 'a', settings: { ids: ['1', '2'] } },
      { name: 'b', settings: { ids: ['1'] } },
    ]);
  });

  test('two sources of one name are refused', () => {
    expect(() => concat(source('a', []), source('a', []))).toThrow('Two of the sources are called "a"');
  });

  test('a record without an id is an error of the source', async () => {
    await expect(rows(source('a', ['']))).rejects.toMatchObject({ code: 'source-failed', details: { path: 'a' } });
  });

  test('settings are taken from a function once', () => {
    let calls = 0;
    const lazy = defineSource({ name: 'a', settings: () => ++calls, records: () => [] });
    expect([calls, lazy.settings, lazy.settings]).toEqual([0, 1, 1]);
  });
});

describe('json', () => {
  test('reads an array element by element; what is no object says so', async () => {
    const content = '\uFEFF[ {"t": "a \\"red\\" ],[ cat", "k": {"x": [1, {}]}},\n7, {"t": null}, {"t": "a dog"} ]\n';
    expect(await rows(json(await file('a.json.gz', gzipSync(content)), { text: 't' }))).toEqual([
      { id: '1', text: 'a "red" ],[ cat' },
      { id: '2', problem: 'element 2 is not a JSON object: 7' },
      { id: '3' },
      { id: '4', text: 'a dog' },
    ]);
    expect(await rows(json(await file('b.json', ' [ ] '), { text: 't' }))).toEqual([]);
  });

  test('gives the same where pieces of the file end anywhere', async () => {
    const long = Array.from({ length: 3000 }, (_, at) => ({ t: `é"[\\{,${'x'.repeat(at % 97)}${at}` }));
    const path = await file('long.json', JSON.stringify(long));
    expect((await rows(json(path, { text: 't' }))).map(({ text }) => text)).toEqual(long.map(({ t }) => t));
  });

  test.each([
    ['{"a": 1}', 'expected a JSON array'],
    ['', 'its array does not end'],
    ['[{"t": "a"}, {"t": "b', 'its array does not end'],
    ['[{"t": "a"}] 1', 'something follows'],
    [`["${'x'.repeat(17 * 2 ** 20)}"]`, 'an element is longer'],
  ])('%.20s ends the reading', async (content, why) => {
    const path = await file('a.json', content);
    await expect(rows(json(path, { text: 't' }))).rejects.toMatchObject({ code: 'source-failed' });
    await expect(rows(json(path, { text: 't' }))).rejects.toThrow(why);
  });
});
