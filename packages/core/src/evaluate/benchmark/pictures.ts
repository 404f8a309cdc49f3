import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Box, croppedFile } from '../../image/crop.ts';
import type { ImageFile } from '../../pair.ts';
import { fileOnDisk } from '../../source/image-file.ts';

/** A picture as an annotation file names it. */
export interface Picture {
  /** Path below the folder of pictures, as published. */
  readonly file: string;
  /** Other paths at which the owners' archives have it. */
  readonly elsewhere?: readonly string[];
  /** The picture itself, where it lies within an annotation file. */
  readonly inside?: ImageFile;
  /** Only this part is shown to the model. */
  readonly crop?: Box;
}

export function pictureKey({ file, crop }: Picture): string {
  return crop ? `${file} [${crop.x}, ${crop.y}, ${crop.width}, ${crop.height}]` : file;
}

/**
 * Looks for the pictures below a folder, and reads none.
 * @returns Files by `pictureKey`, the paths behind them, and the names of those that are not there, each once.
 */
export async function findPictures(
  folder: string,
  pictures: readonly Picture[],
): Promise<{ found: Map<string, ImageFile>; paths: string[]; missing: string[] }> {
  const paths = new Map<string, Promise<string | null>>();
  const found = new Map<string, ImageFile>();
  const missing = new Set<string>();
  for (const { file, elsewhere = [], inside } of pictures) {
    if (!inside && !paths.has(file))
      paths.set(file, firstThatExists([file, ...elsewhere].map((name) => join(folder, name))));
  }
  for (const picture of pictures) {
    const path = picture.inside ? '' : await paths.get(picture.file)!;
    if (path === null) missing.add(picture.file);
    else if (!found.has(pictureKey(picture))) {
      const whole = picture.inside ?? fileOnDisk(path, picture.file);
      found.set(pictureKey(picture), picture.crop ? croppedFile(whole, picture.crop) : whole);
    }
  }
  const there = (await Promise.all(paths.values())).filter((path) => path !== null);
  return { found, paths: there, missing: [...missing] };
}

/** Size and time of change of each file: where they are the same, so is its content, nearly always. */
export function statesOf(paths: readonly string[]): Promise<string[]> {
  return Promise.all(
    paths.map(async (path) => {
      const { size, mtimeMs } = await stat(path);
      return `${path} ${size} ${mtimeMs}`;
    }),
  );
}

async function firstThatExists(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (exists) return path;
  }
  return null;
}
