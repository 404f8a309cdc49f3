import { createHash } from 'node:crypto';
import type { ImageModelV4 } from '@ai-sdk/provider';
import { pauseFor } from '../meter/lane.ts';
import { type HandleOptions, handleOf, type ModelHandle } from '../model-handle.ts';
import { invalid, requireAddress, requireName } from './address.ts';
import { WireFault } from './fault.ts';
import { redactor } from './redact.ts';
import { answerOf, sourceOf } from './sdapi.ts';
import { wireFetch } from './wire-fetch.ts';

/** A workflow as ComfyUI saves it with "Export (API)". */
export interface Workflow {
  readonly [node: string]: { readonly class_type: string; readonly inputs: { readonly [input: string]: unknown } };
}

export interface ComfyuiOptions extends HandleOptions {
  /** Address of the server, e.g. `http://127.0.0.1:8188`. */
  readonly baseUrl: string;
  readonly workflow: Workflow;
  /** Where in the workflow each thing goes, as `NODE.inputs.NAME`; `image` for edits alone. */
  readonly slots: {
    readonly prompt: string;
    readonly seed?: string;
    readonly image?: string;
    readonly width?: string;
    readonly height?: string;
  };
  /** Sent as a bearer token, for servers behind a proxy. */
  readonly apiKey?: string;
  /** Name of the service. @default 'comfyui' */
  readonly name?: string;
  /** Between two looks at whether a picture is done, in milliseconds. @default 500 */
  readonly pollMs?: number;
}

interface Outputs {
  readonly [node: string]: { readonly images?: readonly { filename: string; subfolder: string; type: string }[] };
}
interface History {
  readonly [id: string]: { readonly outputs?: Outputs; readonly status?: { status_str?: string; messages?: unknown } };
}
/** The jobs of `/queue`, each with its number and its id first. */
interface Queue {
  readonly queue_running?: readonly (readonly unknown[])[];
  readonly queue_pending?: readonly (readonly unknown[])[];
}

/**
 * Draws with a ComfyUI workflow: uploads the picture to edit, queues the workflow with its slots filled, waits for it in
 * `/history`, and reads the first picture that it made. What breaks after a job is queued is asked again; the job is not, unless it
 * failed or the server knows it no longer.
 * @throws AnagramError `invalid-options`.
 */
