import { appendFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { noisy, oracle, picture, sourceOf, verdicts } from '../../test/fixtures/numbers.ts';
import type { AnagramEvent } from '../events.ts';
import { encodePng } from '../image/encode.ts';
import { writeNegatives } from '../negatives/write-negatives.ts';
import type { SourceRecord, Verdict } from '../pair.ts';
import { defineSource } from '../source/define-source.ts';
import { urls } from '../source/urls.ts';
import { webdataset } from '../source/webdataset.ts';
import type { PairVerifier } from '../verify/pair-verifier.ts';
import { prepare } from './prepare.ts';
import { sweep } from './sweep.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-prepare-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('keeps right pairs, gives wrong ones their right text, and matches what is alone', async () => {
  const prepared = await prepare({ source: noisy, verifier: oracle().verifier, dir });
  const all = await verdicts(prepared);

  expect(all.get('pair-1')).toMatchObject({ route: 'keep', kept: true, repaired: null });
  expect(all.get('pair-0')).toMatchObject({
    route: 'repair',
    kept: true,
    repaired: { text: 'number 0', by: 'retrieval', partner: null },
  });
  expect(all.get('picture-3')).toMatchObject({ route: 'match', repaired: { text: 'number 103', partner: 'text-1' } });
  expect(all.get('text-1')).toMatchObject({ route: 'match', kept: true, repaired: { partner: 'picture-3' } });
  expect(all.get('picture-0')).toMatchObject({ route: 'caption', kept: false });
  expect(all.get('text-4')).toMatchObject({ route: 'illustrate', kept: false });
  // 30 pairs and the three matches.
  expect(prepared.length).toBe(33);
  expect(prepared.counts).toMatchObject({ records: 40, rejected: 4 });
  for (let i = 0; i < prepared.length; i++) {
    const { image, text } = await prepared.pair(i, 16);
    expect(text).toBe(`number ${image.data[0]}`);
  }
});

test('every record has one verdict, whatever is wrong with it', async () => {
  const broken: SourceRecord = {
    id: 'broken',
    text: 'number 1',
    image: { name: 'broken.png', bytes: async () => new Uint8Array([1, 2, 3]) },
  };
  const gone: SourceRecord = {
    id: 'gone',
    text: 'number 1',
    image: { name: 'gone.png', bytes: () => Promise.reject(new Error('no such file')) },
  };
  const twice = { id: 'same-1', of: 1, text: 'number 1', pattern: 'same' };
  const source = defineSource({
    name: 'broken',
    settings: null,
    async *records() {
      yield* sourceOf([twice, { ...twice, id: 'same-2' }, { id: 'blank', text: ' ' }]).records();
      yield broken;
      yield gone;
      yield* sourceOf([{ ...twice, pattern: 'other' }]).records();
      yield { id: 'odd', problem: 'line 7 is no JSON' };
    },
  });
  const prepared = await prepare({ source, verifier: oracle().verifier, dir });
  const all: Verdict[] = await Array.fromAsync(prepared.verdicts());

  expect(all.map(({ id, route, kept }) => [id, route, kept])).toEqual([
    ['same-1', 'keep', true],
    ['same-2', 'duplicate', false],
    ['blank', 'empty', false],
    ['broken', 'unreadable', false],
    ['gone', 'unreadable', false],
    ['same-1', 'unreadable', false],
    ['odd', 'unreadable', false],
  ]);
  expect(all[4]!.reason).toContain('no such file');
  expect(all[6]!.reason).toBe('line 7 is no JSON');
});

