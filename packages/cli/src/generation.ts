import { join } from 'node:path';
import { type OnEvent, parseSettings, writeAtomic } from '@anagram/core';
import { type Budget, Meter, type MeterReport, type ProviderSettings, providersSchema } from '@anagram/gen';
import * as z from 'zod';
import type { Config } from './config.ts';
import { count } from './table.ts';

const limit = z.number().min(0).exactOptional();
export const generationSchema = z.strictObject({
  providers: providersSchema.default({}),
  /** Keeps every answer. @default DIR/cache/requests */
  cache: z.string().optional(),
  /** What one run may send: a request that could exceed it ends the command, with exit code 3. @default no limit */
  budget: z
    .strictObject({
      /** Requests that are sent, repetitions included. */
      calls: limit,
      /** Of input and output together. */
      tokens: limit,
      /** By the prices of the services. */
      money: limit,
    })
    .default({}),
});

/** Section `generation`. */
export type GenerationSettings = z.input<typeof generationSchema>;

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
  const { providers, cache, budget } = readSettings(config, dir);
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

/** What a dry run found out. */
export interface Rehearsal<T> {
  readonly plan: T;
  /** Of calls that were counted and not made. */
  readonly report: MeterReport;
  readonly lines: readonly string[];
}

/** Runs what would generate with a meter that sends nothing, and says what the real run would cost. */
export async function rehearse<T>(
  config: Config,
  dir: string,
  onEvent: OnEvent,
  work: (generation: Generation) => Promise<T>,
): Promise<Rehearsal<T>> {
  const { providers, cache, budget } = readSettings(config, dir);
  const meter = new Meter({ cache, dryRun: true, onEvent });
  const plan = await work({ providers, meter });
  const report = meter.report();
  return { plan, report, lines: costLines(report, budget) };
}

/** The services of the settings. */
export function providersOf(config: Config): ProviderSettings {
  return parseSettings('generation', generationSchema, config('generation')).providers;
}

function readSettings(config: Config, dir: string) {
  const { cache = join(dir, 'cache', 'requests'), ...rest } = parseSettings(
    'generation',
    generationSchema,
    config('generation'),
  );
  return { ...rest, cache };
}

function costLines(report: MeterReport, budget: Budget): string[] {
  const { calls, cached, inputTokens, outputTokens, pictures, money } = report;
  const wanted = { calls, tokens: inputTokens + outputTokens, money };
  const over = (['calls', 'tokens', 'money'] as const).filter(
    (each) => wanted[each] > (budget[each] ?? Number.POSITIVE_INFINITY),
  );
  return [
    `A run would send ${count(calls)} requests: ${count(inputTokens)} tokens in, ${count(outputTokens)} out, ${count(pictures)} pictures, cost ${money.toFixed(2)}.`,
    ...(cached > 0 ? [`The cache answers ${count(cached)} more.`] : []),
    ...over.map((each) => `That is over the budget: generation.budget.${each} is ${budget[each]}.`),
    'Nothing was sent. Tokens are estimates, the cost is by the prices in generation.providers, repetitions after faults come on top.',
  ];
}

function noteOf({ cached, inputTokens, outputTokens, pictures, money, faults }: MeterReport): string {
  const met = Object.entries(faults).map(([kind, times]) => `${times} ${kind}`);
  const spent = `${cached} from the cache, ${inputTokens + outputTokens} tokens, ${pictures} pictures, cost ${money.toFixed(2)}`;
  return met.length > 0 ? `${spent}; faults: ${met.join(', ')}` : spent;
}
