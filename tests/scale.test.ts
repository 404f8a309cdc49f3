import { type ChildProcess, execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, mkdtemp, open, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Json, manifestHash, type PairVerifier, prepare as prepareRecords, runWorker } from '@anagram/core';
import { createPostgresBackend, Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oracle, sourceOf } from '../packages/core/test/fixtures/numbers.ts';
import { writeCorpus } from './kill/corpus.ts';
import { isMissing, password, type QueueKind, type QueueServer, startServer } from './queue-servers.ts';
import { type CliResult, runCli } from './run-cli.ts';

const config = ['--config', fileURLToPath(new URL('kill/tiny.config.json', import.meta.url)), '--json'];

const records = 560;
const parts = 3;
let root: string;
/** `anagram prepare` of the records, with a verifier that is there. */
let prepare: (dir: string, ...flags: string[]) => string[];
/** What one process alone comes to. */
let alone: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-scale-'));
  const [few, many] = await Promise.all(
    [80, records].map((count) => writeCorpus(join(root, String(count)), { count })),
  );
  await succeed(['prepare', few!.dir, '--dir', join(root, 'raw'), ...config]);
  const verifier = join(root, 'raw', 'verifier');
  prepare = (dir, ...flags) => ['prepare', many!.dir, '--dir', dir, '--verifier', verifier, ...flags, ...config];
  await succeed(prepare(join(root, 'alone')));
  alone = await manifestHash(join(root, 'alone'));
});
afterAll(() => rm(root, { recursive: true }));

async function succeed(args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runCli(args);
  if (code !== 0) throw new Error(`anagram ${args.join(' ')} ended with exit code ${code}:\n${stderr}`);
  return JSON.parse(stdout);
}

test('shares side by side, one of them killed, come to what one process alone comes to', async () => {
  const dir = join(root, 'shares');
  const share = (index: number) => prepare(dir, '--shard', `${index}/2`);
  const watch: NonNullable<Parameters<typeof runCli>[1]>['watch'] = (child, stderr) => {
    if (stderr.includes('prepare-score')) child.kill('SIGKILL');
  };
  const [killed] = await Promise.all([runCli(share(0), { watch }), succeed(share(1))]);
  expect(killed.signal).toBe('SIGKILL');
  expect(await succeed(share(0))).toMatchObject({ missing: 0 });
  await succeed(prepare(dir));
  expect(await manifestHash(dir)).toBe(alone);
});

/** A process beside the test. */
function background(args: string[]): { result: Promise<CliResult>; says(words: string): Promise<ChildProcess> } {
  let [child, heard]: [ChildProcess | undefined, string] = [undefined, ''];
  const waiting: { words: string; told: (child: ChildProcess) => void }[] = [];
  const result = runCli(args, {
    watch: (started, stderr) => {
      [child, heard] = [started, stderr];
      for (const { words, told } of waiting) if (heard.includes(words)) told(child);
    },
  });
  return {
    result,
    says: (words) =>
      new Promise((told, ended) => {
        if (child && heard.includes(words)) told(child);
        waiting.push({ words, told });
        result.then(({ stderr }) => ended(new Error(`It ended without saying "${words}":\n${stderr}`)), ended);
      }),
  };
}

