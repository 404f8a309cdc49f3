import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from './lock.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('a folder has one writer at a time', async () => {
  const lock = await lockFolder(dir);
  await expect(lockFolder(dir)).rejects.toMatchObject({ code: 'dir-in-use', details: { dir } });
  await expect(lockFolder(dir)).rejects.toThrow(`process ${process.pid} on ${hostname()} is writing to ${dir}.`);
  await lock.release();
  await (await lockFolder(dir)).release();
  expect(await readdir(dir)).toEqual([]);
});

test('of many that come at once one gets the folder', async () => {
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(dir)));
  expect(outcomes(results)).toEqual(['dir-in-use', 1, 7]);
  expect(await readdir(dir)).toEqual(['.lock']);
});

test('the lock of a process that was killed is taken over, and its leftovers go', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const started = process.platform === 'linux' ? await startOf(child.pid!) : null;
  await writeFile(join(dir, '.lock'), JSON.stringify({ pid: child.pid, host: hostname(), started }));
  await expect(lockFolder(dir)).rejects.toMatchObject({ code: 'dir-in-use' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await writeFile(join(dir, 'pairs-00000.tar.tmp-1-0'), 'half');
  const lock = await lockFolder(dir);
  expect(await readdir(dir)).toEqual(['.lock']);
  await lock.release();
});

test('of many that come to a stale lock at once one gets the folder, even if a takeover was killed before', async () => {
  const stale = JSON.stringify({ pid: 2 ** 30, host: hostname(), started: null });
  for (let round = 0; round < 20; round++) {
    await writeFile(join(dir, '.lock'), stale);
    if (round % 2 === 1) await writeFile(join(dir, '.lock.takeover'), stale);
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(dir)));
    expect(outcomes(results)).toEqual(['dir-in-use', 1, 7]);
  }
});

test.runIf(process.platform === 'linux')(
  'a process number that was given away again does not keep the folder',
  async () => {
    await writeFile(join(dir, '.lock'), JSON.stringify({ pid: process.pid, host: hostname(), started: '1' }));
    await (await lockFolder(dir)).release();
  },
);

test('a lock of another machine, or one that cannot be read, is left to the user', async () => {
  for (const content of [JSON.stringify({ pid: 2 ** 30, host: 'elsewhere', started: null }), 'junk']) {
    await writeFile(join(dir, '.lock'), content);
    await expect(lockFolder(dir)).rejects.toThrow(`or remove ${join(dir, '.lock')} if that process is gone.`);
    expect(await readFile(join(dir, '.lock'), 'utf8')).toBe(content);
  }
});

function outcomes(results: PromiseSettledResult<unknown>[]) {
  const failures = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason.code ?? reason);
  return [[...new Set(failures)].join(), results.length - failures.length, failures.length];
}

async function startOf(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ')[19]!;
}
