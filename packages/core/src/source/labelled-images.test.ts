import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTinyPictures } from '../../test/fixtures/tiny-benchmark.ts';
import { labelledCsv, labelledFolder } from './labelled-images.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'labelled-'));
});
afterAll(() => rm(dir, { recursive: true }));

describe('labelledFolder', () => {
  it('takes the names of folders for labels, in the order of their characters, and pictures at any depth below', async () => {
    const root = join(dir, 'folder');
    await writeTinyPictures(root, ['n02/b.png', 'n01/a.png', 'n01/more/c.png', 'N09/d.png']);
    const { labels, items } = await labelledFolder(root);
    expect(labels).toEqual(['N09', 'n01', 'n02']);
    expect(items.map(({ id, label }) => [id, label])).toEqual([
      ['N09/d.png', 0],
      ['n01/a.png', 1],
      ['n01/more/c.png', 1],
      ['n02/b.png', 2],
    ]);
  });

  it('refuses pictures beside the folders of classes, and folders without any', async () => {
    await writeTinyPictures(join(dir, 'loose'), ['a.png']);
    await expect(labelledFolder(join(dir, 'loose'))).rejects.toThrow(
      'expected a picture with its label, received "a.png"',
    );
    await mkdir(join(dir, 'empty'));
    await expect(labelledFolder(join(dir, 'empty'))).rejects.toThrow('expected pictures with labels, received none');
  });
});

describe('labelledCsv', () => {
  it('reads pictures from the folder of the file, by the names of its columns', async () => {
    await writeTinyPictures(dir, ['x/1.png', 'x/2.png']);
    await writeFile(join(dir, 'a.csv'), 'file,what\nx/1.png,dog\nx/2.png,cat\n');
    const { labels, items } = await labelledCsv(join(dir, 'a.csv'), { image: 'file', label: 'what' });
    expect(labels).toEqual(['cat', 'dog']);
    expect(items.map(({ label }) => label)).toEqual([1, 0]);
    const { image } = items[0]!;
    expect('bytes' in image && (await image.bytes()).length).toBeGreaterThan(0);
  });

  it('refuses a row without a label', async () => {
    await writeFile(join(dir, 'b.csv'), 'image,label\nx/1.png,\n');
    await expect(labelledCsv(join(dir, 'b.csv'))).rejects.toMatchObject({ code: 'source-failed' });
  });
});
