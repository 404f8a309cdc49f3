import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { withDiskAdvice } from './advice.ts';
import { archiveFor, detectVariant, type LibtorchArchive, type Variant } from './archives.ts';
import { cacheFolder, type Environment } from './cache.ts';
import { checksumWrong, download, sha256Of } from './download.ts';
import { messageOf, NativeError } from './errors.ts';
import { install, seenBefore, sweep } from './install.ts';
import { findLibtorch, LIBTORCH_VERSION, type Libtorch } from './libtorch.ts';
import { cachedLibtorch, libtorchRoot, type Receipt } from './libtorch-cache.ts';
import { withLock } from './lock.ts';
import type { OnSetupEvent } from './setup-events.ts';
import { stageOf } from './stage.ts';
import { fetchWheels } from './wheel.ts';

export interface SetupOptions {
  /** Stops at the next safe point; rejects with `signal.reason`, and the next call takes up the download. */
  signal?: AbortSignal | undefined;
  onEvent?: OnSetupEvent | undefined;
  /** Default: `ANAGRAM_CACHE`, else `$XDG_CACHE_HOME/anagram`, else `~/.cache/anagram`. */
  cacheDir?: string | undefined;
  /** Default: CUDA's where `nvidia-smi` finds a card, else the CPU's. */
  variant?: Variant | undefined;
  /** Default `process.env`. */
  env?: Environment | undefined;
  /** The official archive of a variant, or another one's; undefined = there is none. */
  archive?: ((variant: Variant) => LibtorchArchive | undefined) | undefined;
  /** Programs asked for a torch, then for pip. Default `python3`, `python`. */
  pythons?: readonly string[] | undefined;
}

/**
 * Gives a libtorch: the one that `findLibtorch` finds, else the pinned version, fetched into the managed cache: the
 * official archive, or, where its host is out of reach, the torch wheel through pip, unpacked.
 *
 * Resumable and atomic: a download is taken up where it stopped, and a folder appears only when it is complete, its
 * checksums right. Safe when two processes start it at once: the second waits and uses the result.
 * @throws NativeError `libtorch-wrong`, `download-failed`, `disk-full`; each lists what was tried and what helps.
 */
export async function setupLibtorch(options: SetupOptions = {}): Promise<Libtorch> {
  const { signal, onEvent = () => {}, pythons = ['python3', 'python'] } = options;
  const base = options.env ?? process.env;
  const env = options.cacheDir === undefined ? base : { ...base, ANAGRAM_CACHE: options.cacheDir };
  const look = () => findLibtorch({ env, pythons, signal });
  const { found, tried } = await look();
  if (found) return found;

  const cache = cacheFolder(env);
  const root = libtorchRoot(cache);
  const onWait = () => onEvent({ type: 'stage-start', stage: 'setup-wait', total: null });
  return await withDiskAdvice(root, 1e9, async () => {
    return await withLock(join(root, 'lock'), { signal, onWait }, async () => {
      const variant = options.variant ?? (await detectVariant(env));
      const existing = await cachedLibtorch(cache, LIBTORCH_VERSION, options.variant);
      if (existing !== undefined) return { folder: existing, version: LIBTORCH_VERSION, from: 'cache' as const };
      const work: Work = {
        root,
        variant,
        env,
        pythons,
        signal,
        onEvent,
        tried,
        solutions: [],
        archive: options.archive ?? archiveFor,
      };
      await sweep(root);
      const folder = (await fromArchive(work)) ?? (await fromPip(work));
      if (folder !== undefined) return { folder, version: LIBTORCH_VERSION, from: 'cache' as const };
      throw nothingFetched(work);
    });
  });
}

interface Work {
  root: string;
  variant: Variant;
  env: Environment;
  pythons: readonly string[];
  signal: AbortSignal | undefined;
  onEvent: OnSetupEvent;
  tried: string[];
  solutions: string[];
  archive: (variant: Variant) => LibtorchArchive | undefined;
}

