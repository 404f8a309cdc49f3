import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Source } from '../pair.ts';
import { shardName, writeShard } from '../shard/shard-writer.ts';
import { webdataset } from './webdataset.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-'));
});
afterEach(() => rm(dir, { recursive: true }));

type Entry = Partial<Header> & { name: string; data?: string };

async function archive(entries: Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const { data = '', ...header } of entries) {
    if (header.type && header.type !== 'file') tar.entry(header);
    else tar.entry(header, Buffer.from(data));
  }
  tar.finalize();
  return Buffer.concat(await Array.fromAsync(tar as AsyncIterable<Uint8Array>));
}

async function put(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(join(dir, name), bytes);
  return join(dir, name);
}

async function rows(source: Source) {
  const records = await Array.fromAsync(source.records());
  return Promise.all(
    records.map(async ({ id, image, text, problem }) => ({
      id,
      ...(image ? { image: String(await image.bytes()) } : {}),
      ...(text === undefined ? {} : { text }),
      ...(problem === undefined ? {} : { problem }),
    })),
  );
}

const plain: Entry[] = [
  { name: './00/a.b/cat.JPG', data: 'cat picture' },
  { name: './00/a.b/cat.txt', data: 'a cat\n' },
  { name: './00/a.b/cat.json', data: '{"caption":"not this","licence":"CC0"}' },
  { name: 'dir/', type: 'directory' },
  { name: 'dog.json', data: '{"caption":"a dog"}' },
  { name: 'dog.png', data: 'dog picture' },
  { name: 'dog.seg.png', data: 'a mask' },
  { name: 'text.txt', data: 'a text alone' },
  { name: 'alone.webp', data: 'a picture alone' },
  { name: 'bad.json', data: '{' },
  { name: `${'long/'.repeat(60)}猫.txt`, data: 'long' },
];

const expected = [
  { id: 's/00/a.b/cat', image: 'cat picture', text: 'a cat' },
  { id: 's/dog', image: 'dog picture', text: 'a dog' },
  { id: 's/text', text: 'a text alone' },
  { id: 's/alone', image: 'a picture alone' },
  { id: 's/bad', problem: 'its .json is not JSON' },
  { id: `s/${'long/'.repeat(60)}猫`, text: 'long' },
];

describe('webdataset', () => {
  test('puts entries with one key together, packed or not', async () => {
    const bytes = await archive(plain);
    expect(await rows(webdataset(await put('s.tar', bytes)))).toEqual(expected);
    expect(await rows(webdataset(await put('s.tar.gz', gzipSync(bytes))))).toEqual(expected);
  });

  test('keeps the sample’s JSON as meta', async () => {
    const [cat] = await Array.fromAsync(webdataset(await put('s.tar', await archive(plain))).records());
    expect(cat!.meta).toEqual({ caption: 'not this', licence: 'CC0' });
  });

  test('links, names that lead out and overlong entries are refused, and the others still read', async () => {
    const bytes = await archive([
      { name: 'a.txt', data: 'before' },
      { name: '/etc/passwd.txt', data: 'absolute' },
      { name: '../../up.txt', data: 'up' },
      { name: 'C:\\windows\\a.txt', data: 'drive' },
      { name: 'b.jpg', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'b.txt', data: 'its picture is a link' },
      { name: 'c.jpg', type: 'link', linkname: 'a.txt' },
      { name: 'd.txt', data: 'x'.repeat(2 ** 20 + 1) },
      { name: 'e.jpg', type: 'fifo' },
      { name: 'f.txt', data: 'after' },
    ]);
    const refused = (name: string, reason: string) => `${JSON.stringify(name)} was refused: ${reason}`;
    const outside = 'its name leads out of the archive';
    expect(await rows(webdataset(await put('s.tar', bytes)))).toEqual([
      { id: 's/a', text: 'before' },
      { id: 's/entry-2', problem: refused('/etc/passwd.txt', outside) },
      { id: 's/entry-3', problem: refused('../../up.txt', outside) },
      { id: 's/entry-4', problem: refused('C:\\windows\\a.txt', outside) },
      { id: 's/b', text: 'its picture is a link', problem: refused('b.jpg', 'it is a link') },
      { id: 's/c', problem: refused('c.jpg', 'it is a link') },
      { id: 's/d', problem: refused('d.txt', 'its 1048577 bytes are more than the 1048576 that are read') },
      { id: 's/e', problem: refused('e.jpg', 'it is a fifo') },
      { id: 's/f', text: 'after' },
    ]);
  });

  test('a key that comes back later is a record of its own', async () => {
    const bytes = await archive([
      { name: 'a.txt', data: 'one' },
      { name: 'b.txt', data: 'two' },
      { name: 'a.txt', data: 'three' },
    ]);
    expect(await rows(webdataset(await put('s.tar', bytes)))).toEqual([
      { id: 's/a', text: 'one' },
      { id: 's/b', text: 'two' },
      { id: 's/a#3', text: 'three' },
    ]);
  });

  test('an archive that is cut off or is none is an error with the place', async () => {
    const bytes = await archive(plain);
    const cut = await put('cut.tar', bytes.subarray(0, 1000));
    await expect(rows(webdataset(cut))).rejects.toMatchObject({ code: 'source-failed', details: { path: cut } });
    const junk = await put('junk.tar', Buffer.alloc(4096, 'junk'));
    await expect(rows(webdataset(junk))).rejects.toMatchObject({ code: 'source-failed', details: { path: junk } });
  });

  test('finds shards by folder, range and pattern', async () => {
    for (const index of [0, 1, 2]) await put(`s-00${index}.tar`, await archive([{ name: 'a.txt', data: `${index}` }]));
    await put('notes.txt', Buffer.from(''));
    const texts = async (path: string) => (await rows(webdataset(join(dir, path)))).map(({ text }) => text);
    expect(await texts('.')).toEqual(['0', '1', '2']);
    expect(await texts('s-{001..002}.tar')).toEqual(['1', '2']);
    expect(await texts('s-*2.tar')).toEqual(['2']);
    await expect(texts('s-{002..003}.tar')).rejects.toThrow('s-003.tar cannot be read: there is nothing at this path');
    await expect(texts('t-*.tar')).rejects.toThrow('holds no shards');
    expect(webdataset(join(dir, 's-{000..001}.tar')).settings).toMatchObject({
      shards: [{ name: 's-000.tar' }, { name: 's-001.tar' }],
    });
  });

  test('reads our own shards', async () => {
    const entries = [
      { name: 'png', data: Buffer.from('picture') },
      { name: 'txt', data: 'a cat' },
      { name: 'json', data: '{"score":0.5}' },
    ];
    await writeShard({ dir, name: shardName('pairs', 0), samples: [{ key: '000', entries }], stepKey: 'k' });
    expect(await rows(webdataset(join(dir, 'pairs-00000.tar')))).toEqual([
      { id: 'pairs-00000/000', image: 'picture', text: 'a cat' },
    ]);
  });

  test('a reader may leave early', async () => {
    const path = await put('s.tar', await archive(plain));
    for await (const { id } of webdataset(path).records()) {
      expect(id).toBe('s/00/a.b/cat');
      break;
    }
    expect(await rows(webdataset(path))).toHaveLength(expected.length);
  });
});
