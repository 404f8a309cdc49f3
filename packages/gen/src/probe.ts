import { encodePng, isAnagramError } from '@anagram/core';
import * as z from 'zod';
import { askPicture } from './ask-picture.ts';
import { askText } from './ask-text.ts';
import type { ModelHandle } from './model-handle.ts';

/** What a model is wanted for: texts, texts about pictures, pictures, or changed pictures. */
export type ModelUse = 'write' | 'see' | 'draw' | 'edit';

/** What came of one real call. */
export interface Probe {
  readonly ok: boolean;
  /** Of the call that was answered, in milliseconds; null where none was. */
  readonly latencyMs: number | null;
  /** Of texts: whether an answer is held to the form that is asked for, or only checked afterwards. */
  readonly constrained: boolean | null;
  /** Whether a picture was accepted; null where none was shown. */
  readonly sees: boolean | null;
  /** What went wrong, without secrets. */
  readonly problem: string | null;
}

export interface ProbeOptions {
  /** @default 60000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** A clock in milliseconds. */
  now(): number;
}

const version = 'probe@1';
const schema = z.strictObject({ colour: z.string() });

/**
 * Tries a model with one small call, as it would be used, without repetition; a model that should see and refuses the picture is
 * asked again without it, which tells a blind model from a server that does not answer. Drawing and editing cost a picture.
 * Never throws but for an abort.
 */
export async function probe(model: ModelHandle, use: ModelUse, options: ProbeOptions): Promise<Probe> {
  try {
    if (use === 'draw' || use === 'edit') return await probePicture(model, use, options);
    if (use === 'write') return await probeText(model, options);
    const seen = await failing(probeText(model, options, await square()));
    if (seen.ok) return seen;
    const blind = await failing(probeText(model, options));
    return blind.ok ? { ...blind, ok: false, sees: false, problem: `takes no picture: ${seen.problem}` } : seen;
  } catch (error) {
    return problemOf(error);
  }
}

function failing(probing: Promise<Probe>): Promise<Probe> {
  return probing.catch(problemOf);
}

function problemOf(error: unknown): Probe {
  if (!isAnagramError(error)) throw error;
  return { ok: false, latencyMs: null, constrained: null, sees: null, problem: error.message };
}

/** The question names another key than the schema does: only a model that is held to the schema answers with the schema's. */
async function probeText(model: ModelHandle, options: ProbeOptions, image?: Uint8Array): Promise<Probe> {
  const { timeoutMs = 60_000, signal, now } = options;
  const start = now();
  const attempt = await askText(
    { model, maxRetries: 0, timeoutMs },
    {
      ...{ version, instructions: 'You answer with one JSON object and nothing else.', name: 'probe', schema },
      prompt: `Which colour has ${image ? 'the picture' : 'the sky on a clear day'}? Answer with a JSON object: {"answer": "..."}.`,
      ...(image && { image }),
      ...{ seed: 0, texts: 1, signal },
    },
  );
  const latencyMs = now() - start;
  const answered = 'value' in attempt || attempt.problem === 'answer';
  return {
    ok: answered,
    latencyMs: answered ? latencyMs : null,
    constrained: answered ? 'value' in attempt : null,
    sees: image && answered ? true : null,
    problem: answered ? null : attempt.message,
  };
}

async function probePicture(model: ModelHandle, use: 'draw' | 'edit', options: ProbeOptions): Promise<Probe> {
  const { timeoutMs = 60_000, signal, now } = options;
  const start = now();
  const request = { version, text: 'A red square.', ...(use === 'edit' && { image: await square() }) };
  const picture = await askPicture({ model, maxRetries: 0, timeoutMs }, request, 0, signal);
  const latencyMs = now() - start;
  if (picture) return { ok: true, latencyMs, constrained: null, sees: use === 'edit' ? true : null, problem: null };
  const faults = Object.keys(model.meter.report().faults).join(', ');
  return { ok: false, latencyMs, constrained: null, sees: null, problem: `gave no picture: ${faults}` };
}

function square(): Promise<Uint8Array> {
  const side = 64;
  const data = new Uint8Array(side * side * 3);
  for (let at = 0; at < data.length; at += 3) data[at] = 220;
  return encodePng({ width: side, height: side, data });
}
