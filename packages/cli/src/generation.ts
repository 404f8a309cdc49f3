import { join } from 'node:path';
import { type OnEvent, parseSettings, writeAtomic } from '@anagram/core';
import { Meter, type MeterReport, type ProviderSettings, providersSchema } from '@anagram/gen';
import * as z from 'zod';
import type { Config } from './config.ts';

const limit = z.number().min(0).exactOptional();
const schema = z.strictObject({
  providers: providersSchema.default({}),
  /** Keeps every answer. @default DIR/cache/requests */
  cache: z.string().optional(),
  budget: z.strictObject({ calls: limit, tokens: limit, money: limit }).default({}),
});

/** Section `generation`. */
export type GenerationSettings = z.input<typeof schema>;

/** What the generators of one command share. */
export interface Generation {
  readonly providers: ProviderSettings;
  readonly meter: Meter;
}

/**
 * Runs what generates: its requests go through one meter, whose figures go to `DIR/generation.json` however it ends, if anything was
 * asked at all.
 */
export async function withGeneration<T>(
  config: Config,
  dir: string,
  onEvent: OnEvent,
  work: (generation: Generation) => Promise<T>,
): Promise<T> {
  const {
    providers,
    cache = join(dir, 'cache', 'requests'),
    budget,
  } = parseSettings('generation', schema, config('generation'));
  const meter = new Meter({ cache, budget, onEvent });
  try {
    return await work({ providers, meter });
  } finally {
    const report = meter.report();
    if (report.calls + report.cached > 0) {
      await writeAtomic(join(dir, 'generation.json'), `${JSON.stringify(report, null, 2)}\n`);
      onEvent({ type: 'stage-end', stage: 'generation', done: report.calls, note: noteOf(report) });
    }
  }
}

function noteOf({ cached, inputTokens, outputTokens, pictures, money, faults }: MeterReport): string {
  const met = Object.entries(faults).map(([kind, times]) => `${times} ${kind}`);
  const spent = `${cached} from the cache, ${inputTokens + outputTokens} tokens, ${pictures} pictures, cost ${money.toFixed(2)}`;
  return met.length > 0 ? `${spent}; faults: ${met.join(', ')}` : spent;
}
