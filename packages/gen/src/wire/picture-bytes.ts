import { WireFault } from './fault.ts';

const mostBytes = 64 * 2 ** 20;

/** How a wire delivers a picture: base64, a data URL, or the address of a file. */
export function isAddress(value: string): boolean {
  return /^https?:\/\//i.test(value) || value.startsWith('/');
}

/**
 * Fetches a picture that a server named instead of sending it. Only from the server itself, or over https; without the key, and
 * without following redirects.
 */
export async function fetchPicture(
  value: string,
  server: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const url = new URL(value, server);
  if (url.origin !== new URL(server).origin && url.protocol !== 'https:') {
    throw new WireFault('empty-picture', `a picture at ${url.origin}, which is neither the server itself nor https`);
  }
  try {
    const response = await fetch(url, { redirect: 'error', ...(signal && { signal }) });
    if (!response.ok)
      throw new WireFault('empty-picture', `status ${response.status} for the picture at ${url.origin}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length > mostBytes) throw new WireFault('empty-picture', 'a picture of more than 64 MB');
    return bytes;
  } catch (error) {
    if (signal?.aborted || error instanceof WireFault) throw error;
    throw new WireFault('connection', `the picture at ${url.origin} could not be fetched`);
  }
}

/** Bytes of base64, with or without the head of a data URL. */
export function fromBase64(value: string): Uint8Array {
  return new Uint8Array(Buffer.from(value.replace(/^data:[^,]*,/, ''), 'base64'));
}
