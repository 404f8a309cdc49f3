import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { killVerb } from './kill/kill-verb.ts';
import { verbNames, verbsIn } from './kill/verbs.ts';

// `tests/kill/soak.ts` does the same with as many kills as one likes.
let root: string;
let verbs: Awaited<ReturnType<typeof verbsIn>>;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'anagram-kill-'));
  verbs = await verbsIn(root, { count: 80, steps: 24 });
});
afterAll(() => rm(root, { recursive: true }));

test.each(verbNames)('%s, killed and started again, comes to what it comes to undisturbed', async (name) => {
  const { attempts, differences } = await killVerb(verbs[name], { dir: join(root, name), kills: 3, seed: 5 });
  expect(attempts.filter(({ killed }) => killed)).toHaveLength(3);
  expect(differences).toEqual([]);
});
