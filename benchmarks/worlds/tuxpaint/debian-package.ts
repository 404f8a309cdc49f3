import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AnagramError } from '@anagram/core';
import { extract } from 'tar-stream';

export interface DebianPackage {
  readonly name: string;
  /** Of the `.deb` file, where a certain version is wanted. */
  readonly sha256?: string;
}

/** Where packages lie: `debian` in Anagram's cache folder (`ANAGRAM_CACHE`, else the user's own). */
export function debianDir(): string {
  const { ANAGRAM_CACHE, XDG_CACHE_HOME } = process.env;
  return join(ANAGRAM_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'anagram'), 'debian');
}

/**
 * Downloads a package with the machine's own apt, which knows its mirrors and checks their signatures; needs no root, installs
 * nothing, and keeps the file.
 * @returns Path of the `.deb`.
 * @throws AnagramError `source-failed` where apt fails or the file is another one than the pinned.
 */
export async function fetchDebianPackage({ name, sha256 }: DebianPackage, dir = debianDir()): Promise<string> {
  const path = join(dir, `${name}.deb`);
  if (!(await exists(path))) {
    await mkdir(dir, { recursive: true });
    const temporary = await mkdtemp(join(dir, `${name}-`));
    try {
      await run('apt-get', ['download', name], name, { cwd: temporary });
      const file = (await readdir(temporary)).find((each) => each.endsWith('.deb'));
      if (!file) throw failure(name, 'apt-get ended well but left no package');
      await rename(join(temporary, file), path);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }
  if (sha256 !== undefined) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    const found = hash.digest('hex');
    if (found !== sha256) throw failure(name, `a file with sha256 ${found} where ${sha256} is pinned (${path})`);
  }
  return path;
}

/** Unpacks a package below `dir` as its paths say; nothing of it is run. */
export async function unpackDebianPackage(deb: string, dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await run('dpkg-deb', ['--extract', deb, dir], deb);
}

/** Files of a package whose path (`./usr/share/…`) is `wanted`, one after another; nothing is written to disk. */
export async function* debianEntries(deb: string, wanted: (path: string) => boolean, signal?: AbortSignal) {
  const child = spawn('dpkg-deb', ['--fsys-tarfile', deb], { stdio: ['ignore', 'pipe', 'ignore'] });
  const entries = extract();
  child.on('error', (error) => entries.destroy(error));
  child.stdout.pipe(entries as unknown as NodeJS.WritableStream);
  try {
    for await (const entry of entries) {
      signal?.throwIfAborted();
      const { name, type } = entry.header;
      if (type !== 'file' || !wanted(name)) {
        entry.resume();
        continue;
      }
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry) chunks.push(chunk as Uint8Array);
      yield { path: name, bytes: Buffer.concat(chunks) };
    }
  } finally {
    child.kill();
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

function run(command: string, args: readonly string[], name: string, options: { cwd?: string } = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000);
    });
    child.on('error', (error) => reject(failure(name, `${command} could not be started: ${error.message}`)));
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(failure(name, `${command} ended with ${code}: ${said.trim().split('\n').at(-1) || 'no message'}`));
    });
  });
}

function failure(name: string, received: string): AnagramError<'source-failed'> {
  return new AnagramError(
    'source-failed',
    `The Debian package ${name} could not be fetched. Expected it from the machine's mirrors, received: ${received}. Run this on Debian or a system like it, after \`apt-get update\`.`,
    { path: name },
  );
}
