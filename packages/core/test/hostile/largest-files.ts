import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytes } from '../../src/text/protobuf.ts';

function safetensors(header: string, dataLength = 0): Buffer {
  const json = Buffer.from(header);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([size, json, Buffer.alloc(dataLength)]);
}

/** `{"00000000":value,…}`, of about a length in bytes. */
function object(count: number, length: number, value: string, end = ''): string {
  const name = Math.max(6, Math.floor(length / count) - value.length - 4);
  const entries = Array.from({ length: count }, (_, at) => `"${String(at).padStart(name, 'x')}":${value}`);
  return `{${entries.join(',')}${end}}`;
}

function tokenizer(vocabulary: string, merges: string): string {
  return `{"model":{"type":"BPE","end_of_word_suffix":"</w>","vocab":${vocabulary},"merges":${merges}}}`;
}

const empty = '{"dtype":"F32","shape":[0],"data_offsets":[0,0]}';
const sides = `[0${',1'.repeat(63)}]`;
const distinct = (count: number) => Array.from({ length: count }, (_, at) => `{"${at}":0}`).join(',');
const list = (count: number, value: string) => new Array(count).fill(value).join(',');

/** Bad files that take as much memory as the limits allow before it is found. */
const largest: readonly [what: string, file: string, make: () => string | Buffer][] = [
  [
    'as many tensors as there may be, with names as long as fit, and a byte too many',
    'model.safetensors',
    () => safetensors(object(2 ** 15, 4.18e6, empty), 1),
  ],
  [
    'as many sides as fit',
    'model.safetensors',
    () => safetensors(object(20_000, 4.18e6, empty.replace('[0]', sides)), 1),
  ],
  [
    'as many metadata as there may be, and a tensor beyond the file',
    'model.safetensors',
    () => safetensors(`{"__metadata__":${object(2 ** 15, 4.1e6, '"x"')},"a":${empty.replace(',0]}', ',4]}')}}`),
  ],
  [
    'the longest strings, of two bytes a letter in memory',
    'model.safetensors',
    () => safetensors(`{"__metadata__":${object(4, 4.18e6, '"\\n😀"').replaceAll('"x', '"\\n😀x')},"c":0}`),
  ],
  ['the longest name', 'model.safetensors', () => safetensors(`{"${'x'.repeat(1e6)}":${empty}}`, 1)],
  [
    'the longest type',
    'model.safetensors',
    () => safetensors(`{"a":{"dtype":"${'x'.repeat(1e6)}","shape":[0],"data_offsets":[0,0]}}`),
  ],
  ['four million brackets', 'model.safetensors', () => safetensors('['.repeat(4e6))],
  ['a header above the limit', 'model.safetensors', () => safetensors(`{}${' '.repeat(5e6)}`)],
  [
    'as many symbols and merges as there may be, and no bytes among them',
    'tokenizer.json',
    () => {
      const vocabulary = Array.from({ length: 2 ** 16 }, (_, at) => `"${at}xxxxxxxx":${at}`);
      return tokenizer(`{${vocabulary.join(',')}}`, `[${list(2 ** 16, '["xxxxxxxxxxxx","xxxxxxxxxxxx"]')}]`).slice(
        0,
        2 ** 23,
      );
    },
  ],
  ['fewer symbols, as long as fit', 'tokenizer.json', () => tokenizer(object(2 ** 16, 7.5e6, '0'), '[]')],
  ['more symbols than there may be', 'tokenizer.json', () => tokenizer(object(2 ** 16 + 1, 0, '0'), '[]')],
  ['more merges than there may be', 'tokenizer.json', () => tokenizer('{}', `[${list(2 ** 16 + 1, '"a b"')}]`)],
  ['symbols as long as fit', 'vocab.json', () => object(2 ** 16, 4.1e6, '0')],
  ['merges as long as fit', 'merges.txt', () => list(2 ** 16, 'x'.repeat(30)).replaceAll(',', ' y\n')],
  ['a line as long as fits', 'merges.txt', () => 'é'.repeat(2 ** 21)],
  ['a hundred megabytes of merges', 'merges.txt', () => 'a b\n'.repeat(2.5e7)],
  ['a hundred megabytes', 'tokenizer.json', () => ' '.repeat(1e8)],
  [
    'as many pieces as there may be, and one twice',
    'spiece.model',
    () =>
      Buffer.concat(
        Array.from({ length: 2 ** 18 }, (_, at) => bytes(1, bytes(1, String(at % (2 ** 18 - 1)).padStart(26, 'x')))),
      ),
  ],
  [
    'pieces as long as may be',
    'spiece.model',
    () => Buffer.concat(new Array(32_000).fill(bytes(1, bytes(1, 'é'.repeat(128))))),
  ],
  [
    'more pieces than there may be',
    'spiece.model',
    () => Buffer.concat(new Array(2 ** 18 + 1).fill(bytes(1, bytes(1, 'x')))),
  ],
  [
    'rules as large as fit, one of which does not end',
    'spiece.model',
    () => bytes(3, bytes(2, Buffer.alloc(8e6, 'x\0\0\0'))),
  ],
  ['four million empty messages', 'spiece.model', () => Buffer.alloc(8e6, bytes(3, ''))],
  [
    'as many unigram pieces as there may be, without an end token',
    'tokenizer.json',
    () =>
      `{"model":{"type":"Unigram","unk_id":0,"vocab":[${Array.from({ length: 2 ** 16 }, (_, at) => `["${String(at).padStart(100, 'x')}",-${at}.5]`)}]}}`,
  ],
  [
    'more unigram pieces than there may be',
    'tokenizer.json',
    () => `{"model":{"vocab":[${list(2 ** 16 + 1, '["x",0]')}],"type":"Unigram"}}`,
  ],
  [
    'lists of normalisers within each other',
    'tokenizer.json',
    () => `{"normalizer":${'{"normalizers":['.repeat(4e5)}"Unigram"`,
  ],
  ['a hundred megabytes of pieces', 'spiece.model', () => ' '.repeat(1e8)],
  ['a value to skip as large as fits', 'tokenizer.json', () => `{"normalizer":[${list(2_700_000, '{}')}],"model":0}`],
  ['many objects', 'config.json', () => `{"x":[${list(87_000, '{}')}]}`],
  ['many lists', 'config.json', () => `{"x":[${list(87_000, '[]')}]}`],
  ['many kinds of objects', 'config.json', () => `{"x":[${distinct(23_000)}]}`],
  ['a config above the limit', 'config.json', () => `{"x":[${list(5_000_000, '{}')}]}`],
  ['many brackets', 'preprocessor_config.json', () => '['.repeat(2.6e5)],
  [
    'as many tensors in an index as there may be, and one shard that is not there',
    'model.safetensors.index.json',
    () => `{"weight_map":${object(2 ** 15, 4.18e6, '"x.safetensors"', ',"z":"z.safetensors"')}}`,
  ],
  ['an index above the limit', 'model.safetensors.index.json', () => ' '.repeat(5e6)],
];

/** Writes each into a folder of its own, `ROOT/00 WHAT/FILE`. */
export async function writeLargestFiles(root: string): Promise<void> {
  for (const [at, [what, file, make]] of largest.entries()) {
    await writeFile(join(await folder(root, at, what), file), make());
  }
  const both = await folder(root, largest.length, 'an index and a shard, both as large as may be');
  await writeFile(
    join(both, 'model.safetensors.index.json'),
    `{"weight_map":${object(2 ** 15, 4.18e6, '"x.safetensors"')}}`,
  );
  await writeFile(join(both, 'x.safetensors'), safetensors(object(2 ** 15, 4.18e6, empty)));
  // A gigabyte that takes no room on the disk: all of it header, by its own word.
  const gigabyte = await folder(root, largest.length + 1, 'a header of a gigabyte');
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(2n ** 30n);
  await writeFile(join(gigabyte, 'model.safetensors'), size);
  await truncate(join(gigabyte, 'model.safetensors'), 2 ** 30 + 8);
}

async function folder(root: string, at: number, what: string): Promise<string> {
  const dir = join(root, `${String(at).padStart(2, '0')} ${what}`);
  await mkdir(dir, { recursive: true });
  return dir;
}
