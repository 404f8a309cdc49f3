import { type BenchmarkReport, findBenchmark, parseSettings, type Task } from '@anagram/core';
import * as z from 'zod';
import { given, usage } from './config.ts';

/** One of `evaluate.benchmarks` in the settings, by the names of the flags. */
export interface BenchmarkSettings {
  /** One of core's `benchmarkNames`, e.g. `sugar-crepe` or `negbench:coco`. */
  readonly name: string;
  /** Folder with the annotation files under their published names. */
  readonly annotations: string;
  /** Folder of the pictures. */
  readonly images: string;
  /** Whether an item that ties is wrong, or broken as the benchmark's owners do. @default 'wrong' */
  readonly ties?: 'wrong' | 'official' | undefined;
  /** Most items, a seeded sample. @default all */
  readonly limit?: number | undefined;
}

export interface BenchmarkFlags {
  benchmark?: readonly string[];
  annotations?: string;
  images?: string;
  ties?: string;
  /** Takes `--ties` too. */
  zeroShot?: readonly string[];
}

const ties = z.enum(['wrong', 'official']);
const path = z.string().min(1);

export const benchmarkList: z.ZodType<BenchmarkSettings[]> = z.array(
  z.strictObject({
    name: z.string().min(1),
    annotations: path,
    images: path,
    ties: ties.optional(),
    limit: z.int().min(1).optional(),
  }),
);

/**
 * The benchmarks of `--benchmark`, which share two folders, and then those of the settings; `--ties` and the limit hold for all.
 * @param listed `evaluate.benchmarks` of the settings.
 * @param limit `--limit`.
 * @throws AnagramError `invalid-options`
 */
export function openBenchmarks(
  { benchmark = [], annotations, images, ties: rule, zeroShot = [] }: BenchmarkFlags,
  listed: unknown = [],
  limit?: number,
): Task<BenchmarkReport>[] {
  if (benchmark.length > 0 && (annotations === undefined || images === undefined)) {
    throw usage('--benchmark', 'Expected --annotations and --images with it.');
  }
  if (benchmark.length === 0 && (annotations !== undefined || images !== undefined)) {
    throw usage('--annotations and --images', 'Expected --benchmark with them, e.g. --benchmark sugar-crepe.');
  }
  const named = benchmark.map((name) => ({ name, annotations: annotations!, images: images! }));
  const all: BenchmarkSettings[] = [...named, ...parseSettings('evaluate.benchmarks', benchmarkList, listed)];
  if (rule !== undefined && all.length === 0 && zeroShot.length === 0) {
    throw usage('--ties', 'Expected --benchmark with it, or evaluate.benchmarks in the settings.');
  }
  const over = { ...(rule !== undefined && { ties: parseSettings('--ties', ties, rule) }), ...given({ limit }) };
  return all.map((each) => open({ ...each, ...over }));
}

function open({ name, annotations, images, ties, limit }: BenchmarkSettings): Task<BenchmarkReport> {
  return findBenchmark(name, { dir: annotations, images, ...given({ ties, limit }) });
}
