import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeCorpus } from './kill/corpus.ts';
import { runCli } from './run-cli.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "anagram's next-"));
});
afterAll(() => rm(root, { recursive: true }));

test('each command ends with the next one, which runs as it is printed, with the settings of before', async () => {
  const { dir } = await writeCorpus(root, { count: 90 });
  const tiny = JSON.parse(await readFile(new URL('kill/tiny.config.json', import.meta.url), 'utf8'));
  const config = join(root, 'my.config.json');
  await writeFile(config, JSON.stringify({ ...tiny, train: { ...tiny.train, steps: 3 } }));
  // What the printed lines leave to the user to name.
  const named: Record<string, string> = {
    './photos': dir,
    './runs/a': join(root, 'run'),
    './index': join(root, 'index'),
  };
  const verbs: string[] = [];
  let args: readonly string[] = ['prepare', dir, '--dir', join(root, 'data'), '--config', config];
  while (args.length > 0) {
    verbs.push(args[0]!);
    const { code, stdout, stderr } = await runCli(args);
    expect(code, stderr).toBe(0);
    const next = /^Next: anagram (.*)$/.exec(stdout.trimEnd().split('\n').at(-1)!)?.[1];
    args = next ? shellWords(next).map((word) => named[word] ?? word) : [];
  }
  expect(verbs).toEqual(['prepare', 'negatives', 'train', 'embed', 'search']);
  // Settings of the file and not the flag of the printed example.
  expect(JSON.parse(await readFile(join(root, 'run', 'run.json'), 'utf8'))).toMatchObject({ settings: { steps: 3 } });
});

test('pairs that were prepared anew have old negatives, and the next command mends them', async () => {
  const [data, config] = [join(root, 'data'), join(root, 'my.config.json')];
  const prepared = ['prepare', join(root, 'pictures'), '--dir', data, '--config', config, '--threshold', '0.2'];
  const again = await runCli(prepared);
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr).toMatch(/^warning .*are of other pairs than .* Write them anew, with --fresh,/m);
  expect(again.stdout).toMatch(/^Next: anagram negatives .*data' --fresh --config /m);

  const refused = await runCli(['negatives', data, '--config', config]);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/prepared anew since\. Pass --fresh to/)]);
  const untrained = await runCli(['train', data, '--dir', join(root, 'other-run'), '--config', config]);
  expect([untrained.code, untrained.stderr]).toEqual([
    1,
    expect.stringMatching(/anew: `anagram negatives .* --fresh`/),
  ]);
  const written = await runCli(['negatives', data, '--fresh', '--config', config]);
  expect(written.code, written.stderr).toBe(0);
  const changed = await runCli(['negatives', data, '--per-pair', '1', '--config', config]);
  expect([changed.code, changed.stderr]).toEqual([
    1,
    expect.stringMatching(/received 1\. .* \(--set negatives\.dir=FOLDER\), or pass --fresh to/),
  ]);
  expect((await runCli(prepared)).stdout).toMatch(/^Next: anagram negatives .*data' --config /m);
});

test('a verifier that was never calibrated is named where it lies', async () => {
  const [data, config] = [join(root, 'data'), join(root, 'my.config.json')];
  const given = ['--dir', join(root, 'judged'), '--verifier', join(data, 'verifier')];
  const { code, stderr } = await runCli(['prepare', join(root, 'pictures'), ...given, '--config', config]);
  expect(code, stderr).toBe(0);
  const advice = /into another --dir with --verifier (.*)\.$/m.exec(stderr)![1]!;
  expect(shellWords(advice)).toEqual([join(data, 'verifier')]);
});

/** As a shell reads a line whose words stand plain or within single quotes. */
function shellWords(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|\\(.)/g, (_, quoted?: string, escaped?: string) => quoted ?? escaped!),
  );
}
