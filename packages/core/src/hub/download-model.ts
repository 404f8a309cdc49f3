import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PathInfo } from '@huggingface/hub';
import { explainPickle, pickledAmong } from '../clip/pickled-weights.ts';
import { AnagramError } from '../errors.ts';
import { type Knobs, type OnEvent, safeEmitter } from '../events.ts';
import { lockWhenFree } from '../shard/lock.ts';
import { hubFailure, hubFetch, Unreachable } from './ask-hub.ts';
import { chooseFiles, shardsOf } from './choose-files.ts';
import { fetchBlob, type HubFile, incompletePath, sizeOf } from './fetch-blob.ts';
import { HubCache, isCommit } from './hub-cache.ts';
import { type HubReference, parseHubReference } from './hub-reference.ts';
import { type HubSettings, hubSettings } from './hub-settings.ts';

/** Bytes of the largest index of shards that is read. */
const largestIndex = 2 ** 24;
const stage = 'model-download';

interface Download {
  readonly reference: HubReference;
  readonly settings: HubSettings;
  readonly cache: HubCache;
  readonly ask: typeof fetch;
  readonly emit: OnEvent;
  readonly signal: AbortSignal | undefined;
}

/**
 * Fetches what makes a model (config, preprocessing, tokenizer, safetensors) from the Hugging Face Hub into the cache that
 * huggingface_hub uses, and only what is not there. A download that was stopped goes on; several processes wait for each other.
 * @param reference `hf:owner/name` or `hf:owner/name@revision`.
 * @param environment Variables as huggingface_hub reads them: `HF_TOKEN`, `HF_HOME`, `HF_HUB_CACHE`, `HF_ENDPOINT`,
 * `HF_HUB_OFFLINE`, … Default: the process's.
 * @returns The folder of the snapshot, for `ClipModel.load`.
 * @throws AnagramError `download-failed`, `model-mismatch` where the weights are pickled alone, `write-failed`,
 * `invalid-options`; `signal.reason` after an abort.
 */
export async function downloadModel(
  reference: string,
  {
    signal,
    onEvent,
    environment = process.env,
  }: Knobs & { environment?: Readonly<Record<string, string | undefined>> } = {},
): Promise<string> {
  const parsed = parseHubReference(reference);
  const settings = await hubSettings(environment);
  const emit = safeEmitter(onEvent);
  const cache = new HubCache(settings.cacheDir, parsed);
  const cached = await cachedSnapshot(cache, parsed.revision);
  if (cached !== null && (settings.offline || isCommit(parsed.revision))) return cached;
  if (settings.offline) {
    throw hubFailure(
      parsed,
      `HF_HUB_OFFLINE forbids to ask for it, and ${cache.dir} does not hold revision ${parsed.revision} whole. Unset HF_HUB_OFFLINE once, or bring the folder from a machine that has it.`,
    );
  }
  const download = { reference: parsed, settings, cache, ask: hubFetch(settings, parsed, signal), emit, signal };
  try {
    return await fetchSnapshot(download);
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof Unreachable)) throw error;
    const cause = (error.cause as Error | undefined)?.cause ?? error.cause;
    if (cached === null) {
      throw hubFailure(
        parsed,
        `${error.message}. Check the connection (a proxy is used with HTTPS_PROXY and NODE_USE_ENV_PROXY=1, a mirror with HF_ENDPOINT), then try again.`,
        cause,
      );
    }
    emit({ type: 'warning', message: `${error.message}: hf:${parsed.repository} is used as it lies in ${cached}.` });
    return cached;
  }
}

/** The folder of a revision that the cache holds whole, or null. */
async function cachedSnapshot(cache: HubCache, revision: string): Promise<string | null> {
  const commit = await cache.commitOf(revision);
  if (commit === null) return null;
  const names = await cache.names(commit);
  const dir = cache.snapshot(commit);
  const chosen = chooseFiles(names, await isTransformers(join(dir, 'config.json')));
  if (chosen === null) return null;
  if (!chosen.weights.endsWith('.json')) return dir;
  const shards = await readShards(join(dir, chosen.weights)).catch(() => null);
  return shards?.every((name) => names.includes(name)) ? dir : null;
}

