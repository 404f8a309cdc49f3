import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HubServer } from '../../test/fixtures/hub-server.ts';
import { writeFolders } from '../../test/hostile/write-folders.ts';
import { readModel } from '../clip/model-files.ts';
import type { AnagramEvent } from '../events.ts';
import { downloadModel } from './download-model.ts';

const token = 'hf_secretOfTheTest';
const repository = 'maker/tiny-clip';
let root: string;
let server: HubServer;
let environment: Record<string, string>;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-hub-'));
  await writeFolders(join(root, 'models'));
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

/** Serves a model folder of `writeFolders`, with files beside it that no model needs. */
async function serve(folder: string, change: (files: Map<string, Buffer>) => void = () => {}): Promise<void> {
  const dir = join(root, 'models', folder);
  const files = new Map<string, Buffer>();
  for (const name of await readdir(dir)) files.set(name, await readFile(join(dir, name)));
  for (const name of ['README.md', 'pytorch_model.bin', 'tf_model.h5', 'onnx/model.onnx']) {
    files.set(name, Buffer.from(`not needed: ${name}`));
  }
  change(files);
  server = await HubServer.start(repository, files);
  environment = { HF_ENDPOINT: server.endpoint, HF_HOME: join(root, 'home'), HF_TOKEN: token };
}

const cached = (...path: string[]) => join(root, 'home', 'hub', 'models--maker--tiny-clip', ...path);
const get = (reference = `hf:${repository}`, options: Parameters<typeof downloadModel>[1] = {}) =>
  downloadModel(reference, { environment, ...options });

test.each(['transformers', 'open_clip', 'anagram', 'shards'])(
  'a model in %s is fetched, and nothing else',
  async (name) => {
    await serve(name);
    const dir = await get();
    expect(dir).toBe(cached('snapshots', server.commit));
    const { config } = await readModel(dir);
    expect(config.architecture.embed_dim).toBe(4);
    const names = await readdir(dir);
    expect(names).not.toContain('pytorch_model.bin');
    expect(names).not.toContain('README.md');
    expect((await readdir(join(root, 'models', name))).sort()).toEqual(names.sort());
  },
);

test("the cache is laid out as huggingface_hub's: contents by hash, a snapshot of links, the revision's commit", async () => {
  await serve('transformers');
  const dir = await get();
  expect(await readFile(cached('refs', 'main'), 'utf8')).toBe(server.commit);
  for (const name of await readdir(dir)) {
    expect((await lstat(join(dir, name))).isSymbolicLink()).toBe(true);
    expect(await readlink(join(dir, name))).toBe(join('..', '..', 'blobs', server.etag(name)));
  }
  const names = (await readdir(dir)).map((name) => server.etag(name));
  expect((await readdir(cached('blobs'))).sort()).toEqual([...new Set(names)].sort());
});

