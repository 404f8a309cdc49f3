import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FileServer extends AsyncDisposable {
  url: string;
  /** `method range` of each request. */
  requests: string[];
  content: Buffer;
  etag: string;
  /** Sends no more than so many bytes of an answer, and waits for `breakOff`; null = all of it. */
  breakAfter: number | null;
  /** Breaks the connection of the last answer. */
  breakOff: () => void;
  /** Waits for this before it goes on after half of an answer. */
  half: Promise<void>;
}

/** Serves one file with Range and If-Range, and misbehaves on demand. */
export async function serveFile(content: Buffer): Promise<FileServer> {
  const state = {
    requests: [] as string[],
    content,
    etag: '"one"',
    breakAfter: null as number | null,
    breakOff: () => {},
    half: Promise.resolve(),
  };
  const server = createServer((request, response) => void answer(state, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}/libtorch-2.13.0%2Bcpu.zip`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

type State = Omit<FileServer, 'url' | typeof Symbol.asyncDispose>;

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  state.requests.push(request.headers.range ?? 'all');
  const whole = state.content;
  const resume = range !== null && request.headers['if-range'] === state.etag;
  const start = resume ? Number(range[1]) : 0;
  if (start > whole.length) {
    response.writeHead(416).end();
    return;
  }
  const body = whole.subarray(start);
  response.writeHead(resume ? 206 : 200, { etag: state.etag, 'content-length': body.length });
  if (state.breakAfter !== null) {
    state.breakOff = () => response.destroy();
    response.write(body.subarray(0, state.breakAfter));
    return;
  }
  response.write(body.subarray(0, body.length / 2));
  await state.half;
  response.end(body.subarray(body.length / 2));
}
