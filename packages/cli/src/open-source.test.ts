import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSource } from './open-source.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-source-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function kindOf(name: string, files: Record<string, string>): Promise<unknown> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(dir, file, '..'), { recursive: true });
    await writeFile(join(dir, file), text);
  }
  return openSource(join(dir, name), {}).settings;
}

describe('openSource', () => {
  it('tells kinds by their names', async () => {
    const csv = await kindOf('a.csv', { 'a.csv': 'image,text\nx.png,a cat\n' });
    expect(csv).toMatchObject({ kind: 'csv', image: 'image', text: 'text' });
    expect(await kindOf('a.tsv', { 'a.tsv': 'image\ttext\n' })).toMatchObject({ kind: 'tsv' });
    expect(await kindOf('a.jsonl', { 'a.jsonl': '{}\n' })).toMatchObject({ kind: 'jsonl' });
    expect(await kindOf('a.json', { 'a.json': '[]' })).toMatchObject({ kind: 'json' });
    expect(await kindOf('a.tar', { 'a.tar': '' })).toMatchObject({ kind: 'webdataset' });
  });

  it('reads a list of URLs where a column of them is named, and any .txt', async () => {
    await writeFile(join(dir, 'a.csv'), 'link,text\n');
    await writeFile(join(dir, 'a.txt'), '');
    const verb = { cache: join(dir, 'fetched') };
    const settings = openSource(join(dir, 'a.csv'), { url: 'link', columns: ['licence'] }, verb).settings;
    expect(settings).toMatchObject({ kind: 'urls', url: 'link', text: 'text', columns: ['licence'] });
    expect(openSource(join(dir, 'a.txt'), {}, verb).settings).toMatchObject({ kind: 'urls', url: 'url', text: null });
    expect(() => openSource(join(dir, 'a.txt'), {})).toThrow('--set source.cache=FOLDER');
    const wrong = { fetch: { timeot: 3 } };
    expect(() => openSource(join(dir, 'a.txt'), wrong, verb)).toThrow('Did you mean "timeout"?');
  });

  it('tells a folder by what it holds', async () => {
    expect(await kindOf('pictures', { 'pictures/a.png': '', 'pictures/a.txt': 'a cat' })).toMatchObject({
      kind: 'folder',
      captions: 'sidecar',
    });
    expect(await kindOf('shards', { 'shards/0.tar': '', 'shards/1.tar': '' })).toMatchObject({ kind: 'webdataset' });
  });

  it('reads only the kept pairs of a prepared folder', async () => {
    const files = { 'data/manifest.jsonl': '', 'data/pairs-00000.tar': '', 'data/rejected-00000.tar': '' };
    expect(await kindOf('data', files)).toMatchObject({ shards: [{ name: 'pairs-00000.tar' }] });
  });

  it('passes the columns on', async () => {
    await writeFile(join(dir, 'a.csv'), 'caption\na cat\n');
    const source = openSource(join(dir, 'a.csv'), { image: null, text: 'caption' });
    const texts = [];
    for await (const { text } of source.records()) texts.push(text);
    expect(texts).toEqual(['a cat']);
  });

  it('says which flags name the columns of a table', async () => {
    await writeFile(join(dir, 'a.csv'), 'file,text\nx.png,a cat\n');
    const read = async () => {
      for await (const _ of openSource(join(dir, 'a.csv'), {}).records());
    };
    await expect(read()).rejects.toThrow(
      'has no column "image". Known: file, text. Say which column holds what: --image-column',
    );
  });

  it('refuses what is not there, what it does not know, and settings with a slip', async () => {
    expect(() => openSource(join(dir, 'nothing'), {})).toThrow('There is no');
    await writeFile(join(dir, 'a.xlsx'), '');
    expect(() => openSource(join(dir, 'a.xlsx'), {})).toThrow('is no known kind');
    expect(() => openSource(dir, { caption: 'none' })).toThrow('Did you mean "captions"?');
  });
});
