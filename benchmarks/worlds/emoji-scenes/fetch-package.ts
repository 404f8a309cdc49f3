import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { AnagramError } from '@anagram/core';
import { extract } from 'tar-stream';
import type { ArtworkPackage } from './artwork-packages.ts';

/**
 * Downloads the pinned tarball with the user's own npm, which knows their registry, proxy and certificates, and checks it.
 * @param dir An empty folder to download into.
 * @returns Path of the tarball.
 * @throws AnagramError `source-failed` when npm fails or the bytes differ from the pinned ones.
 */
export async function fetchPackage(wanted: ArtworkPackage, dir: string, signal?: AbortSignal): Promise<string> {
  const spec = `${wanted.name}@${wanted.version}`;
  await npm(['pack', spec, '--loglevel=error', '--pack-destination', dir], spec, signal);
  const file = (await readdir(dir)).find((name) => name.endsWith('.tgz'));
  if (!file) throw failure(spec, 'npm pack ended well but left no tarball');
  const path = join(dir, file);
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const integrity = `sha512-${hash.digest('base64')}`;
  if (integrity !== wanted.integrity)
    throw failure(spec, `its tarball is ${integrity} where ${wanted.integrity} is pinned`);
  return path;
}

/** Files of a tarball whose path is `wanted`, one after another; nothing is written to disk. */
export async function* entriesOf(tarball: string, wanted: (path: string) => boolean, signal?: AbortSignal) {
  const entries = extract();
  const raw = createReadStream(tarball);
  const unzipped = raw.pipe(createGunzip());
  for (const stream of [raw, unzipped]) stream.on('error', (error: Error) => entries.destroy(error));
  unzipped.pipe(entries as unknown as NodeJS.WritableStream);
  for await (const entry of entries) {
    signal?.throwIfAborted();
    const { name } = entry.header;
    if (!wanted(name)) {
      entry.resume();
      continue;
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    yield { path: name, bytes: Buffer.concat(chunks) };
  }
}

function npm(args: readonly string[], spec: string, signal?: AbortSignal): Promise<void> {
  const cli = process.env.npm_execpath;
  const viaNode = cli?.endsWith('npm-cli.js') === true;
  return new Promise((resolve, reject) => {
    const child = viaNode
      ? spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
      : spawn('npm', args, { stdio: ['ignore', 'ignore', 'pipe'], shell: process.platform === 'win32' });
    const abort = () => child.kill();
    signal?.addEventListener('abort', abort, { once: true });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000);
    });
    const settle = (problem: string | null) => {
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted) reject(signal.reason);
      else if (problem === null) resolve();
      else reject(failure(spec, problem));
    };
    child.on('error', (error) => settle(`npm could not be started: ${error.message}`));
    child.on('close', (code) => {
      const lines = said.split('\n').filter((line) => line.trim() !== '' && !/npm warn|complete log/i.test(line));
      settle(code === 0 ? null : `npm pack ended with ${code}: ${lines.slice(0, 3).join(' ') || 'no message'}`);
    });
  });
}

function failure(spec: string, received: string): AnagramError<'source-failed'> {
  return new AnagramError(
    'source-failed',
    `The emoji artwork of ${spec} could not be fetched. Expected the pinned package from the npm registry, received: ${received}. ` +
      `Try \`npm view ${spec} dist.tarball\`; behind a proxy, set npm's proxy or registry and start again: what is already fetched is kept.`,
    { path: spec },
  );
}
