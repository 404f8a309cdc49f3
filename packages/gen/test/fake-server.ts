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
  | { readonly kind: 'empty' }
  | { readonly kind: 'address' }
  | { readonly kind: 'picture'; readonly bytes: Uint8Array }
  | { readonly kind: 'reset' }
  | { readonly kind: 'stall' }
  /** Of a ComfyUI job: it ends without a picture; it still waits; the server was started anew and knows nothing of it. */
  | { readonly kind: 'failed-job' | 'waiting' | 'forgotten' };

/** What ComfyUI is asked besides `/prompt`. */
export type ComfyStep = 'upload' | 'history' | 'queue' | 'view';

export interface FakeServer {
  readonly baseUrl: string;
  readonly chats: ChatRequest[];
  readonly images: ImageRequest[];
  readonly faults: Fault[];
  /** Used up one for each request of that step. */
  readonly stepFaults: { readonly [step in ComfyStep]: Fault[] };
  close(): Promise<void>;
}

/**
 * A server that speaks on the loopback the OpenAI-compatible wire (`/v1/chat/completions`, `/v1/images/generations`,
 * `/v1/images/edits`), Anthropic's (`/v1/messages`), AUTOMATIC1111's (`/sdapi/v1/txt2img`, `img2img`) and ComfyUI's (`/upload/image`,
 * `/prompt`, `/history`, `/queue`, `/view`). Faults meet what draws or writes, `stepFaults` what ComfyUI is asked besides. With `apiKey` it asks for
 * that key, and repeats a wrong one in its answer as real servers do. A first part `/run-NAME` of a path only tells who asks.
 */
