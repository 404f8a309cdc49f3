import { createReadStream, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { PassThrough, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AnagramError } from '../errors.ts';
import type { Json } from '../pair.ts';

/** A packed file may grow to this many times its size, once it is over `freeBytes`: real data stays far below. */
const maxGrowth = 200;
const freeBytes = 64 * 2 ** 20;

/**
 * A file's bytes, unpacked where its name ends in `.gz`.
 * @throws AnagramError `source-failed` where it cannot be read or unpacked.
 */
export async function* openFile(path: string): AsyncGenerator<Uint8Array> {
  const packed = /\.t?gz$/i.test(path);
  try {
    const { size } = await stat(path);
    const stream = pipeline(createReadStream(path), packed ? createGunzip() : new PassThrough(), () => {});
    let unpacked = 0;
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      unpacked += chunk.length;
      if (packed && unpacked > freeBytes && unpacked > size * maxGrowth) {
        throw new Error(`it unpacks to more than ${maxGrowth} times its size`);
      }
      yield chunk;
    }
  } catch (error) {
    throw sourceFailed(path, error);
  }
}

/**
 * Lines of a UTF-8 file without their ends, numbered from 1.
 * @throws AnagramError `source-failed` where the file cannot be read or a line is longer than 64 M characters.
 */
export async function* readLines(path: string): AsyncGenerator<{ line: string; number: number }> {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  let length = 0;
  let number = 0;
  for await (const chunk of openFile(path)) {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    for (const part of parts.slice(0, -1)) {
      yield { line: withoutReturn(rest.join('') + part), number: ++number };
      rest = [];
      length = 0;
    }
    rest.push(parts.at(-1)!);
    length += parts.at(-1)!.length;
    if (length > freeBytes) throw sourceFailed(path, new Error('a line is longer than 64 M characters'), number + 1);
  }
  const last = rest.join('') + decoder.decode();
  if (last !== '') yield { line: withoutReturn(last), number: ++number };
}

/** @throws AnagramError `source-failed`; one that was made already passes through. */
export function sourceFailed(path: string, error: unknown, line?: number): AnagramError {
  if (error instanceof AnagramError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const place = line === undefined ? path : `${path}, line ${line},`;
  const reason = reasons[code ?? ''] ?? `${message}. Check that the file is whole`;
  return new AnagramError(
    'source-failed',
    `${place} cannot be read: ${reason}.`,
    line === undefined ? { path } : { path, line },
    { cause: error },
  );
}

const reasons: { readonly [code: string]: string } = {
  ENOENT: 'there is nothing at this path. Check the spelling; relative paths start at the working folder',
  ENOTDIR: 'expected a folder, received a file. Give the path of a folder',
  EISDIR: 'expected a file, received a folder. Give the path of a file',
  EACCES: 'permission was denied. Run as a user who may read it',
};

/** Settings of a source that is one file. The folder it lies in is left out: it differs from machine to machine. */
export function fileSettings(kind: string, path: string, options: { readonly [key: string]: Json }): Json {
  try {
    return { kind, file: basename(path), bytes: statSync(path).size, ...options };
  } catch (error) {
    throw sourceFailed(path, error);
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
