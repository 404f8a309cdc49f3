import { faultOfStatus, WireFault } from './fault.ts';

const mostBytes = 256 * 2 ** 20;

type Look = (json: unknown, url: string, signal: AbortSignal | undefined) => Promise<unknown>;

/**
 * `fetch` as every wire uses it: reads the whole answer, and throws a `WireFault` for a status of 400 and above, a broken
 * connection and JSON that is none. An abort passes through.
 * @param look Sees (and may change) what an answer says before the wire reads it.
 */
export function wireFetch(look: Look = async (json) => json): typeof fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const { response, bytes } = await receive(input, init);
    const { status, headers } = response;
    if (status >= 400) throw faultOfStatus(status, Buffer.from(bytes).toString('utf8'), headers);
    const json = (headers.get('content-type') ?? '').includes('json');
    const body = json ? JSON.stringify(await look(parse(bytes), url, init?.signal ?? undefined)) : bytes;
    const kept = new Headers(headers);
    for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) kept.delete(name);
    return new Response(body as NonNullable<RequestInit['body']>, { status, headers: kept });
  };
}

async function receive(input: Parameters<typeof fetch>[0], init: RequestInit | undefined) {
  try {
    const response = await fetch(input, init);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > mostBytes) throw new WireFault('broken-json', `an answer of more than ${mostBytes / 2 ** 20} MB`);
      chunks.push(chunk);
    }
    return { response, bytes: new Uint8Array(Buffer.concat(chunks)) };
  } catch (error) {
    if (init?.signal?.aborted || error instanceof WireFault) throw error;
    throw new WireFault('connection', reasonOf(error));
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new WireFault('broken-json', 'an answer that is not JSON');
  }
}

/** undici says `fetch failed`, and in the cause why. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message;
}
