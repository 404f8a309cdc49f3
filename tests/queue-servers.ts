import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A service of a queue's kind, started for a test alone. */
export interface QueueServer {
  /** With its password; and the same server's second database, which holds a queue of its own. */
  readonly url: string;
  readonly second: string;
  stop(): Promise<void>;
}

export const password = 'kept-to-itself';

/** What Debian's packages `redis-server` and `postgresql` bring; null where it is not installed. */
const programs = {
  redis:
    (process.env.PATH ?? '')
      .split(delimiter)
      .map((dir) => join(dir, 'redis-server'))
      .find(existsSync) ?? null,
  postgres: globSync('/usr/lib/postgresql/*/bin').sort().at(-1) ?? null,
};
export type QueueKind = keyof typeof programs;

/** Not a reason in CI, which installs both. */
export function isMissing(kind: QueueKind): boolean {
  return programs[kind] === null && process.env.CI === undefined;
}

export async function startServer(kind: QueueKind): Promise<QueueServer> {
  const program = programs[kind];
  if (program === null) throw new Error(`There is no ${kind}. Expected Debian's redis-server and postgresql.`);
  const dir = await mkdtemp(join(tmpdir(), `anagram-${kind}-`));
  const port = await freePort();
  return kind === 'redis' ? startRedis(program, dir, port) : startPostgres(program, dir, port);
}

async function startRedis(program: string, dir: string, port: number): Promise<QueueServer> {
  const flags = { port, dir, requirepass: password, bind: '127.0.0.1', save: '', 'maxmemory-policy': 'noeviction' };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await said(server, 'stdout', 'Ready to accept connections');
  const url = `redis://:${password}@127.0.0.1:${port}`;
  return { url: `${url}/0`, second: `${url}/1`, stop: () => stop(server, dir) };
}

async function startPostgres(programs: string, dir: string, port: number): Promise<QueueServer> {
  // It will not run as root.
  const user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  const [data, secret] = [join(dir, 'data'), join(dir, 'password')];
  await mkdir(data);
  await writeFile(secret, password);
  if (user.uid !== undefined) for (const path of [dir, data, secret]) await chown(path, user.uid, user.gid);
  const flags = ['-D', data, '-U', 'anagram', '-A', 'scram-sha-256', `--pwfile=${secret}`, '-E', 'UTF8', '--no-sync'];
  execFileSync(join(programs, 'initdb'), flags, { ...user, cwd: dir, stdio: ['ignore', 'ignore', 'inherit'] });
  const settings = ['-k', dir, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'];
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...settings], {
    ...{ ...user, cwd: dir },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await said(server, 'stderr', 'ready to accept connections');
  const url = `postgres://anagram:${password}@127.0.0.1:${port}`;
  return { url: `${url}/postgres`, second: `${url}/template1`, stop: () => stop(server, dir) };
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function said(server: ChildProcess, stream: 'stdout' | 'stderr', words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let all = '';
    server[stream]!.on('data', (text: Buffer) => {
      all += text.toString();
      if (all.includes(words)) resolve();
    });
    server.once('exit', () => reject(new Error(`It ended before it was ready:\n${all}`)));
  });
}

async function stop(server: ChildProcess, dir: string): Promise<void> {
  const ended = once(server, 'exit');
  server.kill('SIGINT');
  await ended;
  await rm(dir, { recursive: true });
}
