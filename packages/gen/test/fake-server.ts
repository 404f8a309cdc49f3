import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a chat request said. */
export interface ChatRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: {
    readonly model: string;
    readonly seed?: number;
    readonly temperature?: number;
    readonly messages: readonly {
      readonly role: string;
      readonly content:
        | string
        | readonly { readonly type: string; readonly text?: string; readonly image_url?: { readonly url: string } }[];
    }[];
    readonly response_format?: { readonly type: string; readonly json_schema?: { readonly schema: unknown } };
    readonly [key: string]: unknown;
  };
}

/** What an images request said; `files` holds the uploaded pictures of `/images/edits`. */
export interface ImageRequest {
  readonly path: string;
  readonly fields: { readonly [name: string]: unknown };
  readonly files: readonly Uint8Array[];
}

/** Used up one for each request, before any answer is given. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly message?: string;
    }
  | { readonly kind: 'broken-json' }
  | { readonly kind: 'refusal' }
  | { readonly kind: 'stall' };

export interface FakeServer {
  readonly baseUrl: string;
  readonly chats: ChatRequest[];
  readonly images: ImageRequest[];
  readonly faults: Fault[];
  close(): Promise<void>;
}

/**
 * A server that speaks the OpenAI-compatible wire on the loopback: `/v1/chat/completions`, `/v1/images/generations` and
 * `/v1/images/edits`. With `apiKey` it asks for that key, and repeats a wrong one in its answer as real servers do.
 */
export async function startFakeServer(behaviour: {
  apiKey?: string;
  chat?: (request: ChatRequest) => string;
  picture?: (request: ImageRequest) => Uint8Array;
}): Promise<FakeServer> {
  const chats: ChatRequest[] = [];
  const images: ImageRequest[] = [];
  const faults: Fault[] = [];

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const path = request.url ?? '';
    const { authorization } = request.headers;
    if (behaviour.apiKey !== undefined && authorization !== `Bearer ${behaviour.apiKey}`) {
      return refuse(response, 401, `Incorrect API key provided: ${authorization?.replace('Bearer ', '')}.`);
    }
    const isChat = path === '/v1/chat/completions';
    if (isChat) chats.push({ path, authorization, body: JSON.parse(bytes.toString('utf8')) });
    else images.push(await readImageRequest(path, request.headers['content-type'] ?? '', bytes));
    const fault = faults.shift();
    if (fault?.kind === 'stall') return;
    if (fault?.kind === 'status') return refuse(response, fault.status, fault.message ?? 'Try again.', fault.headers);
    if (fault?.kind === 'broken-json')
      return send(response, 200, isChat ? completion('{"colour": "A bl') : '{"created": 1, "da');
    if (fault?.kind === 'refusal') return send(response, 200, completion(null, "I'm sorry, I can't help with that."));
    if (isChat && behaviour.chat) return send(response, 200, completion(behaviour.chat(chats.at(-1)!)));
    if (/^\/v1\/images\/(generations|edits)$/.test(path) && behaviour.picture) {
      const picture = Buffer.from(behaviour.picture(images.at(-1)!)).toString('base64');
      return send(response, 200, JSON.stringify({ created: 1, data: [{ b64_json: picture }] }));
    }
    return refuse(response, 404, `No route for ${path}.`);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => refuse(response, 500, String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    ...{ chats, images, faults },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readImageRequest(path: string, type: string, bytes: Buffer): Promise<ImageRequest> {
  if (!type.startsWith('multipart/form-data')) return { path, fields: JSON.parse(bytes.toString('utf8')), files: [] };
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  const fields: Record<string, unknown> = {};
  const files: Uint8Array[] = [];
  for (const [name, value] of form) {
    if (typeof value === 'string') fields[name] = value;
    else files.push(new Uint8Array(await value.arrayBuffer()));
  }
  return { path, fields, files };
}

function completion(content: string | null, refusal?: string): string {
  const message = { role: 'assistant', content, ...(refusal === undefined ? {} : { refusal }) };
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  return JSON.stringify({
    id: 'x',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage,
  });
}

function refuse(response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  send(response, status, JSON.stringify({ error: { message, type: 'error', param: null, code: null } }));
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}