async function fetchSnapshot(download: Download): Promise<string> {
  const { reference, settings, cache, ask, emit, signal } = download;
  const { modelInfo } = await import('@huggingface/hub');
  const { sha: commit, filePaths: names } = await modelInfo({
    name: reference.repository,
    revision: reference.revision,
    additionalFields: ['sha', 'filePaths'],
    hubUrl: settings.endpoint,
    fetch: ask,
  });
  if (!isCommit(commit)) throw hubFailure(reference, `${settings.endpoint} named no commit for it.`);
  await using _lock = await lockWhenFree(cache.lockDir, {
    ...(signal && { signal }),
    onWait: (holder) =>
      emit({ type: 'warning', message: `${holder} downloads hf:${reference.repository} too. It is waited for.` }),
  });
  const dir = cache.snapshot(commit);
  if (names.includes('config.json')) await fetchFiles(download, commit, ['config.json']);
  const chosen = chooseFiles(names, await isTransformers(join(dir, 'config.json')));
  if (chosen === null) throw withoutWeights(reference, names);
  const indexed = chosen.weights.endsWith('.json');
  await fetchFiles(download, commit, indexed ? [...chosen.small, chosen.weights] : chosen.small);
  const weights = indexed ? await listedShards(reference, join(dir, chosen.weights)) : [chosen.weights];
  await fetchFiles(download, commit, weights);
  await cache.setCommit(reference.revision, commit);
  return dir;
}

/** Fetches what of these files the snapshot lacks; a content that another snapshot has is not fetched again. */
async function fetchFiles(download: Download, commit: string, names: readonly string[]): Promise<void> {
  const { reference, settings, cache, ask, emit, signal } = download;
  const there = await Promise.all(names.map((name) => cache.has(commit, name)));
  const missing = names.filter((_, at) => !there[at]);
  if (missing.length === 0) return;
  const { pathsInfo } = await import('@huggingface/hub');
  const repo = { type: 'model', name: reference.repository } as const;
  const found = await pathsInfo({ repo, paths: missing, revision: commit, hubUrl: settings.endpoint, fetch: ask });
  const files = missing.map((name) => describeFile(reference, name, found));
  const toFetch = [];
  for (const file of files) if (!(await cache.hasBlob(file.etag, file.size))) toFetch.push(file);

  const total = toFetch.reduce((sum, { size }) => sum + size, 0);
  const before = await Promise.all(toFetch.map(({ etag }) => sizeOf(incompletePath(cache.blob(etag)))));
  let done = 0;
  if (total > 0) emit({ type: 'stage-start', stage, total, resumedFrom: before.reduce((sum, size) => sum + size, 0) });
  for (const file of toFetch) {
    const url = `${settings.endpoint}/${reference.repository}/resolve/${commit}/${file.path}`;
    const onBytes = (bytes: number) => emit({ type: 'stage-progress', stage, done: done + bytes, total });
    await fetchBlob(file, { url, path: cache.blob(file.etag), reference }, { ask, onBytes, ...(signal && { signal }) });
    done += file.size;
  }
  for (const { path, etag } of files) await cache.point(commit, path, etag);
  if (total > 0) emit({ type: 'stage-end', stage, done: total, note: `hf:${reference.repository}` });
}

function describeFile(reference: HubReference, path: string, found: readonly PathInfo[]): HubFile {
  const info = found.find((each) => each.path === path);
  const etag = info?.lfs?.oid ?? info?.oid;
  const size = info?.lfs?.size ?? info?.size;
  if (etag && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(etag) && Number.isSafeInteger(size))
    return { path, size: size!, etag };
  throw hubFailure(reference, `the Hub says neither the size nor the hash of ${path}. Try again later.`);
}

async function isTransformers(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return /"model_type"\s*:/.test(text);
}

async function readShards(path: string): Promise<string[]> {
  if ((await stat(path)).size > largestIndex) throw new Error(`it has more than ${largestIndex} bytes`);
  return shardsOf(await readFile(path, 'utf8'));
}

async function listedShards(reference: HubReference, path: string): Promise<string[]> {
  return readShards(path).catch((cause: Error) => {
    throw hubFailure(reference, `its index of shards cannot be used: ${cause.message}. Name another revision.`, cause);
  });
}

function withoutWeights(reference: HubReference, names: readonly string[]): AnagramError {
  const { repository } = reference;
  const pickled = pickledAmong(names.filter((name) => !name.includes('/')));
  if (pickled.length > 0) {
    const dir = repository.split('/').at(-1)!;
    const wanted = names.includes('config.json') ? 'model.safetensors' : 'open_clip_model.safetensors';
    const hint = `hf:${repository} has no safetensors. Often a revision has them that a bot has made: see its pull requests, and name it as hf:${repository}@refs/pr/N. Or fetch the files with \`hf download ${repository} --local-dir ${dir}\` and convert them:`;
    return new AnagramError('model-mismatch', `${hint}\n\n${explainPickle(dir, pickled, wanted)}`, { path: dir });
  }
  return hubFailure(
    reference,
    'it holds no CLIP. Expected config.json with model.safetensors, or open_clip_config.json with open_clip_model.safetensors.',
  ) as AnagramError;
}
