import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { calibrateAgain, prepareAgain, readFilledBy, writeFilledBy } from './filled-by.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-filled-by-'));
});
afterEach(() => rm(dir, { recursive: true }));

const flags = {
  imageColumn: 'path',
  captionColumn: 'what is said',
  set: ['source.id=number', 'prepare.near=2'],
  tunePrompts: true,
  threshold: 0.7,
  queue: 'redis://user:secret@host',
};

it('says the command again, with what all runs need and without what one was told', async () => {
  await writeFilledBy(dir, 'a.csv', flags);
  const filledBy = (await readFilledBy(dir))!;
  expect(prepareAgain('./data', filledBy, 't.json')).toBe(
    "anagram prepare a.csv --dir ./data --image-column path --caption-column 'what is said' --tune-prompts --set source.id=number --set prepare.near=2 --threshold t.json",
  );
  expect(prepareAgain('./data', filledBy, null)).toMatch(/ --set prepare\.near=2 --threshold \{threshold\}$/);
  expect(calibrateAgain(filledBy, { verifier: './data/verifier', labels: 'l.jsonl' })).toBe(
    "anagram calibrate a.csv --verifier ./data/verifier --image-column path --caption-column 'what is said' --set source.id=number --set prepare.near=2 --labels l.jsonl",
  );
});

it('names the pictures of a list of URLs, and shows no secret that was typed', async () => {
  const set = ['generation.providers.local.baseUrl=https://me:secret@host/v1', 'prepare.near=2'];
  const typed = { source: 'a.csv', cwd: process.cwd(), urlColumn: 'url', set };
  const options = { verifier: './data/verifier', labels: 'l.jsonl', fetched: 'data/fetched' };
  expect(calibrateAgain(typed, options)).toBe(
    'anagram calibrate a.csv --verifier ./data/verifier --url-column url --set prepare.near=2 --set source.cache=data/fetched --labels l.jsonl',
  );
  const own = { ...typed, set: ['source.cache=./pictures'] };
  expect(calibrateAgain(own, options)).toContain('--set source.cache=./pictures --labels');
});

it.each(['https://me:secret@host/v1', 'https://host/v1?api_key=secret'])(
  'keeps nothing of a command with %s',
  async (url) => {
    await writeFilledBy(dir, 'a.csv', {});
    await writeFilledBy(dir, 'a.csv', { set: [`generation.connections.local.baseUrl=${url}`] });
    expect(await readdir(dir, { recursive: true })).not.toContain(join('work', 'command.json'));
    expect(await readFilledBy(dir)).toBeNull();
  },
);

it('starts where the paths of the command do, with paths of here in full', async () => {
  const filledBy = { source: './a', cwd: '/some where', verifier: './v' };
  expect(prepareAgain('d', filledBy, 't.json')).toBe(
    `cd '/some where' && anagram prepare ./a --dir ${resolve('d')} --verifier ./v --threshold ${resolve('t.json')}`,
  );
});

it('knows nothing of a folder that a program filled, nor of what was changed by hand', async () => {
  expect(await readFilledBy(dir)).toBeNull();
  await writeFilledBy(dir, 'a.csv', {});
  for (const text of ['{"source": 3, "cwd": "/"}', '{']) {
    await writeFile(join(dir, 'work', 'command.json'), text);
    expect(await readFilledBy(dir)).toBeNull();
  }
});
