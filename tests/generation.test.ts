import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodePng, manifestHash } from '@anagram/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ChatRequest, type FakeServer, startFakeServer } from '../packages/gen/test/fake-server.ts';
import { prepareBelieved } from './believed-pairs.ts';
import { writeCorpus } from './kill/corpus.ts';
import { killVerb } from './kill/kill-verb.ts';
import { runCli } from './run-cli.ts';

const apiKey = 'sk-test-0123456789abcdef';
const env = { ANAGRAM_API_KEY: apiKey };
const colours = ['red', 'green', 'white', 'black'];
const things = ['car', 'bench', 'cup', 'horse', 'bus', 'kite', 'sofa', 'boat', 'door', 'vase'];
const captions = colours.flatMap((colour) => things.map((thing) => `A ${colour} ${thing} in a park.`));

let root: string;
let data: string;
let server: FakeServer;
let delay = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-generation-'));
  data = join(root, 'data');
  await prepareBelieved(data, captions);
});
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  delay = 0;
  const picture = await encodePng({ width: 8, height: 8, data: new Uint8Array(192).fill(9) });
  server = await startFakeServer({ apiKey, chat: answer, picture: () => picture });
});
afterEach(() => server.close());

/** Keeps to the schema of the request where there is one, else does what the question says. */
async function answer({ body }: ChatRequest): Promise<string> {
  await sleep(delay);
  const asked = JSON.stringify(body.messages);
  const colour = colours.find((each) => asked.includes(`A ${each} `)) ?? 'red';
  const caption = /A \w+ (\w+) in a park\./.exec(asked)?.[0] ?? '';
  const form = JSON.stringify(body.response_format ?? {});
  if (form.includes('captions')) return JSON.stringify({ captions: ['a square'] });
  if (form.includes('texts')) return JSON.stringify({ texts: [] });
  if (asked.includes('Kinds:')) {
    const negative = { colour: caption.replace(colour, 'blue') };
    return JSON.stringify(form.includes('quantity') ? { ...negative, quantity: null } : negative);
  }
  return JSON.stringify(form.includes('json_schema') ? { colour: 'red' } : { answer: 'red' });
}

async function settingsFile(name: string, settings: object): Promise<string> {
  const path = join(root, name);
  await writeFile(path, JSON.stringify(settings));
  return path;
}

describe('doctor', () => {
  interface Fact {
    name: string;
    ok: boolean;
    text: string;
    model?: string;
    probe?: { latencyMs: number; constrained: boolean; sees: boolean; problem: string };
  }
  const examine = async (settings: object, ...flags: string[]) => {
    const path = await settingsFile('doctor.json', settings);
    const { code, stdout, stderr } = await runCli(['doctor', '--config', path, '--json', ...flags], { env });
    expect(stdout + stderr).not.toContain(apiKey);
    const facts = (JSON.parse(stdout) as Fact[]).filter(({ name }) => name.startsWith('generator'));
    return { code, facts, text: stdout };
  };
  const local = (more: object = {}) => ({ baseUrl: server.baseUrl, model: 'small', name: 'local', ...more });

  test('calls each generator once as it would be used, and says what it takes and keeps to', async () => {
    const { facts } = await examine({
      prepare: { captioner: local(), repairer: local(), illustrator: local() },
      negatives: { writer: local({ structure: 'json' }), editor: local() },
    });
    expect(facts.every(({ ok }) => ok)).toBe(true);
    expect(facts[0]).toMatchObject({
      model: 'local/small',
      text: expect.stringMatching(
        /^prepare\.captioner: local\/small at http.* answered in .* s, takes pictures, answers are held/,
      ),
      probe: { constrained: true, sees: true },
    });
    expect(facts[3]!.text).toMatch(/^negatives\.writer: .* answers are not held to the schema, only checked$/);
    // Captioner and repairer see by the same model: one call for both.
    expect(server.chats).toHaveLength(2);
    expect(server.images.map(({ path }) => path)).toEqual(['/v1/images/generations', '/v1/images/edits']);
  });

  test('tells a model that takes no pictures from a server that does not answer', async () => {
    server.faults.push({ kind: 'status', status: 400, message: 'image input is not supported' });
    const blind = await examine({ prepare: { captioner: local() } });
    expect(blind.code).toBe(1);
    expect(blind.facts[0]).toMatchObject({ ok: false, probe: { sees: false } });
    expect(blind.facts[0]!.text).toContain('takes no picture');
    expect(server.chats).toHaveLength(2);
    const gone = await examine({ prepare: { captioner: { ...local(), baseUrl: 'http://127.0.0.1:9/v1' } } });
    expect(gone.facts[0]).toMatchObject({ ok: false, probe: { latencyMs: null, sees: null } });
    expect(gone.facts[0]!.text).toContain('cannot be reached');
  });

  test('says what a wrong key and a wrong name mean, and calls nobody with --offline', async () => {
    const path = await settingsFile('wrong.json', { negatives: { writer: local() } });
    const wrong = await runCli(['doctor', '--config', path], { env: { ANAGRAM_API_KEY: 'sk-wrong-abcdefgh12345678' } });
    expect(wrong.stdout).toContain('Incorrect API key provided: [key]');
    expect(wrong.stdout).not.toContain('sk-wrong');
    const unknown = await examine({ negatives: { writer: { model: 'nobody:x' } } });
    expect(unknown.facts[0]).toMatchObject({ ok: false, text: expect.stringContaining('a provider of openai') });
    const offline = await examine({ negatives: { writer: local() } }, '--offline');
    expect(offline.facts[0]!.text).toContain('(not called)');
    expect(server.chats).toHaveLength(0);
  });
});

