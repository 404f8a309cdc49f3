import { AnagramError } from '../errors.ts';
import { retryAfter } from '../fetch/retry-after.ts';
import { pause } from '../pause.ts';
import type { HubReference } from './hub-reference.ts';
import type { HubSettings } from './hub-settings.ts';

/** Times that one request is made before its failure is told: of a busy server, and where there is no answer at all. */
const attempts = 5;
const attemptsUnheard = 3;
/** Seconds that are waited at most for a server that names a time. */
const longestWait = 60;
const passing = new Set([408, 429, 500, 502, 503, 504]);

/** The network gave no answer at all: what lies in the cache may still do. */
export class Unreachable extends Error {}

/**
 * A `fetch` for the Hub: sends the token to the Hub's own host alone (a redirect to another host goes without it), waits as
 * `Retry-After` says, tries broken connections again, and turns a refusal into one sentence.
 * @throws AnagramError `download-failed`; Unreachable; `signal.reason` after an abort.
 */
export function hubFetch(settings: HubSettings, reference: HubReference, signal?: AbortSignal): typeof fetch {
  const home = new URL(settings.endpoint).origin;
  return async (input, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('user-agent', 'anagram');
    const url = new URL(input instanceof Request ? input.url : input);
    if (settings.token && url.origin === home) headers.set('authorization', `Bearer ${settings.token}`);
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      const answer = await fetch(url, { ...init, headers, signal: signal ?? null }).catch((cause: Error) => {
        signal?.throwIfAborted();
        return cause;
      });
      if (answer instanceof Response && (answer.ok || answer.status === 416)) return answer;
      const again = answer instanceof Error || passing.has(answer.status);
      const wait = answer instanceof Error ? null : retryAfter(answer.headers.get('retry-after'));
      if (!(answer instanceof Error)) await answer.body?.cancel();
      if (
        !again ||
        attempt >= (answer instanceof Error ? attemptsUnheard : attempts) ||
        (wait !== null && wait > longestWait)
      ) {
        if (!(answer instanceof Error)) throw refused(answer, settings, reference);
        throw new Unreachable(`${home} gives no answer`, { cause: answer });
      }
      await pause(wait ?? 0.5 * 2 ** (attempt - 1), signal);
    }
  };
}

function refused({ status, headers }: Response, settings: HubSettings, reference: HubReference): AnagramError {
  const { repository, revision } = reference;
  const page = `${settings.endpoint}/${repository}`;
  const code = headers.get('x-error-code');
  const withToken = 'set HF_TOKEN to one that may read it (https://huggingface.co/settings/tokens)';
  if (code === 'GatedRepo') {
    const remedy = settings.token
      ? `Ask for access at ${page} with the account that the token is of`
      : `Ask for access at ${page}, then set HF_TOKEN to a token of that account (https://huggingface.co/settings/tokens)`;
    return hubFailure(
      reference,
      `its owners give access on request, and this request was refused (${status}). ${remedy}.`,
    );
  }
  if (code === 'RevisionNotFound') {
    return hubFailure(
      reference,
      `it has no revision ${revision}. Expected a branch, a tag or a commit that ${page}/tree/main lists.`,
    );
  }
  if (code === 'EntryNotFound') {
    return hubFailure(reference, `a file that it lists is not there (404). Try again, or name another revision.`);
  }
  if (status === 401 || status === 404) {
    const sent = settings.token ? 'the token that was sent may not read it' : 'it is private and no token was sent';
    return hubFailure(reference, `there is no such model, or ${sent} (${status}). Correct the name, or ${withToken}.`);
  }
  if (status === 403) {
    return hubFailure(
      reference,
      `the token that was sent may not read it (403). Expected a token with read access: ${withToken}.`,
    );
  }
  if (status === 429) {
    return hubFailure(
      reference,
      `too many requests were made (429). Try again later, or ${withToken}: known users may ask more.`,
    );
  }
  return hubFailure(reference, `${settings.endpoint} answered ${status}. Try again later: what came so far is kept.`);
}

/** @param why Fragment of a sentence, and the remedy. */
export function hubFailure(reference: HubReference, why: string, cause?: unknown): AnagramError<'download-failed'> {
  const { repository } = reference;
  return new AnagramError(
    'download-failed',
    `hf:${repository} cannot be downloaded: ${why}`,
    { repository },
    { cause },
  );
}