test('stopped at any event and called again, it ends with the same manifest', async () => {
  const whole = await prepare({ source: noisy, verifier: oracle().verifier, dir: join(dir, 'whole'), shardSize: 7 });
  const options = { source: noisy, verifier: oracle().verifier, dir: join(dir, 'parts'), shardSize: 7 };
  let stops = 0;
  for (let after = 1; ; after++) {
    const stop = new AbortController();
    let events = 0;
    const onEvent = () => {
      if (++events === after) stop.abort(new Error('stopped'));
    };
    const ended = await prepare({ ...options, signal: stop.signal, onEvent }).then(
      ({ manifestHash }) => manifestHash,
      (error: Error) => error.message,
    );
    if (ended !== 'stopped') {
      expect(ended).toBe(whole.manifestHash);
      break;
    }
    stops++;
  }
  expect(stops).toBeGreaterThan(5);
});

test('the folder is its own until the last shard is written', async () => {
  const options = { source: noisy, verifier: oracle().verifier, dir, shardSize: 7 };
  const others: Promise<unknown>[] = [];
  const onEvent = ({ type }: AnagramEvent) => {
    if (type === 'shard-saved') others.push(prepare(options).catch((error: unknown) => error));
  };
  await prepare({ ...options, onEvent });
  expect(others.length).toBeGreaterThan(3);
  for (const refused of await Promise.all(others)) expect(refused).toMatchObject({ code: 'dir-in-use' });
});

test('another threshold decides anew without asking the verifier again', async () => {
  const { verifier, asked } = oracle();
  await prepare({ source: noisy, verifier, dir });
  const before = { ...asked };
  const none = await prepare({ source: noisy, verifier, dir, threshold: 1 });
  expect(asked.score).toBe(before.score);
  expect(none.length).toBe(0);
  expect(await readdir(dir)).not.toContain('pairs-00000.tar');

  const again = await prepare({ source: noisy, verifier, dir });
  const fresh = await prepare({ source: noisy, verifier, dir: join(dir, 'fresh') });
  expect(again.manifestHash).toBe(fresh.manifestHash);
});

test('negatives of what the folder held before are said to be of other pairs, until they fit again', async () => {
  const warned = async (threshold: number) => {
    const messages: string[] = [];
    const onEvent = (event: AnagramEvent) => void (event.type === 'warning' && messages.push(event.message));
    await prepare({ source: noisy, verifier: oracle().verifier, dir, threshold, onEvent });
    return messages.filter((message) => message.includes('are of other pairs'));
  };
  expect(await warned(0.5)).toEqual([]);
  await writeNegatives({ pairs: dir });
  expect(await warned(0.5)).toEqual([]);
  expect(await warned(1)).toEqual([expect.stringContaining(join(dir, 'negatives'))]);
  expect(await warned(0.5)).toEqual([]);
});

test('negatives whose manifest is damaged are old ones, which fresh writes anew', async () => {
  const again = () => prepare({ source: noisy, verifier: oracle().verifier, dir });
  expect((await again()).oldNegatives).toBe(false);
  const { manifestHash } = await writeNegatives({ pairs: dir });
  expect((await again()).oldNegatives).toBe(false);
  await appendFile(join(dir, 'negatives', 'manifest.jsonl'), 'damaged\n');
  const pairs = await again();
  expect(pairs.oldNegatives).toBe(true);
  expect(await pairs.sample(0)).toMatchObject({ text: expect.any(String) });
  expect((await writeNegatives({ pairs: dir, fresh: true })).manifestHash).toBe(manifestHash);
  expect((await again()).oldNegatives).toBe(false);
});

test('scores of another verifier are refused', async () => {
  const { verifier } = oracle();
  await prepare({ source: noisy, verifier, dir });
  await expect(prepare({ source: noisy, verifier: { ...verifier, id: 'other' }, dir })).rejects.toMatchObject({
    code: 'run-options-changed',
    details: { changed: ['verifier'] },
    message: expect.stringContaining('one that was calibrated since is another'),
  });
});

test('without a threshold nothing is prepared', async () => {
  const verifier = { ...oracle().verifier, threshold: null };
  await expect(prepare({ source: noisy, verifier, dir })).rejects.toMatchObject({ code: 'invalid-options' });
});