describe('--dry-run', () => {
  const prices = { inputPerMillion: 1, outputPerMillion: 2, perPicture: 0.01 };
  const providers = () => ({ own: { baseUrl: server.baseUrl, prices } });

  test('of negatives says what a run would ask at most, sends nothing and writes nothing', async () => {
    const dir = join(root, 'dry-negatives');
    const path = await settingsFile('dry.json', {
      negatives: { writer: { model: 'own:writer' }, editor: { model: 'own:painter' }, dir, perPair: 2 },
      generation: { providers: providers(), budget: { calls: 50 } },
    });
    const command = ['negatives', data, '--categories', 'colour,quantity', '--config', path];
    const dry = await runCli([...command, '--dry-run', '--json'], { env });
    expect(dry.code, dry.stderr).toBe(0);
    const told = JSON.parse(dry.stdout);
    expect(told).toMatchObject({ dryRun: true, pairs: 40, open: 40, asked: { writer: 40, editor: 80 } });
    expect(told.generation).toMatchObject({ dryRun: true, calls: 120, pictures: 80 });
    expect(told.generation.money).toBeGreaterThan(0.8);
    expect(existsSync(dir)).toBe(false);
    expect(server.chats.length + server.images.length).toBe(0);
    const shown = await runCli([...command, '--dry-run'], { env });
    expect(shown.stdout).toMatch(/A run would send 120 requests: .* cost \d+\.\d\d\./);
    expect(shown.stdout).toContain('over the budget: generation.budget.calls is 50');

    const set = ['--set', 'generation.budget.calls=1000'];
    const real = await runCli([...command, ...set, '--json'], { env });
    expect(real.code, real.stderr).toBe(0);
    expect(server.chats).toHaveLength(40);
    expect(server.images.length).toBe(JSON.parse(real.stdout).negatives);
    expect(server.images.length).toBeGreaterThan(0);
    const after = JSON.parse((await runCli([...command, ...set, '--dry-run', '--json'], { env })).stdout);
    expect(after).toMatchObject({ open: 0, generation: { calls: 0, money: 0 } });
  });

  test('of prepare counts what routing leaves to generators, and its scores serve the run', async () => {
    const photos = join(root, 'photos');
    const corpus = await writeCorpus(photos, { count: 80 });
    const tiny = new URL('kill/tiny.config.json', import.meta.url);
    const settings = JSON.parse(await readFile(tiny, 'utf8'));
    const path = await settingsFile('dry-prepare.json', {
      ...settings,
      prepare: { ...settings.prepare, captioner: { model: 'own:seer' }, repairer: 'off', illustrator: 'off' },
      generation: { providers: providers() },
    });
    const dir = join(root, 'dry-prepare');
    const command = ['prepare', corpus.dir, '--dir', dir, '--config', path, '--json'];
    const dry = JSON.parse((await runCli([...command, '--dry-run'], { env })).stdout);
    expect(dry).toMatchObject({ dryRun: true, records: 80, asked: { repair: 0, illustrate: 0 } });
    expect(dry.asked.caption).toBeGreaterThan(0);
    expect(dry.generation.calls).toBe(dry.asked.caption);
    expect(existsSync(join(dir, 'manifest.jsonl'))).toBe(false);
    expect(server.chats).toHaveLength(0);
    const real = await runCli(command, { env });
    expect([0, 3], real.stderr).toContain(real.code);
    expect(server.chats).toHaveLength(dry.asked.caption);
  });
});

