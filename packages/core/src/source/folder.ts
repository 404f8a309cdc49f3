import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import * as z from 'zod';
import { extensionOf, imageExtensions } from '../image/format.ts';
import type { Source, SourceRecord } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import { defineSource } from './define-source.ts';
import { fileOnDisk } from './image-file.ts';
import { sourceFailed } from './open-file.ts';

export interface FolderOptions {
  /**
   * `sidecar`: `a.jpg` with `a.txt`; a `.txt` alone is a lone text. `file-name`: `a red_cat.jpg` says "a red cat".
   * `none`: every picture is alone.
   */
  readonly captions: 'sidecar' | 'file-name' | 'none';
}

const folderOptions = z.strictObject({ captions: z.enum(['sidecar', 'file-name', 'none']) });

// Pictures of the last kinds cannot be decoded; they are read nevertheless, so that their verdicts say it.
const pictures = new Set<string>([...imageExtensions, 'bmp', 'heic', 'heif', 'jxl', 'svg']);
const maxTextBytes = 2 ** 20;

/**
 * Pictures of a folder and of the folders in it, sorted by path; ids are paths within the folder. Hidden files and linked
 * folders are passed over.
 * @throws AnagramError `invalid-options`; when read `source-failed`.
 */
export function folder(dir: string, options: FolderOptions): Source {
  const { captions } = parseSettings('folder', folderOptions, options);
  return defineSource({
    name: basename(resolve(dir)),
    settings: () => {
      const files = listFiles(dir, captions);
      const digest = createHash('sha256');
      for (const file of files) digest.update(`${file}\0${statSync(join(dir, file)).size}\n`);
      return { kind: 'folder', captions, files: files.length, names: digest.digest('hex') };
    },
    async *records() {
      const files = listFiles(dir, captions);
      const texts = new Set(files.filter((file) => extensionOf(file) === 'txt'));
      const withPicture = new Set(files.filter((file) => !texts.has(file)).map(stem));
      for (const file of files) {
        if (texts.has(file)) {
          if (!withPicture.has(stem(file))) yield { id: file, ...(await readText(join(dir, file))) };
          continue;
        }
        const image = fileOnDisk(join(dir, file), file);
        const sidecar = `${stem(file)}.txt`;
        if (captions === 'file-name') yield { id: file, image, ...nonEmpty(textOfName(file)) };
        else yield { id: file, image, ...(texts.has(sidecar) ? await readText(join(dir, sidecar)) : {}) };
      }
    },
  });
}

/** Paths with `/`, in the order of their characters' codes, the same on every machine. */
function listFiles(dir: string, captions: FolderOptions['captions']): string[] {
  const files: string[] = [];
  // Node's own recursive listing walks into linked folders, and round in circles.
  const walk = (within: string) => {
    for (const entry of readdirSync(join(dir, within), { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const path = within === '' ? entry.name : `${within}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile() || (entry.isSymbolicLink() && isFile(join(dir, path)))) files.push(path);
    }
  };
  try {
    walk('');
  } catch (error) {
    throw sourceFailed(dir, error);
  }
  return files
    .filter((path) => pictures.has(extensionOf(path)) || (captions === 'sidecar' && path.endsWith('.txt')))
    .sort((a, b) => (a < b ? -1 : 1));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

async function readText(path: string): Promise<Pick<SourceRecord, 'text' | 'problem'>> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > maxTextBytes)
        return { problem: `its text file holds ${size} bytes, more than the ${maxTextBytes} that are read` };
      return nonEmpty((await file.readFile('utf8')).replace(/^\uFEFF/, ''));
    } finally {
      await file.close();
    }
  } catch (error) {
    return { problem: `its text file cannot be read: ${(error as Error).message}` };
  }
}

function textOfName(path: string): string {
  return stem(basename(path)).replace(/[_-]+/g, ' ').replace(/\s+/g, ' ');
}

function stem(path: string): string {
  return path.slice(0, path.length - extensionOf(path).length - 1);
}

function nonEmpty(text: string): { text?: string } {
  return text.trim() === '' ? {} : { text: text.trim() };
}
