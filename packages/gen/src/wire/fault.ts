/** What can go wrong between a question and an answer; the keys of a report's `faults`. */
export type FaultKind =
  | 'refusal'
  | 'broken-json'
  | 'wrong-form'
  | 'empty-picture'
  | 'wrong-size'
  | 'rate-limited'
  | 'server-error'
  | 'stall'
  | 'connection'
  | 'too-long'
  | 'rejected';

/**
 * Thrown by wires. `rejected`: repeating cannot help (a wrong key, an unknown model). `refusal`: the model's answer is no. `too-long`:
 * the model cannot read as much as this question has.
 */
export class WireFault extends Error {
  readonly kind: FaultKind;
  /** How long the server asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | null;

  constructor(kind: FaultKind, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.name = 'WireFault';
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Of a model in this process.
 * @param provider Its name in the settings.
 */
export function longerThan(context: number, asked: number, provider: string): WireFault {
  return new WireFault(
    'too-long',
    `it reads ${context} tokens, and the question has ${asked}. Raise generation.providers.${provider}.contextTokens if the model itself reads more, or take a model that does`,
  );
}

const tooLong = /context.{0,3}(length|size|window)|(prompt|input) is too long/i;
const policy = /content.?(policy|filter|management)|moderation|safety system|nsfw|responsible.?ai/i;

/** The fault that a status of 400 and above means. */
export function faultOfStatus(status: number, body: string, headers: Headers): WireFault {
  const said = `status ${status}: ${sentenceIn(body)}`;
  if (status === 429) return new WireFault('rate-limited', said, retryAfter(headers));
  if (status === 408 || status === 425 || status >= 500)
    return new WireFault('server-error', said, retryAfter(headers));
  if (tooLong.test(body)) return new WireFault('too-long', said);
  return new WireFault(policy.test(body) ? 'refusal' : 'rejected', said);
}

/** `Retry-After` in seconds or as a date, or OpenAI's `retry-after-ms`; null where there is none. */
function retryAfter(headers: Headers): number | null {
  const milliseconds = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  if (milliseconds >= 0) return milliseconds;
  const value = headers.get('retry-after');
  if (value === null) return null;
  const seconds = Number(value);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(wait) ? null : Math.max(0, wait);
}

/** The server's own words, in any of the forms in use. */
function sentenceIn(body: string): string {
  try {
    const { error, detail, errors, message } = JSON.parse(body);
    const said = error?.message ?? message ?? errors ?? detail ?? error ?? body;
    return (typeof said === 'string' ? said : JSON.stringify(said)).slice(0, 300);
  } catch {
    return body.slice(0, 300).trim() || 'no reason given';
  }
}