export function comfyui(options: ComfyuiOptions): ModelHandle {
  const { baseUrl, workflow, slots, apiKey, name = 'comfyui', pollMs = 500 } = options;
  const url = requireAddress('comfyui', baseUrl);
  requireName('comfyui.name', name);
  for (const [slot, path] of Object.entries(slots)) fillSlot(structuredClone(workflow), slot, path, '');
  const model = createHash('sha256')
    .update(JSON.stringify([workflow, slots]))
    .digest('hex')
    .slice(0, 12);
  const send = wireFetch();
  /** Jobs that are queued and not read yet, by what they draw. */
  const queued = new Map<string, string>();
  const ask = (path: string, signal: AbortSignal | undefined, init: RequestInit = {}) =>
    send(new URL(path, `${baseUrl.replace(/\/$/, '')}/`), {
      ...init,
      headers: { ...(init.headers as object), ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }) },
      ...(signal && { signal }),
    });
  const image: ImageModelV4 = {
    specificationVersion: 'v4',
    provider: name,
    modelId: model,
    maxImagesPerCall: 1,
    async doGenerate({ prompt = '', size, providerOptions, files, abortSignal: signal }) {
      const filled = structuredClone(workflow);
      const { seed } = providerOptions[name] ?? {};
      const [width, height] = size?.split('x').map(Number) ?? [];
      const values: Record<string, unknown> = { prompt, seed, width, height };
      const source = sourceOf({ files });
      if (source !== undefined) values.image = await upload(source);
      for (const [slot, path] of Object.entries(slots)) {
        if (values[slot] !== undefined) fillSlot(filled, slot, path, values[slot]);
      }
      const job = JSON.stringify(filled);
      const id = queued.get(job) ?? (await queue(filled, signal));
      queued.set(job, id);
      const outputs = await finished(id, signal).catch((error) => {
        if (error instanceof JobFailed) queued.delete(job);
        throw error;
      });
      const pictures = await read(outputs, signal);
      queued.delete(job);
      return answerOf(pictures, model);

      async function upload(base64: string): Promise<string> {
        const bytes = Buffer.from(base64, 'base64');
        const form = new FormData();
        const file = `anagram-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.png`;
        form.set('image', new Blob([bytes]), file);
        form.set('overwrite', 'true');
        const stored = (await (await ask('upload/image', signal, { method: 'POST', body: form })).json()) as {
          name?: string;
        };
        return stored.name ?? file;
      }
    },
  };

  async function queue(filled: Workflow, signal: AbortSignal | undefined): Promise<string> {
    const answer = await ask('prompt', signal, json({ prompt: filled, client_id: `anagram-${model}` }));
    const { prompt_id: id } = (await answer.json()) as { prompt_id?: string };
    if (typeof id !== 'string') throw new WireFault('broken-json', 'an answer without prompt_id');
    return id;
  }

  async function finished(id: string, signal: AbortSignal | undefined): Promise<Outputs> {
    for (;;) {
      const outputs = await outputsOf(id, signal);
      if (outputs) return outputs;
      // A job that ended between the two questions stands in the history by now.
      if (!(await isQueued(id, signal))) {
        const late = await outputsOf(id, signal);
        if (late) return late;
        throw new JobFailed(
          `the server knows job ${id} no longer: it was restarted, or the job was taken off its queue`,
        );
      }
      await pauseFor(pollMs, signal);
    }
  }

  /** Null where the job has not ended. */
  async function outputsOf(id: string, signal: AbortSignal | undefined): Promise<Outputs | null> {
    const history = (await (await ask(`history/${id}`, signal)).json()) as History;
    const { outputs, status } = history[id] ?? {};
    if (status?.status_str === 'error') {
      throw new JobFailed(`the workflow failed: ${JSON.stringify(status.messages ?? '').slice(0, 300)}`);
    }
    return outputs ?? null;
  }

  async function isQueued(id: string, signal: AbortSignal | undefined): Promise<boolean> {
    const { queue_running = [], queue_pending = [] } = (await (await ask('queue', signal)).json()) as Queue;
    return [...queue_running, ...queue_pending].some(([, job]) => job === id);
  }

  async function read(outputs: Outputs, signal: AbortSignal | undefined): Promise<Uint8Array[]> {
    const made = Object.values(outputs).flatMap(({ images = [] }) => images);
    const file = made.find(({ type }) => type === 'output') ?? made[0];
    if (!file) return [];
    const { filename, subfolder, type } = file;
    const response = await ask(`view?${new URLSearchParams({ filename, subfolder, type })}`, signal);
    return [new Uint8Array(await response.arrayBuffer())];
  }

  return handleOf(
    { name, model, address: `${url.origin}${url.pathname}`, redact: redactor([apiKey]) },
    { image },
    options,
  );
}

class JobFailed extends WireFault {
  constructor(message: string) {
    super('server-error', message);
  }
}

function json(value: unknown): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/** Puts a value at `NODE.inputs.NAME` of a workflow. @throws AnagramError `invalid-options` where there is no such place. */
function fillSlot(workflow: Workflow, slot: string, path: string, value: unknown): void {
  const [node = '', inputs, input = ''] = path.split('.');
  const place = Object.hasOwn(workflow, node) ? workflow[node]!.inputs : undefined;
  if (inputs !== 'inputs' || !place || !Object.hasOwn(place, input)) {
    throw invalid(`comfyui.slots.${slot}`, `Expected NODE.inputs.NAME of the workflow, received "${path}"`);
  }
  (place as Record<string, unknown>)[input] = value;
}
