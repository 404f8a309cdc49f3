import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { releaseFolder } from '../lib/built.ts';

it('passes every check of test/cc: finite differences and what does not cross the border', () => {
  const run = spawnSync(join(releaseFolder, 'anagram_tests'), { encoding: 'utf8' });
  const failures = run.stdout?.split('\n').filter((line) => !line.startsWith('ok ')) ?? [run.error?.message];
  expect(failures.join('\n')).toMatch(/^[1-9]\d* checks, 0 failed\n$/);
  expect(run.status).toBe(0);
});
