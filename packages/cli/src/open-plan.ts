import { resolve } from 'node:path';
import { type Json, type Knobs, parseSettings, type Source } from '@anagram/core';
import * as z from 'zod';
import { openSource } from './open-source.ts';

/** What workers need to know of a `prepare`. Paths are absolute: a worker runs somewhere else. */
const schema = z.strictObject({
  source: z.string(),
  settings: z.record(z.string(), z.json()),
  cache: z.string(),
  verifier: z.string(),
});

export function planOf(paths: {
  source: string;
  settings: Readonly<Record<string, unknown>>;
  cache: string;
  verifier: string;
}): Json {
  const { cache = paths.cache, ...settings } = paths.settings;
  const [source, verifier] = [resolve(paths.source), resolve(paths.verifier)];
  return parseSettings('plan', schema, { source, settings, cache: resolve(String(cache)), verifier });
}

/** @throws AnagramError `invalid-options` */
export function openPlan(plan: unknown, { onEvent }: Knobs): { source: Source; verifier: string } {
  const { source, settings, cache, verifier } = parseSettings('plan', schema, plan);
  return { source: openSource(source, settings, { cache, ...(onEvent && { onEvent }) }), verifier };
}