test('--tune-prompts asks a sample with every variant, keeps the table, and captions with the winner', async () => {
  const corpus = await writeCorpus(join(root, 'tuned'), { count: 80 });
  const tiny = JSON.parse(await readFile(new URL('kill/tiny.config.json', import.meta.url), 'utf8'));
  const captioner = { baseUrl: server.baseUrl, model: 'seer' };
  const path = await settingsFile('tune.json', {
    ...tiny,
    prepare: { ...tiny.prepare, captioner, repairer: 'off', illustrator: 'off' },
  });
  const dir = join(root, 'tuned', 'data');
  const command = ['prepare', corpus.dir, '--dir', dir, '--config', path, '--tune-prompts', '--json'];
  const dry = JSON.parse((await runCli([...command, '--dry-run'], { env })).stdout);
  expect(server.chats).toHaveLength(0);
  expect(existsSync(join(dir, 'prompts.json'))).toBe(false);
  const { code, stderr } = await runCli(command, { env });
  expect([0, 3], stderr).toContain(code);
  const tuned = JSON.parse(await readFile(join(dir, 'prompts.json'), 'utf8'));
  expect(tuned.table).toHaveLength(8);
  expect(new Set(tuned.table.map(({ id }: { id: string }) => id)).size).toBe(8);
  // All variants caption alike here, so none is better than the first on new pictures.
  expect(tuned.winner).toBe('compatible/seer/captions-en@1');
  const asked = server.chats.length;
  expect(asked).toBeLessThanOrEqual(dry.generation.calls);
  expect(new Set(server.chats.map(({ body }) => JSON.stringify(body.messages[0]))).size).toBe(8);
  await runCli(command, { env });
  expect(server.chats).toHaveLength(asked);
  const aimless = await runCli(['prepare', corpus.dir, '--dir', join(root, 'aimless'), '--tune-prompts']);
  expect([aimless.code, existsSync(join(root, 'aimless'))]).toEqual([2, false]);
});

test('killed at any moment and started again, nothing is paid twice but the calls in flight', async () => {
  delay = 20;
  const concurrency = 4;
  const base = new URL(server.baseUrl);
  // The path tells the folders apart; the answers' keys do not know the address.
  const args = (dir: string) => [
    ...['negatives', data, '--categories', 'colour', '--json', '--set', `negatives.dir=${dir}`, '--set'],
    `negatives.writer=${JSON.stringify({ baseUrl: `${base.origin}/run-${basename(dir)}/v1`, model: 'm', maxRetries: 0 })}`,
  ];
  vi.stubEnv('ANAGRAM_API_KEY', apiKey);
  try {
    const verb = { args, results: async (dir: string) => ({ manifest: await manifestHash(join(dir, 'negatives')) }) };
    const { attempts, differences } = await killVerb(verb, { dir: join(root, 'killed'), kills: 6, seed: 3 });
    expect(differences).toEqual([]);
    const folders = Map.groupBy(server.chats, ({ path }) => path.split('/')[1]!);
    expect(folders.get('run-whole')).toHaveLength(captions.length);
    for (const [folder, asked] of folders) {
      const distinct = new Set(asked.map(({ body }) => JSON.stringify(body)));
      const kills = attempts.filter(({ folder: number, killed }) => killed && folder === `run-killed-${number}`).length;
      expect(distinct.size).toBe(captions.length);
      expect(asked.length - distinct.size).toBeLessThanOrEqual(kills * concurrency);
    }
  } finally {
    vi.unstubAllEnvs();
  }
});