test('the token goes to the Hub and never to the host that it redirects to', async () => {
  await serve('transformers');
  await get();
  const [hub, cdn] = (['hub', 'cdn'] as const).map((host) => server.seen.filter((each) => each.host === host));
  expect(hub!.length).toBeGreaterThan(3);
  expect(new Set(hub!.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${token}`]));
  expect(cdn!.map(({ authorization }) => authorization)).toEqual([undefined]);
});

test('the token is read from its file where no variable has it', async () => {
  await serve('transformers');
  await mkdir(environment.HF_HOME!, { recursive: true });
  await writeFile(join(environment.HF_HOME!, 'token'), `${token}\n`);
  delete environment.HF_TOKEN;
  await get();
  expect(server.seen[0]!.authorization).toBe(`Bearer ${token}`);
});

test('what is in the cache is not fetched again, and a commit is not even asked for', async () => {
  await serve('transformers');
  const dir = await get();
  server.seen.length = 0;
  expect(await get()).toBe(dir);
  expect(server.asked('hub')).toEqual([`/api/models/${repository}/revision/main`]);
  expect(await get(`hf:${repository}@${server.commit}`)).toBe(dir);
  expect(server.seen).toHaveLength(1);
  // Another revision of the same contents: links alone.
  await rm(cached('snapshots'), { recursive: true });
  await get(`hf:${repository}@refs/pr/7`);
  expect(server.asked('cdn')).toEqual([]);
  expect(await readFile(cached('refs', 'refs', 'pr', '7'), 'utf8')).toBe(server.commit);
});

test('a download that broke off goes on where it stopped, within a call and in the next', async () => {
  await serve('transformers');
  const arrived = Promise.withResolvers<void>();
  const isHalf = (event: AnagramEvent) =>
    event.type === 'stage-progress' && event.done === half && event.total === whole;
  const whole = (await stat(join(root, 'models', 'transformers', 'model.safetensors'))).size;
  const half = Math.floor(whole / 2);
  server.faults.push({ path: 'model.safetensors', breakAfter: half, until: arrived.promise });
  await get(undefined, { onEvent: (event) => isHalf(event) && arrived.resolve() });
  expect(server.asked('cdn')).toEqual(['/model.safetensors', `/model.safetensors bytes=${half}-`]);

  await rm(join(root, 'home'), { recursive: true });
  server.seen.length = 0;
  const stop = new AbortController();
  server.faults.push({ path: 'model.safetensors', breakAfter: half, until: new Promise(() => {}) });
  const stopped = get(undefined, {
    signal: stop.signal,
    onEvent: (event) => isHalf(event) && stop.abort(new Error('enough')),
  });
  await expect(stopped).rejects.toThrow('enough');
  const events: AnagramEvent[] = [];
  await get(undefined, { onEvent: (event) => events.push(event) });
  expect(server.asked('cdn')).toEqual(['/model.safetensors', `/model.safetensors bytes=${half}-`]);
  const stage = 'model-download';
  expect(events).toContainEqual({ type: 'stage-start', stage, total: whole, resumedFrom: half });
  expect(events).toContainEqual({ type: 'stage-end', stage, done: whole, note: `hf:${repository}` });
});

test('a server that ignores ranges costs a fresh start and nothing else', async () => {
  await serve('transformers');
  server.faults.push({ path: 'model.safetensors', breakAfter: 1000 }, { path: 'model.safetensors', ignoreRange: true });
  await readModel(await get());
});

test('a busy server is asked again when it says', async () => {
  await serve('transformers');
  const busy = { headers: { 'retry-after': '0' } };
  server.faults.push({ path: '/revision/main', status: 429, ...busy }, { path: 'config.json', status: 503, ...busy });
  await readModel(await get());
});

test('contents that do not have their hash are thrown away', async () => {
  await serve('transformers');
  server.faults.push({ path: 'model.safetensors', corrupt: true });
  await expect(get()).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringContaining('does not have the hash'),
  });
  expect((await readdir(cached('blobs'))).filter((name) => name.includes('incomplete'))).toEqual([]);
  await readModel(await get());
});

test('two at once fetch everything once', async () => {
  await serve('transformers');
  const events: AnagramEvent[] = [];
  const both = await Promise.all([get(), get(undefined, { onEvent: (event) => events.push(event) })]);
  expect(both[0]).toBe(both[1]);
  expect(server.asked('cdn')).toEqual(['/model.safetensors']);
  await readModel(both[0]!);
});

test('offline, the cache alone is used', async () => {
  await serve('shards');
  environment.HF_HUB_OFFLINE = '1';
  await expect(get()).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringMatching(/HF_HUB_OFFLINE forbids.*Unset HF_HUB_OFFLINE/),
  });
  delete environment.HF_HUB_OFFLINE;
  const dir = await get();
  environment.HF_HUB_OFFLINE = 'yes';
  server.seen.length = 0;
  expect(await get()).toBe(dir);
  expect(server.seen).toEqual([]);
  await rm(join(dir, 'y.safetensors'));
  await expect(get()).rejects.toMatchObject({ code: 'download-failed' });
});

test('where the Hub gives no answer, a cached model is used with a warning, and another is missed by name', async () => {
  await serve('transformers');
  const dir = await get();
  await server[Symbol.asyncDispose]();
  const events: AnagramEvent[] = [];
  expect(await get(undefined, { onEvent: (event) => events.push(event) })).toBe(dir);
  expect(events).toEqual([{ type: 'warning', message: expect.stringContaining(`is used as it lies in ${dir}`) }]);
  await expect(get('hf:maker/other')).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringMatching(/gives no answer.*Check the connection/),
  });
});

test.each<[string, string, { status: number; headers?: Record<string, string> }, RegExp]>([
  [
    'gated',
    'main',
    { status: 403, headers: { 'x-error-code': 'GatedRepo' } },
    /give access on request.*Ask for access at/,
  ],
  ['private', 'main', { status: 401, headers: { 'x-error-code': 'RepoNotFound' } }, /no such model, or .*set HF_TOKEN/],
  ['forbidden', 'main', { status: 403 }, /may not read it.*read access/],
  [
    'a revision that is not there',
    'v2',
    { status: 404, headers: { 'x-error-code': 'RevisionNotFound' } },
    /no revision v2/,
  ],
  ['broken', 'main', { status: 418 }, /answered 418/],
])('%s: one sentence with the remedy, without the token', async (_, revision, fault, message) => {
  await serve('transformers');
  server.faults.push({ path: `/revision/${revision}`, ...fault });
  const failure = await get(`hf:${repository}@${revision}`).catch((error: Error) => error);
  expect(failure).toMatchObject({
    code: 'download-failed',
    details: { repository },
    message: expect.stringMatching(message),
  });
  expect(JSON.stringify([String(failure), (failure as Error).cause])).not.toContain(token);
});

test('pickled weights are refused with the way to convert', async () => {
  await serve('transformers', (files) => files.delete('model.safetensors'));
  await expect(get()).rejects.toMatchObject({
    code: 'model-mismatch',
    message: expect.stringMatching(/has no safetensors.*refs\/pr\/N.*hf download[\s\S]*pip install torch safetensors/),
  });
});

test("open_clip's weights are taken where config.json is not of transformers, as in timm's folders", async () => {
  await serve('open_clip', (files) => {
    files.set('config.json', Buffer.from('{"architecture": "vit_base_patch32_clip_224"}'));
    files.set('model.safetensors', Buffer.from('of timm'));
  });
  await readModel(await get());
  expect(server.asked('cdn')).toEqual(['/open_clip_model.safetensors']);
});

test('an index whose shards lead out of the folder is refused', async () => {
  const weight_map = { a: '../../x.safetensors' };
  await serve('shards', (files) =>
    files.set('model.safetensors.index.json', Buffer.from(JSON.stringify({ weight_map }))),
  );
  await expect(get()).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringContaining('no plain names'),
  });
});

test.each(['hf:', 'hf:a/b/c', 'hf:../x', 'hf:a/..', 'hf:a--b/c', 'hf:a/b@', 'hf:a/b@../c', 'hf:a b/c'])(
  '%s names no model',
  async (reference) => {
    await serve('transformers');
    await expect(get(reference)).rejects.toMatchObject({ code: 'invalid-options' });
    expect(server.seen).toEqual([]);
  },
);

test('an endpoint with a password is refused without being shown', async () => {
  await serve('transformers');
  environment.HF_ENDPOINT = 'https://me:secret@hub.example';
  const failure = await get().catch((error: Error) => error);
  expect(String(failure)).toContain('HF_ENDPOINT');
  expect(String(failure)).not.toContain('secret');
});
