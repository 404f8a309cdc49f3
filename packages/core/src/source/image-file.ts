import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AnagramError } from '../errors.ts';
import type { ImageFile } from '../pair.ts';

/** Larger files are not read: no picture that can be decoded needs as many bytes. */
export const maxImageBytes = 512 * 2 ** 20;

/**
 * A picture in a file of its own.
 * @param name Shown in verdicts. @default path
 */
export function fileOnDisk(path: string, name = path): ImageFile {
  return {
    name,
    async bytes() {
      try {
        const file = await open(path, 'r');
        try {
          const { size } = await file.stat();
          if (size > maxImageBytes) throw new Error(`${size} bytes are more than the ${maxImageBytes} that are read`);
          return await file.readFile();
        } finally {
          await file.close();
        }
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        throw unreadable(name, code === 'ENOENT' ? 'there is no such file' : message, error);
      }
    },
  };
}

/**
 * A picture as a table names it: a path (relative ones start at the table's folder) or a `data:image/…;base64,` URL.
 * @param table Path of the table.
 */
export function fileInCell(cell: string, table: string, line: number): ImageFile {
  if (/^data:/i.test(cell)) return dataUrl(cell, `line ${line}`);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(cell)) return refused(cell, 'it is a URL. Fetch it to a file first');
  return fileOnDisk(resolve(dirname(table), cell), cell);
}

/** A picture whose bytes cannot be had; says why when it is read. */
export function refused(name: string, reason: string): ImageFile {
  return { name, bytes: () => Promise.reject(unreadable(name, reason)) };
}

function dataUrl(url: string, name: string): ImageFile {
  const comma = url.indexOf(',');
  if (comma < 0 || !/;base64$/i.test(url.slice(0, comma))) return refused(name, 'expected a data URL in base64');
  return { name, bytes: async () => Buffer.from(url.slice(comma + 1), 'base64') };
}

function unreadable(name: string, reason: string, cause?: unknown): AnagramError {
  return new AnagramError('image-unreadable', `${name} cannot be read: ${reason}.`, { name }, { cause });
}