export async function startFakeServer(behaviour: {
  apiKey?: string;
  chat?: (request: ChatRequest) => string | Promise<string>;
  picture?: (request: ImageRequest) => Uint8Array;
}): Promise<FakeServer> {
  const chats: ChatRequest[] = [];
  const images: ImageRequest[] = [];
  const faults: Fault[] = [];
  const stepFaults = { upload: [] as Fault[], history: [] as Fault[], queue: [] as Fault[], view: [] as Fault[] };
  const files = new Map<string, Uint8Array>();
  /** ComfyUI's jobs that are not done. */
  const waiting = new Set<string>();

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const whole = request.url ?? '';
    const path = whole.replace(/^\/run-[^/]*/, '');
    const key = request.headers['x-api-key'];
    const authorization = typeof key === 'string' ? `Bearer ${key}` : request.headers.authorization;
    if (path === '/files/picture.png') return sendBytes(response, files.get(path)!);
    if (behaviour.apiKey !== undefined && !isKey(authorization, behaviour.apiKey)) {
      return refuse(response, 401, `Incorrect API key provided: ${authorization?.replace('Bearer ', '')}.`);
    }
    const step = (/^\/(upload|history|queue|view)\b/.exec(path)?.[1] ?? null) as ComfyStep | null;
    if (step) return comfyStep(step, path, response, stepFaults[step].shift());

    const isChat = path === '/v1/chat/completions';
    const isMessages = path === '/v1/messages';
    const asked = isChat || isMessages ? JSON.parse(bytes.toString('utf8')) : null;
    if (isChat) chats.push({ path: whole, authorization, body: asked });
    else if (isMessages) chats.push({ path: whole, authorization, body: asChat(asked) });
    else images.push(await readImageRequest(path, request.headers['content-type'] ?? '', bytes));
    const say = isMessages ? messageOf(asked) : completion;
    const fault = faults.shift();
    if (broken(response, fault)) return;
    if (fault?.kind === 'broken-json')
      return send(response, 200, asked ? say('{"colour": "A bl') : '{"created": 1, "da');
    if (asked) {
      if (fault?.kind === 'refusal') return send(response, 200, say(null, "I'm sorry, I can't help with that."));
      if (fault?.kind === 'empty') return send(response, 200, say(''));
      if (behaviour.chat) return send(response, 200, say(await behaviour.chat(chats.at(-1)!)));
    }
    if (fault?.kind === 'refusal') return refuse(response, 400, 'Your request was rejected by our safety system.');
    const wire = /^\/v1\/images\/(generations|edits)$|^\/sdapi\/v1\/(txt2img|img2img)$|^\/prompt$/.exec(path);
    if (wire && behaviour.picture) {
      const drawn = fault?.kind === 'picture' ? fault.bytes : behaviour.picture(images.at(-1)!);
      const none = fault?.kind === 'empty';
      files.set('/files/picture.png', drawn);
      const address = fault?.kind === 'address' ? `http://${request.headers.host}/files/picture.png` : null;
      const base64 = Buffer.from(drawn).toString('base64');
      if (wire[1] !== undefined) {
        const data = none ? [] : [address ? { url: address } : { b64_json: base64 }];
        return send(response, 200, JSON.stringify({ created: 1, data }));
      }
      if (wire[2] !== undefined) {
        return send(
          response,
          200,
          JSON.stringify({ images: none ? [] : [address ?? base64], parameters: {}, info: '' }),
        );
      }
      const id = `job-${images.length}`;
      if (!none) files.set(id, drawn);
      return send(response, 200, JSON.stringify({ prompt_id: id, number: 1, node_errors: {} }));
    }
    return refuse(response, 404, `No route for ${path}.`);
  };

  function comfyStep(step: ComfyStep, path: string, response: ServerResponse, fault: Fault | undefined): void {
    if (broken(response, fault)) return;
    if (fault?.kind === 'broken-json') send(response, 200, '{"na');
    else if (step === 'upload')
      send(response, 200, JSON.stringify({ name: 'upload.png', subfolder: '', type: 'input' }));
    else if (step === 'view') {
      const name = new URLSearchParams(path.slice('/view?'.length)).get('filename')!;
      sendBytes(response, fault?.kind === 'picture' ? fault.bytes : files.get(name)!);
    } else if (step === 'queue') {
      const queue_pending = [...waiting].map((id, number) => [number, id, {}, {}, []]);
      send(response, 200, JSON.stringify({ queue_running: [], queue_pending }));
    } else {
      const id = path.split('/').at(-1)!;
      if (fault?.kind === 'waiting') waiting.add(id);
      else waiting.delete(id);
      const unknown = fault?.kind === 'waiting' || fault?.kind === 'forgotten';
      const failed = fault?.kind === 'failed-job';
      const images = files.has(id) ? [{ filename: id, subfolder: '', type: 'output' }] : [];
      const job = { outputs: failed ? {} : { 9: { images } }, status: { status_str: failed ? 'error' : 'success' } };
      send(response, 200, JSON.stringify(unknown ? {} : { [id]: job }));
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => refuse(response, 500, String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    ...{ chats, images, faults, stepFaults },
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

/** Faults of the connection and the status; true where nothing else is to be answered. */
function broken(response: ServerResponse, fault: Fault | undefined): boolean {
  if (fault?.kind === 'reset') response.socket?.resetAndDestroy();
  if (fault?.kind === 'status') refuse(response, fault.status, fault.message ?? 'Try again.', fault.headers);
  return fault?.kind === 'stall' || fault?.kind === 'reset' || fault?.kind === 'status';
}

interface Message {
  readonly output_config?: { readonly format?: { readonly schema: unknown } };
  readonly tools?: readonly { readonly input_schema: unknown }[];
}

/** What Anthropic's wire asks, with the schema where OpenAI's has it. */
function asChat(asked: Message & ChatRequest['body']): ChatRequest['body'] {
  const schema = asked.output_config?.format?.schema ?? asked.tools?.[0]?.input_schema;
  return { ...asked, response_format: { type: 'json_schema', json_schema: { schema } } };
}

/** An answer as Anthropic gives it: older models by a tool whose input has the form, newer ones as text. */
function messageOf({ tools }: Message): (content: string | null, refusal?: string) => string {
  return (content, refusal) => {
    const json = tools && content !== null ? parsed(content) : undefined;
    const part = json
      ? { type: 'tool_use', id: 't', name: 'json', input: json }
      : { type: 'text', text: content ?? refusal };
    const stop = refusal === undefined ? (json ? 'tool_use' : 'end_turn') : 'refusal';
    return JSON.stringify({
      ...{ id: 'x', type: 'message', role: 'assistant', model: 'm', content: content === '' ? [] : [part] },
      ...{ stop_reason: stop, stop_sequence: null, usage: { input_tokens: 1, output_tokens: 1 } },
    });
  };
}

function parsed(text: string): object | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  send(response, status, JSON.stringify({ error: { message, type: 'error', param: null, code: null } }));
}

function sendBytes(response: ServerResponse, bytes: Uint8Array): void {
  response.writeHead(200, { 'content-type': 'image/png' }).end(bytes);
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

/** As a bearer token, or as AUTOMATIC1111 takes it. */
function isKey(authorization: string | undefined, key: string): boolean {
  return authorization === `Bearer ${key}` || authorization === `Basic ${Buffer.from(key).toString('base64')}`;
}
