import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPromise } from 'yauzl';
import { installCommands } from './advice.ts';
import type { Environment } from './cache.ts';
import { NativeError } from './errors.ts';
import { run } from './process-run.ts';

export interface WheelOptions {
  /** E.g. `2.13.0`. */
  version: string;
  /** Where the wheels are put. */
  into: string;
  env: Environment;
  pythons: readonly string[];
  signal?: AbortSignal | undefined;
  onProgress?: (done: number) => void;
}

/**
 * The torch wheel through pip, which checks it against its index: the torch wheel first, then, if it was built for CUDA,
 * the libraries of NVIDIA that it names. No wheel is installed, and the version of the Python that runs pip does not
 * matter: libtorch inside is the same for all.
 * @throws NativeError `download-failed`.
 */
export async function fetchWheels(options: WheelOptions): Promise<string[]> {
  const { version, into, pythons, signal } = options;
  const finished = join(into, 'finished.json');
  const kept = await readFile(finished, 'utf8').catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept); // by a process that was killed while it unpacked
  await rm(into, { recursive: true, force: true });
  await mkdir(into, { recursive: true });
  const tried: string[] = [];
  let found = false;
  for (const python of pythons) {
    const pip = await run(python, ['-m', 'pip', '--version'], { env: options.env, signal, timeout: 60_000 });
    if (pip.code !== 0) {
      tried.push(`${python} -m pip: ${pip.code === null ? 'no such program' : 'no pip there'}`);
      continue;
    }
    found = true;
    // The Python's own wheel, else that of a Python for which there certainly is one.
    for (const choice of [[], ['--python-version', '3.12']]) {
      const failure = await pipDownload(python, ['--no-deps', `torch==${version}`, ...choice], options);
      if (failure !== undefined) {
        tried.push(failure);
        continue;
      }
      const torch = join(into, (await wheelsIn(into)).find((name) => name.startsWith('torch-')) ?? '');
      for (const library of await nvidiaLibraries(torch)) {
        const missing = await pipDownload(python, [library, ...choice], options);
        if (missing !== undefined) throw pipFailed(version, [...tried, missing], found);
      }
      const wheels = (await wheelsIn(into)).map((name) => join(into, name));
      await writeFile(finished, JSON.stringify(wheels));
      return wheels;
    }
  }
  throw pipFailed(version, tried, found);
}

/** undefined = done, else the command and its last words. */
async function pipDownload(python: string, wanted: string[], options: WheelOptions): Promise<string | undefined> {
  const { into, env, signal, onProgress } = options;
  const args = ['-m', 'pip', 'download', '--only-binary=:all:', '--no-cache-dir', '-d', into, ...wanted];
  // pip collects its download under TMPDIR: on the cache's disk, where there is room, and where it can be watched.
  const temporary = join(into, 'tmp');
  await mkdir(temporary, { recursive: true });
  const watch = setInterval(() => void sizeOf(into).then((size) => onProgress?.(size)), 500);
  try {
    const { code, output } = await run(python, args, { env: { ...env, TMPDIR: temporary }, signal });
    if (code === 0) return undefined;
    if (/No space left on device/.test(output))
      throw Object.assign(new Error('pip: no space left'), { code: 'ENOSPC' });
    return `${python} -m pip download ${wanted.join(' ')}: ${lastWords(output)}`;
  } finally {
    clearInterval(watch);
  }
}

/** `nvidia-cublas==13.0.0`, … as the wheel's metadata requires them on Linux. */
async function nvidiaLibraries(wheel: string): Promise<string[]> {
  const zip = await openPromise(wheel, { lazyEntries: true });
  for await (const entry of zip.eachEntry()) {
    if (!/^[^/]+\.dist-info\/METADATA$/.test(entry.fileName)) continue;
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    return parseNvidia(Buffer.concat(chunks).toString('utf8'));
  }
  return [];
}

export function parseNvidia(metadata: string): string[] {
  const lines = metadata.matchAll(/^Requires-Dist: ((?:nvidia|cuda)-[^;\n]*)(;.*)?$/gm);
  const always = [...lines].filter(([, , marker]) => !marker?.includes('extra'));
  return always.map(([, requirement]) => requirement!.replaceAll(/[\s()]/g, ''));
}

async function wheelsIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.whl')).sort();
}

async function sizeOf(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let size = 0;
  for (const file of files) {
    if (file.isFile()) size += (await stat(join(file.parentPath, file.name)).catch(() => undefined))?.size ?? 0;
  }
  return size;
}

function lastWords(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return (lines.findLast((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? 'said nothing').trim();
}

function pipFailed(version: string, tried: readonly string[], found: boolean): NativeError {
  return new NativeError({
    code: 'download-failed',
    what: `The torch ${version} wheel could not be had through pip.`,
    tried,
    solutions: found
      ? ['Behind a mirror: PIP_INDEX_URL=https://mirror/simple npx anagram setup']
      : installCommands('pip'),
  });
}