async function fromArchive(work: Work): Promise<string | undefined> {
  const archive = work.archive(work.variant);
  if (!archive) {
    work.tried.push(`official archive: there is none for ${process.platform} ${process.arch}`);
    return undefined;
  }
  const folder = await downloads(work);
  const file = join(folder, decodeURIComponent(basename(new URL(archive.url).pathname)));
  return await attempt(work, archive.url, async () => {
    const stage = stageOf(work.onEvent, 'libtorch-download');
    const pinned = archive.sha256 ?? (await seenBefore(work.root, basename(file)));
    const sha256 = await download({
      url: archive.url,
      file,
      sha256: pinned,
      signal: work.signal,
      onStart: stage.start,
      onProgress: stage.progress,
    });
    stage.end();
    return await place(work, [file], { sha256, source: archive.url, folder: 'libtorch' });
  });
}

async function fromPip(work: Work): Promise<string | undefined> {
  const { env, pythons, signal } = work;
  return await attempt(work, 'torch wheel', async () => {
    const into = join(await downloads(work), 'wheels');
    const stage = stageOf(work.onEvent, 'libtorch-download');
    stage.start(null);
    const onProgress = (done: number) => stage.progress(done, null);
    const wheels = await fetchWheels({ version: LIBTORCH_VERSION, into, env, pythons, signal, onProgress });
    stage.end();
    const torch = wheels.find((wheel) => basename(wheel).startsWith('torch-')) ?? '';
    const sha256 = await sha256Of(torch);
    const pinned = await seenBefore(work.root, basename(torch));
    if (pinned !== undefined && pinned !== sha256) {
      await rm(into, { recursive: true });
      throw checksumWrong(`pip (${basename(torch)})`, pinned, sha256);
    }
    return await place(work, wheels, { sha256, source: `pip: ${basename(torch)}`, folder: 'torch' });
  });
}

/** undefined = it failed, and `tried` says how. A full disk and an abort end everything. */
async function attempt(work: Work, what: string, body: () => Promise<string>): Promise<string | undefined> {
  try {
    return await body();
  } catch (error) {
    work.signal?.throwIfAborted();
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'disk-full' || code === 'ENOSPC' || code === 'EDQUOT') throw error;
    const lines = error instanceof NativeError ? [error.message.split('\n')[0]!, ...error.tried] : [messageOf(error)];
    work.tried.push(...lines.map((line, index) => (index === 0 ? `${what}: ${line}` : line)));
    if (error instanceof NativeError) work.solutions.push(...error.solutions);
    return undefined;
  }
}

async function place(
  { root, variant, onEvent, signal }: Work,
  archives: readonly string[],
  from: Pick<Receipt, 'sha256' | 'source' | 'folder'>,
): Promise<string> {
  const receipt: Receipt = { version: LIBTORCH_VERSION, variant, ...from };
  const forget = () => rm(join(root, DOWNLOADS), { recursive: true, force: true });
  try {
    const folder = await install({ root, archives, receipt, stage: stageOf(onEvent, 'libtorch-unpack'), signal });
    await forget();
    return folder;
  } catch (error) {
    // Damaged, or not what it should be: never to be unpacked again. An abort or a full disk keeps it.
    if (error instanceof NativeError && error.code === 'download-failed') await forget();
    throw error;
  }
}

const DOWNLOADS = 'downloads';

async function downloads({ root }: Work): Promise<string> {
  const folder = join(root, DOWNLOADS);
  await mkdir(folder, { recursive: true });
  return folder;
}

function nothingFetched({ tried, solutions }: Work): NativeError {
  return new NativeError({
    code: 'download-failed',
    what: `No libtorch ${LIBTORCH_VERSION} was found, and none could be fetched.`,
    tried,
    solutions: [
      'Check the network, then try again: npx anagram setup',
      ...solutions.filter((solution) => !solution.startsWith('Try again')),
      `From a machine with network: python3 -m pip download torch==${LIBTORCH_VERSION} --no-deps, then unzip the wheel here and set ANAGRAM_LIBTORCH to its folder torch/`,
    ],
  });
}
