import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Source } from '../pair.ts';
import { folder } from './folder.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function put(files: { [path: string]: string | Uint8Array }) {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }
}

async function rows(source: Source) {
  const records = await Array.fromAsync(source.records());
  return records.map(({ id, image, text, problem }) => [id, image?.name ?? null, text ?? problem ?? null]);
}

describe('folder', () => {
  test('joins pictures with the texts beside them, in the order of their paths', async () => {
    await put({
      'b.jpg': '',
      'b.txt': '\uFEFF a cat \n',
      'A.PNG': '',
      'sub/c.webp': '',
      'sub/c.txt': 'a dog',
      'sub/alone.txt': 'a text alone',
      'sub/empty.txt': ' \n',
      'notes.md': 'x',
      '.hidden.jpg': '',
      '._b.jpg': '',
    });
    expect(await rows(folder(dir, { captions: 'sidecar' }))).toEqual([
      ['A.PNG', 'A.PNG', null],
      ['b.jpg', 'b.jpg', 'a cat'],
      ['sub/alone.txt', null, 'a text alone'],
      ['sub/c.webp', 'sub/c.webp', 'a dog'],
      ['sub/empty.txt', null, null],
    ]);
  });

  test('two pictures may share a text, and their ids differ', async () => {
    await put({ 'a.jpg': '', 'a.png': '', 'a.txt': 'a cat' });
    expect(await rows(folder(dir, { captions: 'sidecar' }))).toEqual([
      ['a.jpg', 'a.jpg', 'a cat'],
      ['a.png', 'a.png', 'a cat'],
    ]);
  });

  test('reads the name as the text, or no text at all', async () => {
    await put({ 'a_red-cat  sits.jpg': '', '___.png': '', 'a.txt': 'not looked at' });
    expect(await rows(folder(dir, { captions: 'file-name' }))).toEqual([
      ['___.png', '___.png', null],
      ['a_red-cat  sits.jpg', 'a_red-cat  sits.jpg', 'a red cat sits'],
    ]);
    expect((await rows(folder(dir, { captions: 'none' }))).map(([, , text]) => text)).toEqual([null, null]);
  });

  test('a picture is read when it is wanted, and says when it cannot be', async () => {
    await put({ 'a.jpg': 'bytes' });
    const [record] = await Array.fromAsync(folder(dir, { captions: 'none' }).records());
    expect(Buffer.from(await record!.image!.bytes()).toString()).toBe('bytes');
    await rm(join(dir, 'a.jpg'));
    await expect(record!.image!.bytes()).rejects.toMatchObject({
      code: 'image-unreadable',
      message: 'a.jpg cannot be read: there is no such file.',
    });
  });

  test('an overlong text is a problem of its record', async () => {
    await put({ 'a.jpg': '', 'a.txt': 'x'.repeat(2 ** 20 + 1), 'b.jpg': '', 'b.txt': 'fine' });
    expect(await rows(folder(dir, { captions: 'sidecar' }))).toEqual([
      ['a.jpg', 'a.jpg', 'its text file holds 1048577 bytes, more than the 1048576 that are read'],
      ['b.jpg', 'b.jpg', 'fine'],
    ]);
  });

  test.skipIf(process.platform === 'win32')('linked files count, linked folders do not', async () => {
    await put({ 'real/a.jpg': '' });
    await symlink(join(dir, 'real/a.jpg'), join(dir, 'b.jpg'));
    await symlink(join(dir, 'gone'), join(dir, 'c.jpg'));
    await symlink(dir, join(dir, 'real/loop'));
    expect((await rows(folder(dir, { captions: 'none' }))).map(([id]) => id)).toEqual(['b.jpg', 'real/a.jpg']);
  });

  test('its settings tell contents apart, not places', async () => {
    await put({
      'x/a.jpg': 'one',
      'x/a.txt': 't',
      'y/a.jpg': 'two',
      'y/a.txt': 't',
      'z/a.jpg': 'three',
      'z/a.txt': 't',
    });
    const settings = (name: string) => folder(join(dir, name), { captions: 'sidecar' }).settings;
    expect(settings('x')).toEqual(settings('y'));
    expect(settings('x')).not.toEqual(settings('z'));
  });

  test('a folder that is not there, and wrong options, are errors with a remedy', async () => {
    const missing = folder(join(dir, 'nope'), { captions: 'none' });
    await expect(Array.fromAsync(missing.records())).rejects.toMatchObject({
      code: 'source-failed',
      message: `${join(dir, 'nope')} cannot be read: there is nothing at this path. Check the spelling; relative paths start at the working folder.`,
    });
    expect(() => missing.settings).toThrow('there is nothing at this path');
    expect(() => folder(dir, { caption: 'none' } as never)).toThrow('Did you mean "captions"?');
  });

  test('stops with the signal’s reason', async () => {
    await put({ 'a.jpg': '', 'b.jpg': '' });
    const controller = new AbortController();
    const read = async () => {
      const options = { signal: controller.signal };
      for await (const _ of folder(dir, { captions: 'none' }).records(options)) controller.abort(new Error('enough'));
    };
    await expect(read()).rejects.toThrow('enough');
    await expect(read()).rejects.toThrow('enough');
  });
});
