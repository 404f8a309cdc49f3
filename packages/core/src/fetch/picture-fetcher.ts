import type { Readable } from 'node:stream';
import { PassThrough, pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import pLimit, { type LimitFunction } from 'p-limit';
import { Agent, type Dispatcher, request } from 'undici';
import { isAnagramError } from '../errors.ts';
import { detectFormat, isDecoded } from '../image/format.ts';
import { pause } from '../pause.ts';
import { Random } from '../random.ts';
import { guardedLookup, isPrivateLiteral } from './address-guard.ts';
import { FetchFailure, wireFailure } from './fetch-failure.ts';
import type { CheckedFetchSettings } from './fetch-settings.ts';
import { retryAfter } from './retry-after.ts';
import { forbiddenByRobots } from './robots-tag.ts';

const mostRedirects = 5;
/** Bytes by which formats are told. */
const headBytes = 512;

/** What a server said of a picture, for asking again whether it has changed. */
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

export interface FetchRequest {
  /** Of the picture that lies in a cache. */
  readonly validators?: Validators;
  /** Takes the picture's bytes as they come; what it leaves behind must count only when it has resolved. */
  readonly save: (chunks: AsyncIterable<Uint8Array>) => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Fetches pictures from the open internet as from strangers: public addresses alone, at each of five redirects; every request
 * ends by its deadline; nothing larger than agreed, packed or unpacked; nothing whose first bytes are no picture's, so that
 * neither SVG nor PDF nor a page in a picture's name comes in.
 */
export class PictureFetcher {
  readonly #settings: CheckedFetchSettings;
  readonly #guarded: Agent;
  readonly #trusted: Agent;
  readonly #limit: LimitFunction;
  readonly #hosts = new Map<string, { limit: LimitFunction; users: number }>();

  constructor(settings: CheckedFetchSettings) {
    this.#settings = settings;
    this.#limit = pLimit(settings.concurrency);
    const common = { connections: settings.perHost, maxHeaderSize: 64 * 2 ** 10 };
    const timeout = settings.connectTimeout * 1000;
    this.#guarded = new Agent({ ...common, connect: { timeout, lookup: guardedLookup() } });
    this.#trusted = new Agent({ ...common, connect: { timeout } });
  }

  async close(): Promise<void> {
    await Promise.all([this.#guarded.destroy(), this.#trusted.destroy()]);
  }

  /**
   * @returns What the server says of the picture, or null where it says that the one in the cache is still the same.
   * @throws FetchFailure; `signal.reason` after an abort; errors of `save` that are no failure of the wire.
   */
  async fetch(address: string, wanted: FetchRequest): Promise<Validators | null> {
    let url = parsed(address);
    for (let redirects = 0; redirects <= mostRedirects; redirects++) {
      const dispatcher = this.#dispatcherFor(url);
      const answer = await this.#onHost(url.host, () => this.#patiently(url, dispatcher, wanted));
      if (!(answer instanceof URL)) return answer;
      if (url.protocol === 'https:' && answer.protocol !== 'https:') {
        throw new FetchFailure('redirects', `it leads from https to ${answer.protocol}//${answer.host}`);
      }
      url = answer;
    }
    throw new FetchFailure('redirects', `it leads on more than ${mostRedirects} times`);
  }

  #dispatcherFor(url: URL): Dispatcher {
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    if (this.#settings.allowPrivate.includes(`${url.hostname}:${port}`)) return this.#trusted;
    if (!isPrivateLiteral(url)) return this.#guarded;
    throw new FetchFailure('private-address', `${url.hostname} is no public address`);
  }

  async #onHost<T>(host: string, task: () => Promise<T>): Promise<T> {
    const entry = this.#hosts.get(host) ?? { limit: pLimit(this.#settings.perHost), users: 0 };
    this.#hosts.set(host, entry);
    entry.users++;
    try {
      return await entry.limit(task);
    } finally {
      if (--entry.users === 0) this.#hosts.delete(host);
    }
  }

  /** One hop, tried again where that may help. The host's place is kept while its server is waited for, the others' are not. */
  async #patiently(url: URL, dispatcher: Dispatcher, wanted: FetchRequest): Promise<Validators | URL | null> {
    const { retries, longestWait } = this.#settings;
    for (let attempt = 0; ; attempt++) {
      wanted.signal?.throwIfAborted();
      try {
        return await this.#limit(() => this.#once(url, dispatcher, wanted));
      } catch (error) {
        if (!(error instanceof FetchFailure) || !error.passing || attempt >= retries) throw error;
        if (error.wait !== null && error.wait > longestWait) throw error;
        // Full jitter: those that failed together do not come back together.
        const jitter = new Random('fetch', url.href, attempt).float() * Math.min(longestWait, 2 ** attempt);
        await pause((error.wait ?? 0) + jitter, wanted.signal);
      }
    }
  }

  async #once(url: URL, dispatcher: Dispatcher, wanted: FetchRequest): Promise<Validators | URL | null> {
    const { timeout, userAgent } = this.#settings;
    wanted.signal?.throwIfAborted();
    const stop = new AbortController();
    const onAbort = () => stop.abort(wanted.signal?.reason);
    wanted.signal?.addEventListener('abort', onAbort);
    const late = new FetchFailure('timeout', `it was not answered to the end within ${timeout} s`, { passing: true });
    const deadline = setTimeout(() => stop.abort(late), timeout * 1000);
    const { etag, lastModified } = wanted.validators ?? {};
    const headers = {
      'user-agent': userAgent,
      accept: 'image/*',
      'accept-encoding': 'identity',
      ...(etag !== undefined && { 'if-none-match': etag }),
      ...(lastModified !== undefined && { 'if-modified-since': lastModified }),
    };
    let body: Readable | undefined;
    try {
      const answer = await request(url, { dispatcher, headers, signal: stop.signal });
      body = answer.body;
      // What is left of a body that nobody wants ends in an error that nobody needs.
      body.on('error', () => {});
      return await this.#receive(url, answer, wanted);
    } catch (error) {
      wanted.signal?.throwIfAborted();
      if (isAnagramError(error)) throw error;
      throw wireFailure(stop.signal.aborted ? stop.signal.reason : error);
    } finally {
      clearTimeout(deadline);
      wanted.signal?.removeEventListener('abort', onAbort);
      body?.destroy();
    }
  }

  async #receive(url: URL, answer: Dispatcher.ResponseData, wanted: FetchRequest): Promise<Validators | URL | null> {
    const { statusCode: status, headers, body } = answer;
    const { robots, userAgent, maxBytes } = this.#settings;
    const header = (name: string) => [headers[name]].flat()[0];
    const location = header('location');
    if ([301, 302, 303, 307, 308].includes(status) && location !== undefined) return parsed(location, url);
    if (status === 304 && wanted.validators) return null;
    if (status !== 200) {
      const passing = status >= 500 || [408, 425, 429].includes(status);
      const wait = retryAfter(header('retry-after'));
      throw new FetchFailure(`status-${status}`, `the server answered ${status}`, { passing, wait });
    }
    const forbidden = forbiddenByRobots(headers['x-robots-tag'], robots, userAgent);
    if (forbidden !== null) throw new FetchFailure('robots', `its server forbids it (X-Robots-Tag: ${forbidden})`);
    if (Number(header('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
    await wanted.save(asPicture(unpacked(capped(body, maxBytes), header('content-encoding')), maxBytes));
    const [etag, lastModified] = [header('etag'), header('last-modified')];
    return { ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }) };
  }
}

function parsed(address: string, base?: URL): URL {
  const url = URL.parse(address, base?.href);
  if (!url || !/^https?:$/.test(url.protocol)) throw new FetchFailure('bad-url', 'expected an http or https URL');
  if (url.username || url.password) throw new FetchFailure('bad-url', 'it carries a name or a password');
  return url;
}

function unpacked(chunks: AsyncIterable<Uint8Array>, encoding = 'identity'): AsyncIterable<Uint8Array> {
  const name = encoding.trim().toLowerCase();
  const makers = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress };
  if (name === '' || name === 'identity') return chunks;
  if (!Object.hasOwn(makers, name)) {
    throw new FetchFailure('encoding', `it is packed as ${JSON.stringify(name.slice(0, 40))}, which was not asked for`);
  }
  return pipeline(chunks, makers[name as keyof typeof makers](), new PassThrough(), () => {});
}

async function* capped(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

/** The bytes, once the first of them are a picture's. */
async function* asPicture(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let head = Buffer.alloc(0);
  let told = false;
  for await (const chunk of capped(chunks, maxBytes)) {
    if (told) yield chunk;
    else {
      head = Buffer.concat([head, chunk]);
      told = head.length >= headBytes;
      if (told) yield requirePicture(head);
    }
  }
  if (!told) yield requirePicture(head);
}

function requirePicture(head: Buffer): Buffer {
  const format = detectFormat(head);
  if (isDecoded(format)) return head;
  const received = head.length === 0 ? 'nothing' : format === null ? 'something else' : format.toUpperCase();
  throw new FetchFailure(
    'not-a-picture',
    `expected a JPEG, PNG, WebP, GIF, AVIF or TIFF picture, received ${received}`,
  );
}

function tooLarge(maxBytes: number): FetchFailure {
  return new FetchFailure('too-large', `it has more than the ${maxBytes} bytes that are taken`);
}
