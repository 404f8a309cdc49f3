import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

/** Width and height of a stored sprite in pixels: the native size of two of the vendors. */
export const spriteSize = 64;
export const spriteBytes = spriteSize * spriteSize * 4;

/** Sprites of one style by hexcode: premultiplied RGBA, 8 bit, (64, 64, 4). */
export type SpriteSheet = ReadonlyMap<string, Uint8Array>;

/** One compressed file a style: a line of hexcodes in JSON, then their sprites in that order. */
export async function writeSprites(path: string, sheet: SpriteSheet): Promise<void> {
  const header = Buffer.from(`${JSON.stringify([...sheet.keys()])}\n`);
  await writeWhole(path, await promisify(gzip)(Buffer.concat([header, ...sheet.values()]), { level: 6 }));
}

/** @returns null where the file is missing or was not written by this version. */
export async function readSprites(path: string): Promise<SpriteSheet | null> {
  const packed = await readIfThere(path);
  if (packed === null) return null;
  try {
    const bytes = await promisify(gunzip)(packed);
    const end = bytes.indexOf('\n');
    const hexcodes = JSON.parse(bytes.toString('utf8', 0, end)) as string[];
    if (bytes.length - end - 1 !== hexcodes.length * spriteBytes) return null;
    return new Map(
      hexcodes.map((hexcode, i) => [
        hexcode,
        bytes.subarray(end + 1 + i * spriteBytes, end + 1 + (i + 1) * spriteBytes),
      ]),
    );
  } catch {
    return null; // a damaged file is fetched again
  }
}

export async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Writes a file so that no reader, and no other writer of the same path, ever sees half of it. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
