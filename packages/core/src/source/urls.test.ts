import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AnagramEvent } from '../events.ts';
import { decodeImage } from '../image/decode.ts';
import { encodeJpeg } from '../image/encode.ts';
import { type UrlsOptions, urls } from './urls.ts';

let dir: string;
let origin: string;
let host: string;
let jpeg: Buffer;
let seen: IncomingMessage[];
let answer: (request: IncomingMessage, response: ServerResponse, turn: number) => void;
let close: () => Promise<unknown>;

beforeAll(async () => {
  const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => (at * 7919) % 256);
  jpeg = Buffer.from(await encodeJpeg({ width: 64, height: 64, data }));
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-'));
  seen = [];
  answer = (_, response) => response.end(jpeg);
  const server = createServer((request, response) => {
    const turn = seen.filter(({ url }) => url === request.url).length;
    seen.push(request);
    answer(request, response, turn);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  origin = `http://${host}`;
  close = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
});
afterEach(async () => {
  await close();
  await rm(dir, { recursive: true });
});

/** Records of a list, fetched from this test's server. */
async function read(lines: readonly string[], options: Partial<UrlsOptions> = {}) {
  const path = join(dir, 'list.txt');
  await writeFile(path, lines.join('\n'));
  const settings = { cache: join(dir, 'cache'), allowPrivate: [host], retries: 0, ...options };
  return Array.fromAsync(urls(path, settings).records());
}

/** What became of one URL: its problem without the URL, or `fetched`. */
async function fate(path: string, options: Partial<UrlsOptions> = {}): Promise<string> {
  const url = path.startsWith('http') ? path : `${origin}${path}`;
  const [record] = await read([url], options);
  if (record!.image) expect(Buffer.from(await record!.image.bytes()).equals(jpeg)).toBe(true);
  return record!.problem?.replace(`${url} was not fetched: `, '') ?? 'fetched';
}

describe('urls', () => {
  test('a reading that ends early takes nothing from another one of the same source', async () => {
    answer = (_, response) => setTimeout(() => response.end(jpeg), 100);
    const path = join(dir, 'list.txt');
    await writeFile(path, `${origin}/a\n${origin}/b`);
    const source = urls(path, { cache: join(dir, 'cache'), allowPrivate: [host], retries: 0, concurrency: 1 });
    const first = source.records()[Symbol.asyncIterator]();
    const begun = first.next();
    const second = Array.fromAsync(source.records());
    await begun;
    await first.return!();
    expect((await second).map(({ problem }) => problem)).toEqual([undefined, undefined]);
  });

  test('gives pictures in the order of the list, with texts, ids and further columns', async () => {
    answer = ({ url }, response) => setTimeout(() => response.end(jpeg), url === '/a' ? 60 : 0);
    const path = join(dir, 'list.csv.gz');
    const table = `key,link,alt,licence\nx,${origin}/a,a cat,by\ny,${origin}/b,a dog,\nz,,a text alone,\n`;
    await writeFile(path, gzipSync(table));
    const settings = { url: 'link', text: 'alt', id: 'key', columns: ['licence'], cache: join(dir, 'c') };
    const source = urls(path, { ...settings, allowPrivate: [host] });
    const records = await Array.fromAsync(source.records());
    expect(records.map(({ id, text, meta, image }) => [id, text, meta ?? null, image?.name ?? null])).toEqual([
      ['x', 'a cat', { url: `${origin}/a`, licence: 'by' }, `${origin}/a`],
      ['y', 'a dog', { url: `${origin}/b`, licence: '' }, `${origin}/b`],
      ['z', 'a text alone', null, null],
    ]);
    expect(source.settings).toMatchObject({ kind: 'urls', file: 'list.csv.gz', url: 'link', columns: ['licence'] });
  });

  test.each([
    ['list.tsv', () => `url\ttext\n${origin}/a\ta cat\n`],
    ['list.jsonl', () => `${JSON.stringify({ url: `${origin}/a`, text: 'a cat' })}\n`],
    ['list.json', () => JSON.stringify([{ url: `${origin}/a`, text: 'a cat' }])],
    [
      'list.parquet',
      () =>
        Buffer.from(
          parquetWriteBuffer({
            columnData: [
              { name: 'url', data: [`${origin}/a`], type: 'STRING' },
              { name: 'text', data: ['a cat'], type: 'STRING' },
            ],
          }),
        ),
    ],
  ])('reads %s', async (name, content) => {
    await writeFile(join(dir, name), content());
    const source = urls(join(dir, name), { text: 'text', cache: join(dir, 'c'), allowPrivate: [host] });
    const [record, ...others] = await Array.fromAsync(source.records());
    expect([record!.text, record!.image?.name, others]).toEqual(['a cat', `${origin}/a`, []]);
  });

  const head = { 'content-type': 'image/jpeg' };
  const page = '<!doctype html><html><body>404</body></html>';
  test.each<[string, (request: IncomingMessage, response: ServerResponse) => void, string]>([
    ['a stall before the head', () => {}, 'it was not answered to the end within 0.3 s'],
    [
      'a stall in the body',
      (_, response) => response.writeHead(200, head).write(jpeg.subarray(0, 600)),
      'it was not answered to the end within 0.3 s',
    ],
    [
      'a slow drip',
      (_, response) => {
        let at = 0;
        response.writeHead(200, head);
        const drip = setInterval(() => response.write(jpeg.subarray(at, ++at)), 20);
        response.on('close', () => clearInterval(drip));
      },
      'it was not answered to the end within 0.3 s',
    ],
    [
      'a length that is too great',
      (_, response) => {
        response.writeHead(200, { ...head, 'content-length': jpeg.length + 9 }).write(jpeg);
        setTimeout(() => response.destroy(), 30);
      },
      'the connection broke',
    ],
    [
      'a length beyond the cap',
      (_, response) => response.writeHead(200, { 'content-length': 10 ** 9 }).write(jpeg),
      'it has more than the 50000 bytes that are taken',
    ],
    [
      'a huge body without a length',
      (_, response) => {
        response.write(jpeg);
        const more = () => response.write(Buffer.alloc(2 ** 16)) && setImmediate(more);
        response.on('drain', more).on('close', () => response.removeAllListeners('drain'));
        more();
      },
      'it has more than the 50000 bytes that are taken',
    ],
    [
      'a gzip bomb',
      (_, response) =>
        response
          .writeHead(200, { 'content-encoding': 'gzip' })
          .end(gzipSync(Buffer.concat([jpeg, Buffer.alloc(20 * 2 ** 20)]))),
      'it has more than the 50000 bytes that are taken',
    ],
    [
      'broken gzip',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(jpeg),
      'the answer cannot be unpacked',
    ],
    [
      'an unknown packing',
      (_, response) => response.writeHead(200, { 'content-encoding': 'x' }).end(jpeg),
      'it is packed as "x"',
    ],
    ['HTML as JPEG', (_, response) => response.writeHead(200, head).end(page), 'received HTML'],
    ['SVG', (_, response) => response.end('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'received SVG'],
    ['PDF', (_, response) => response.end('%PDF-1.7'), 'received PDF'],
    ['nothing', (_, response) => response.end(), 'received nothing'],
    ['404', (_, response) => response.writeHead(404).end(page), 'the server answered 404'],
    ['304 unasked', (_, response) => response.writeHead(304).end(), 'the server answered 304'],
    [
      'a redirect loop',
      (_, response) => response.writeHead(302, { location: '/again' }).end(),
      'it leads on more than 5 times',
    ],
    [
      'a redirect to a private address',
      (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
      '169.254.169.254 is no public address',
    ],
    [
      'a redirect to a name of this machine',
      (_, response) => response.writeHead(302, { location: 'http://localhost:1/' }).end(),
      'its host has no public address',
    ],
    [
      'a redirect to a file',
      (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      'expected an http',
    ],
    [
      'a robots tag',
      (_, response) => response.writeHead(200, { 'x-robots-tag': 'NoAI' }).end(jpeg),
      'X-Robots-Tag: noai',
    ],
  ])('%s is a problem of the record', async (_, fault, problem) => {
    answer = fault;
    expect(await fate('/a', { timeout: 0.3, maxBytes: 50_000 })).toContain(problem);
    const left = await readdir(join(dir, 'cache'), { recursive: true });
    expect(left.filter((name) => !/^..$|\.json$/.test(name))).toEqual([]);
  });

  test.each([
    'http://127.0.0.1:1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::ffff:127.0.0.1]/',
    'http://localhost/',
  ])('%s is never asked', async (url) => {
    expect(await fate(url)).toMatch(/no public address/);
  });

  test('the same server is no public address where it is not allowed', async () => {
    expect(await fate('/a', { allowPrivate: [] })).toBe('127.0.0.1 is no public address');
    expect(seen).toEqual([]);
  });

  test.each(['ftp://example.com/a.jpg', 'nothing', 'http://me:secret@example.com/', 'data:image/png;base64,AA'])(
    '%s is refused',
    async (url) => {
      const [record] = await read([url]);
      expect(record!.problem).toMatch(/expected an http or https URL|carries a name or a password/);
    },
  );

  test('takes a picture whose server comes back: 500, then a broken connection, then 200', async () => {
    answer = (_, response, turn) => {
      if (turn === 0) response.writeHead(500).end();
      else if (turn === 1) response.destroy();
      else response.end(jpeg);
    };
    expect(await fate('/a', { retries: 2 })).toBe('fetched');
    expect(seen).toHaveLength(3);
  });

  test('waits as 429 says, and gives up where it says too long', async () => {
    answer = (_, response, turn) =>
      turn === 0 ? response.writeHead(429, { 'retry-after': '0' }).end() : response.end(jpeg);
    expect(await fate('/a', { retries: 1 })).toBe('fetched');
    answer = (_, response) => response.writeHead(429, { 'retry-after': '3600' }).end();
    expect(await fate('/b', { retries: 5 })).toBe('the server answered 429');
    expect(seen).toHaveLength(3);
  });

  test('follows redirects, unpacks gzip, and honours a robots tag for others no further', async () => {
    answer = ({ url }, response) => {
      if (url === '/a') response.writeHead(301, { location: `${origin}/b` }).end();
      else
        response.writeHead(200, { 'content-encoding': 'gzip', 'x-robots-tag': 'otherbot: noai' }).end(gzipSync(jpeg));
    };
    expect(await fate('/a')).toBe('fetched');
    expect(await fate('/c', { robots: [] })).toBe('fetched');
  });

  test('a picture cut off at its source is told when it is decoded', async () => {
    answer = (_, response) => response.end(jpeg.subarray(0, jpeg.length / 2));
    const [record] = await read([`${origin}/a`]);
    await expect(decodeImage(await record!.image!.bytes(), 'a')).rejects.toMatchObject({ code: 'image-unreadable' });
  });

  test('the cache holds for what was fetched and for what was not, and says so in one event', async () => {
    const events: AnagramEvent[] = [];
    const onEvent = (event: AnagramEvent) => events.push(event);
    answer = ({ url }, response) => response.writeHead(url === '/a' ? 200 : 404).end(jpeg);
    const list = [`${origin}/a`, `${origin}/b`, `${origin}/b`, 'nothing'];
    const first = await read(list, { onEvent });
    answer = (_, response) => response.end(jpeg);
    const second = await read(list, { onEvent });
    const told = (records: typeof first) => records.map(({ problem }) => problem ?? 'fetched');
    expect(told(second)).toEqual(told(first));
    expect(seen).toHaveLength(2);
    expect(events).toEqual([
      { type: 'pictures-fetched', source: 'list.txt', fetched: 1, failed: { 'status-404': 1, 'bad-url': 1 } },
    ]);
    expect(told(await read(list.slice(0, 3), { refetch: 'failed' }))).toEqual(['fetched', 'fetched', 'fetched']);
    expect(seen).toHaveLength(3);
  });

  test('asks again only for what has changed, and keeps a picture through its server’s bad hour', async () => {
    answer = (_, response) => response.writeHead(200, { etag: '"1"' }).end(jpeg);
    await read([`${origin}/a`]);
    answer = ({ headers }, response) => response.writeHead(headers['if-none-match'] === '"1"' ? 304 : 500).end();
    expect(await fate('/a', { refetch: 'all' })).toBe('fetched');
    answer = (_, response) => response.writeHead(503).end();
    expect(await fate('/a', { refetch: 'all' })).toBe('fetched');
    answer = (_, response) => response.writeHead(410).end();
    expect(await fate('/a', { refetch: 'all' })).toBe('the server answered 410');
    expect(seen).toHaveLength(4);
  });

  test('has no more requests under way than agreed, to one host and in all', async () => {
    let open = 0;
    let most = 0;
    answer = (_, response) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        response.end(jpeg);
      }, 15);
    };
    const list = Array.from({ length: 24 }, (_, at) => `${origin}/${at}`);
    await read(list, { perHost: 3 });
    expect(most).toBe(3);
    most = 0;
    await read(
      list.map((url) => `${url}x`),
      { concurrency: 2 },
    );
    expect(most).toBe(2);
  });

  test('stops at an abort and when its reader has enough, with no request left', async () => {
    answer = ({ url }, response) => (url === '/0' ? response.end(jpeg) : undefined);
    const path = join(dir, 'list.txt');
    await writeFile(path, Array.from({ length: 8 }, (_, at) => `${origin}/${at}`).join('\n'));
    const source = () => urls(path, { cache: join(dir, 'cache'), allowPrivate: [host] });
    for await (const record of source().records()) {
      expect(record.id).toBe('1');
      break;
    }
    const controller = new AbortController();
    const reading = Array.fromAsync(source().records({ signal: controller.signal }));
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });

  test('names the column that a list lacks', async () => {
    await writeFile(join(dir, 'a.csv'), 'link\nx\n');
    const source = urls(join(dir, 'a.csv'), { url: 'lnk', cache: dir });
    await expect(Array.fromAsync(source.records())).rejects.toThrow('no column "lnk". Did you mean "link"?');
  });
});
