import { PrivateAddress } from './address-guard.ts';

/** Why a URL gave no picture, in a word that can be counted; answers of servers are counted as `status-404`. */
export type FailureReason =
  | 'bad-url'
  | 'private-address'
  | 'unknown-host'
  | 'unreachable'
  | 'broken-off'
  | 'timeout'
  | 'too-large'
  | 'redirects'
  | 'robots'
  | 'encoding'
  | 'not-a-picture'
  | `status-${number}`;

/** A URL that gave no picture. Never leaves this room as an exception: it becomes the record's problem. */
export class FetchFailure extends Error {
  readonly reason: FailureReason;
  /** Whether another attempt may go better, and after how many seconds its server asks for it. */
  readonly passing: boolean;
  readonly wait: number | null;

  /** @param message Fragment of a sentence: `… was not fetched: MESSAGE`. */
  constructor(
    reason: FailureReason,
    message: string,
    { passing = false, wait = null, cause }: { passing?: boolean; wait?: number | null; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.reason = reason;
    this.passing = passing;
    this.wait = wait;
  }
}

/** What went wrong on the wire, by the codes of Node and undici. */
export function wireFailure(error: unknown): FetchFailure {
  if (error instanceof FetchFailure) return error;
  const causes = error instanceof AggregateError ? [error, ...error.errors] : [error];
  if (causes.some((cause) => cause instanceof PrivateAddress)) {
    return new FetchFailure('private-address', 'its host has no public address', { cause: error });
  }
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND') return new FetchFailure('unknown-host', 'there is no such host', { cause: error });
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return new FetchFailure('timeout', 'no connection was made in time', { passing: true, cause: error });
  }
  if (/^(EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ETIMEDOUT)$/.test(code)) {
    return new FetchFailure('unreachable', `its host cannot be reached (${code})`, { passing: true, cause: error });
  }
  if (/^(Z_|ERR__ERROR_|ERR_BROTLI|ERR_PADDING)/.test(code)) {
    return new FetchFailure('encoding', 'the answer cannot be unpacked', { cause: error });
  }
  if (/^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) {
    return new FetchFailure('unreachable', `its certificate is not trusted (${code})`, { cause: error });
  }
  return new FetchFailure('broken-off', `the connection broke (${code || message})`, { passing: true, cause: error });
}
