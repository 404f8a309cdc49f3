import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from './lock.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anagram-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('of many that come at once, one works at a time and all get their turn', async () => {
  let inside = 0;
  let most = 0;
  const body = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setTimeout(resolve, 5));
    inside -= 1;
    return 'done';
  };
  const results = await Promise.all(Array.from({ length: 6 }, () => withLock(folder, {}, body)));
  expect(results).toEqual(Array(6).fill('done'));
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

test('the lock of a process that was killed holds nobody up', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const gone = new Promise((resolve) => child.on('exit', resolve));
  await writeFile(join(folder, `lock~${hostname()}~${child.pid}~~1`), '');
  let waited = 0;
  const onWait = () => {
    waited += 1;
    child.kill('SIGKILL');
  };
  expect(await withLock(folder, { onWait }, async () => 'mine')).toBe('mine');
  await gone;
  expect(waited).toBe(1);
});

test.runIf(process.platform === 'linux')(
  'a process that was given a dead one’s number does not hold its lock',
  async () => {
    await writeFile(join(folder, `lock~${hostname()}~${process.pid}~12~1`), '');
    expect(await withLock(folder, {}, async () => 'mine')).toBe('mine');
  },
);

test('the lock of another machine holds as long as its heart beats', async () => {
  await writeFile(join(folder, 'lock~elsewhere~1~~1'), '');
  const controller = new AbortController();
  const reason = new Error('enough waiting');
  const options = { signal: controller.signal, onWait: () => controller.abort(reason) };
  await expect(withLock(folder, options, async () => 'mine')).rejects.toBe(reason);
});

test('a body that fails gives the lock back', async () => {
  const failing = withLock(folder, {}, () => Promise.reject(new Error('body')));
  await expect(failing).rejects.toThrow('body');
  expect(await readdir(folder)).toEqual([]);
});