describe.concurrent.each<QueueKind>(['redis', 'postgres'])('a queue on %s', (kind) => {
  let server: QueueServer;
  /** What every process of the queue said. */
  const said: string[] = [];
  beforeAll(async () => {
    if (!isMissing(kind)) server = await startServer(kind);
  });
  afterAll(() => server?.stop());

  const start = (args: string[]) => {
    const process = background([...args, '--queue', server.url]);
    process.result.then(({ stdout, stderr }) => said.push(stdout, stderr));
    return process;
  };
  const stop = async (process: ReturnType<typeof background>, signal: NodeJS.Signals, words: string) => {
    (await process.says(words)).kill(signal);
    return process.result;
  };

  test.skipIf(isMissing(kind))(
    'filled twice, with a part that fails and a worker killed in the middle of another, comes to what one process alone comes to',
    async () => {
      const dir = join(root, kind);
      const [poison, trap] = [1, 2].map((part) => join(dir, 'work', `ingest-0000${part}.jsonl`)) as [string, string];
      await mkdir(poison, { recursive: true });
      execFileSync('mkfifo', [trap]);
      await stop(start(prepare(dir)), 'SIGKILL', 'prepare-queue');
      const poisoned = start(prepare(dir));
      await poisoned.says('prepare-queue');
      expect(await countJobs(kind, server)).toBe(parts);

      const first = start(['worker']);
      const held = await openForReader(trap);
      await stop(first, 'SIGKILL', 'part 0');
      await held.close();
      await rm(trap);
      const worker = start(['worker', '--json']);
      const { code, stdout } = await poisoned.result;
      expect(code).toBe(3);
      const { error } = JSON.parse(stdout);
      expect(error).toMatchObject({ code: 'parts-failed', where: dir });
      expect(error.message).toMatch(/^1 part of .* failed at every attempt: part 1 \(records 256 to 511\): EISDIR/);
      const scored = (await readdir(join(dir, 'work'))).filter((name) => name.startsWith('scores-'));
      expect(scored.sort()).toEqual(['scores-00000.jsonl', 'scores-00002.jsonl']);

      await rmdir(poison);
      expect((await start(prepare(dir)).result).code).toBe(0);
      expect(await manifestHash(dir)).toBe(alone);
      const ended = await stop(worker, 'SIGTERM', '');
      expect(ended.code).toBe(0);
      expect(JSON.parse(ended.stdout)).toMatchObject({ parts: 2 });
      expect(await countJobs(kind, server)).toBe(0);

      const files = await filesIn(dir);
      expect(files.length).toBeGreaterThan(10);
      expect([...said, ...files].filter((text) => text.includes(password))).toEqual([]);
    },
  );

  test.skipIf(isMissing(kind))('gets the part back that a worker was at when it was stopped', async () => {
    const source = sourceOf(
      Array.from({ length: 300 }, (_, i) => ({ id: `${i}`, of: i % 256, text: `number ${i % 256}` })),
    );
    const { logOdds: _, ...quick } = oracle().verifier;
    const stopFirst = new AbortController();
    const slow: PairVerifier = {
      ...quick,
      score: (_, { signal } = {}) => {
        setTimeout(() => stopFirst.abort(new Error('stopped')));
        return new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)));
      },
    };
    const dir = join(root, `${kind}-stopped`);
    const queue = server.second;
    const prepared = prepareRecords({ source, verifier: quick, dir, queue: { url: queue, plan: { records: 300 } } });
    const asked: Json[] = [];
    const open = (verifier: PairVerifier) => async (plan: Json) => {
      asked.push(plan);
      return { source, verifier };
    };
    const nothing = { parts: 0, failures: 0 };
    expect(await runWorker({ queue, open: open(slow), signal: stopFirst.signal })).toEqual(nothing);
    const stopSecond = new AbortController();
    const second = runWorker({ queue, open: open(quick), signal: stopSecond.signal });
    expect((await prepared).counts.records).toBe(300);
    stopSecond.abort();
    expect(await second).toEqual({ parts: 2, failures: 0 });
    expect(asked).toEqual([{ records: 300 }, { records: 300 }]);
  });

  test.skipIf(isMissing(kind))('that refuses the password is no use, and does not tell it', async () => {
    const queue = server.url.replace(password, `${password}-not`);
    const open = () => Promise.reject(new Error('there is nothing to open'));
    const refused = await runWorker({ queue, open, signal: new AbortController().signal }).catch((error) => error);
    expect(refused).toMatchObject({ code: 'queue-failed', details: { queue: expect.stringContaining('127.0.0.1') } });
    expect(refused.message).toMatch(/WRONGPASS|authentication failed/);
    expect(refused.stack + JSON.stringify(refused)).not.toContain(password);
  });
});

/** A pipe that somebody waits to read: the end that keeps him waiting. */
async function openForReader(path: string): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
      await sleep(50);
    }
  }
}

/** Everything that lies in a folder. */
async function filesIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')));
}

/** Jobs that the queue holds in any state. */
async function countJobs(kind: QueueKind, { url }: QueueServer): Promise<number> {
  const name = 'anagram-parts';
  const queue =
    kind === 'redis'
      ? new Queue(name, { connection: { url } })
      : new Queue(name, { connection: url }, createPostgresBackend);
  const counts = await queue.getJobCounts();
  await queue.close();
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
