import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as BullMq from 'bullmq';
import { AnagramError } from '../errors.ts';

/** Of a service that fails, and of one that is silent, as on a machine under load. */
const [failingSeconds, silentSeconds] = [10, 60];
/** Packages that speak to a service, by the scheme of its URL. */
const drivers: { readonly [scheme: string]: 'ioredis' | 'pg' | undefined } = {
  'redis:': 'ioredis',
  'rediss:': 'ioredis',
  'postgres:': 'pg',
  'postgresql:': 'pg',
};

/** The service that a URL names, with the library that speaks to it. */
export interface QueueService {
  readonly library: typeof BullMq;
  /** For the library's constructors: options and, behind them, what chooses the service. */
  readonly connection: BullMq.ConnectionOptions;
  readonly factory: BullMq.BackendFactory | undefined;
  /** Turns what went wrong with the service into an error without its credentials. */
  failed(error: unknown): AnagramError<'queue-failed'>;
}

/**
 * Redis (`redis://`, `rediss://`) or PostgreSQL (`postgres://`, `postgresql://`) as BullMQ takes them. Nothing of a queue is loaded
 * before this is called.
 * @throws AnagramError `invalid-options`, `queue-failed`
 */
export async function openService(url: string): Promise<QueueService> {
  const parsed = URL.parse(url);
  const driver = drivers[parsed?.protocol ?? ''];
  if (!parsed || !driver) {
    throw new AnagramError(
      'invalid-options',
      'queue: this is no address of a queue. Expected redis://HOST:PORT, rediss://… or postgres://HOST:PORT/DATABASE.',
      { where: 'queue' },
    );
  }
  const library = await load(driver);
  const failed = (error: unknown) => {
    const queue = `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
    const said = withoutSecrets(sayingOf(error), parsed);
    const message = `The queue at ${queue} cannot be used: ${said}. Expected a service that is up and takes the credentials given. Start it, or correct the URL.`;
    return new AnagramError('queue-failed', message, { queue });
  };
  if (driver === 'ioredis') {
    // Half a minute, then what was asked fails.
    const patience = { maxRetriesPerRequest: 10, retryStrategy: (times: number) => Math.min(times * 500, 5000) };
    return { library, connection: { url, ...patience }, factory: undefined, failed };
  }
  // BullMQ keeps its tables in a schema of its own, `bullmq`.
  const connection = { connectionString: url, migrate: true } as BullMq.ConnectionOptions;
  return { library, connection, factory: library.createPostgresBackend as unknown as BullMq.BackendFactory, failed };
}

/** Waits until a client of the service can be used. What goes wrong with it later is passed over: it connects again by itself. */
export async function connected<T extends Client>(service: QueueService, client: T): Promise<T> {
  const silence = new Error('there was no answer');
  let last: unknown = silence;
  const refused = new Promise<false>((end) => {
    client.on('error', (error) => {
      last = error;
      // Redis would go on asking.
      if (/^(WRONGPASS|NOAUTH|NOPERM)/.test(error.message)) end(false);
    });
  });
  const ready = client.waitUntilReady().then(
    () => true,
    (error: unknown) => {
      last = error;
      return false;
    },
  );
  const late = async () => {
    await sleep(failingSeconds * 1000, null, { ref: false });
    if (last === silence) await sleep((silentSeconds - failingSeconds) * 1000, null, { ref: false });
    return false;
  };
  if (await Promise.race([ready, refused, late()])) return client;
  void client.close().catch(() => {});
  throw service.failed(last);
}

interface Client {
  on(event: 'error', listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

async function load(driver: string): Promise<typeof BullMq> {
  try {
    createRequire(import.meta.url).resolve(driver);
    return await import('bullmq');
  } catch (cause) {
    throw new AnagramError(
      'queue-failed',
      `A queue needs packages that are not installed: bullmq and ${driver}. Run: npm install bullmq ${driver}`,
      { queue: driver },
      { cause },
    );
  }
}

function sayingOf(error: unknown): string {
  // A name with several addresses fails once for each of them, and says nothing itself.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  if (!(first instanceof Error)) return String(first);
  if (first.name === 'MaxRetriesPerRequestError') return 'the connection was lost and did not come back';
  return (first.message || first.name).replace(/\.$/, '');
}

function withoutSecrets(text: string, url: URL): string {
  const passwords = [url.password, url.searchParams.get('password') ?? ''];
  const secrets = [url.href, ...passwords, ...passwords.map(decoded)].filter((secret) => secret !== '');
  return secrets.reduce((said, secret) => said.replaceAll(secret, '***'), text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