test('an unknown option is named with the likely one', async () => {
  const options = { source: noisy, verifier: oracle().verifier, dir, treshold: 0.5 };
  await expect(prepare(options)).rejects.toThrow('Did you mean "threshold"?');
});

test('a sweep tells what other thresholds would keep', async () => {
  await prepare({ source: noisy, verifier: oracle().verifier, dir });
  const rows = await sweep(dir, { thresholds: [0, 0.5] });
  expect(rows[0]).toMatchObject({ kept: 30, share: 1, recall: 1 });
  expect(rows[1]!.kept).toBe(20);
  expect(rows[1]!.precision).toBeGreaterThan(0.999);
});

test('a text that may well be right is not replaced, however good another one looks', async () => {
  const source = sourceOf([
    { id: 'doubtful', of: 200, text: 'perhaps 200' },
    ...Array.from({ length: 20 }, (_, i) => ({ id: `pair-${i}`, of: 10 * i, text: `number ${10 * i}` })),
    { id: 'lone', text: 'number 200' },
  ]);
  const { verifier } = oracle();
  const prepareWith = async (doubt: number, to: string) => {
    const doubting: PairVerifier = {
      ...verifier,
      id: `doubting-${doubt}`,
      score: async (pairs) =>
        (await verifier.score(pairs)).map((one, i) =>
          pairs[i]!.text === 'perhaps 200' ? { ...one, probability: 1 - doubt } : one,
        ),
    };
    const prepared = await prepare({ source, verifier: doubting, dir: join(dir, to), near: false });
    return (await Array.fromAsync(prepared.verdicts())).find(({ id }) => id === 'doubtful')!;
  };
  expect(await prepareWith(0.3, 'a')).toMatchObject({ kept: false, route: 'repair' });
  expect(await prepareWith(0.99, 'b')).toMatchObject({ kept: true, repaired: { text: 'number 200' } });
});

test('says how many texts the verifier judges by their beginnings', async () => {
  const verifier = {
    ...oracle().verifier,
    lostTokens: (texts: readonly string[]) => texts.map((text) => (text.endsWith('7') ? 2 : 0)),
  };
  const messages: string[] = [];
  const onEvent = (event: AnagramEvent) => void (event.type === 'warning' && messages.push(event.message));
  await prepare({ source: noisy, verifier, dir, onEvent });
  expect(messages).toEqual([expect.stringMatching(/^verifier: 3 texts are too long .* 2\.0 tokens on average/)]);
});

test('pictures of a list of URLs are asked for once, and their provenance says where they are from', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer(async ({ url }, response) => {
    asked.push(url);
    if (url === '/2') response.writeHead(404).end();
    else response.end(await encodePng(picture(Number(url!.slice(1)), url!)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const rows = [1, 2, 3].map((of) => `http://${host}/${of}\tnumber ${of}\tby-${of}\n`);
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, 'list.tsv'), `url\ttext\tlicence\n${rows.join('')}`);
    const settings = { text: 'text', columns: ['licence'], cache: join(dir, 'fetched'), allowPrivate: [host] };
    const source = urls(join(dir, 'list.tsv'), settings);
    const prepared = await prepare({ source, verifier: oracle().verifier, dir: join(dir, 'data') });
    expect(asked.sort()).toEqual(['/1', '/2', '/3']);
    const all = await verdicts(prepared);
    expect(all.get('3')).toMatchObject({
      route: 'unreadable',
      kept: false,
      reason: `http://${host}/2 was not fetched: the server answered 404`,
    });
    const shard = await Array.fromAsync(webdataset(join(dir, 'data', 'pairs-*.tar')).records());
    expect(shard.map(({ text, meta }) => [text, (meta as { meta: unknown }).meta])).toEqual([
      ['number 1', { url: `http://${host}/1`, licence: 'by-1' }],
      ['number 3', { url: `http://${host}/3`, licence: 'by-3' }],
    ]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
