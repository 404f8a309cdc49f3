import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { Random } from '../random.ts';
import { packTar, readTar, type TarFile } from './tar.ts';

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const chunk of chunks) copies.push(Buffer.from(chunk));
  return Buffer.concat(copies);
}

/** Files one after the other, with the fixed times, owners and modes. */
function reference(files: readonly TarFile[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, data } of files) {
    archive.entry({ name, mtime: new Date(0), mode: 0o644, uid: 0, gid: 0, type: 'file' }, Buffer.from(data));
  }
  archive.finalize();
  return whole(archive as AsyncIterable<Uint8Array>);
}

function randomFiles(seed: number): TarFile[] {
  const random = new Random('tar', seed);
  return Array.from({ length: 1 + random.below(9) }, (_, index) => ({
    name: `${index}${'-x'.repeat(random.below(48))}.bin`,
    data: random.below(3) === 0 ? 'é'.repeat(random.below(700)) : new Uint8Array(random.below(900_000)).fill(index + 1),
  }));
}

test('gives the bytes of fixed times, owners and modes, where files end in a block, at its end, and beyond a megabyte', async () => {
  const sizes = [0, 1, 511, 512, 513, 2 ** 20 - 512, 2 ** 20, 3 * 2 ** 20 + 7];
  const edges = sizes.map((size, at) => ({ name: `${at}.jpg`, data: new Uint8Array(size).fill(at + 1) }));
  const named = [{ name: 'd'.repeat(100), data: 'at most' }];
  for (const files of [edges, named, [], ...[1, 2, 3, 4].map(randomFiles)]) {
    expect((await whole(packTar(files))).equals(await reference(files))).toBe(true);
  }
});

test('several archives are packed side by side', async () => {
  const many = [5, 6, 7].map(randomFiles);
  const packed = await Promise.all(many.map((files) => whole(packTar(files))));
  for (const [at, files] of many.entries()) expect(packed[at]!.equals(await reference(files))).toBe(true);
});

test('what is packed is read again', async () => {
  const files = randomFiles(8);
  const archive = await whole(packTar(files));
  const pieces = async function* () {
    for (let at = 0; at < archive.length; at += 70_000) yield archive.subarray(at, at + 70_000);
  };
  const read: TarFile[] = [];
  for await (const { name, data } of readTar(pieces(), () => true)) read.push({ name, data: data! });
  expect(read.map(({ name }) => name)).toEqual(files.map(({ name }) => name));
  for (const [at, { data }] of read.entries())
    expect(Buffer.from(data).equals(Buffer.from(files[at]!.data))).toBe(true);
});

test.each(['é.jpg', 'a b.jpg', 'x'.repeat(101)])('keeps %j as a name', async (name) => {
  const names: string[] = [];
  for await (const entry of readTar(packTar([{ name, data: 'a' }]), () => true)) names.push(entry.name);
  expect(names).toEqual([name]);
});
