import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeLargestFiles } from '../../test/hostile/largest-files.ts';
import type { HostileReport } from '../../test/hostile/load-hostile.ts';

const program = fileURLToPath(new URL('../../test/hostile/load-hostile.ts', import.meta.url));
const flags = ['--conditions=@anagram/source', '--experimental-strip-types', '--no-warnings'];
// What a load needs is to be measured, not what V8 lets lie until it collects: a small young generation, an old one that
// would end the process if more than 64 MB were alive in it, and collections between large files.
const small = ['--max-semi-space-size=4', '--max-old-space-size=64', '--expose-gc'];
const mostMB = 64;
const seconds = 1000;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-hostile-'));
});
afterEach(() => rm(root, { recursive: true }));

/** A crash, or a load that does not end, is a rejection. */
async function loadHostile(count: number): Promise<HostileReport> {
  const options = { timeout: 120 * seconds, maxBuffer: 2 ** 24 };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, ...small, program, root, `${count}`],
    options,
  );
  return JSON.parse(stdout) as HostileReport;
}

test(
  'of 10,000 spoiled model files each is loaded or refused by name, within 64 MB',
  async () => {
    const { wrong, loaded, refused, peakMB, slowestMs } = await loadHostile(10_000);
    expect(wrong).toEqual([]);
    expect(loaded + refused).toBe(10_000);
    // Were nearly all of one kind, the mutations would say little.
    expect(loaded).toBeGreaterThan(300);
    expect(refused).toBeGreaterThan(5000);
    expect(peakMB).toBeLessThan(mostMB);
    expect(slowestMs).toBeLessThan(5 * seconds);
  },
  150 * seconds,
);

test(
  'bad files as large as the limits let through, and larger ones, are refused by name, within 64 MB',
  async () => {
    await writeLargestFiles(join(root, 'largest'));
    const { wrong, loaded, refused, peakMB, slowestMs } = await loadHostile(0);
    expect(wrong).toEqual([]);
    expect(loaded).toBe(0);
    expect(refused).toBeGreaterThan(20);
    expect(peakMB).toBeLessThan(mostMB);
    expect(slowestMs).toBeLessThan(5 * seconds);
  },
  150 * seconds,
);
