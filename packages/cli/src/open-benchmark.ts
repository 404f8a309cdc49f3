import { type BenchmarkReport, findBenchmark, parseSettings, type Task } from '@anagram/core';
import * as z from 'zod';
import { usage } from './config.ts';

/** One of `evaluate.benchmarks` in the settings, by the names of the flags. */
export interface BenchmarkSettings {
  /** One of core's `benchmarkNames`, e.g. `sugar-crepe` or `negbench:coco`. */
  readonly name: string;
  /** Folder with the annotation files under their published names. */
  readonly annotations: string;
  /** Folder of the pictures. */
  readonly images: string;
  /** @default 'wrong' */
  readonly ties?: 'wrong' | 'official';
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

const listSchema = z.array(
  z.strictObject({ name: z.string().min(1), annotations: path, images: path, ties: ties.optional() }),
);

/**
 * The benchmarks of `--benchmark`, which share two folders, and then those of the settings; `--ties` holds for all.
 * @param listed `evaluate.benchmarks` of the settings.
 * @throws AnagramError `invalid-options`
 */
export function openBenchmarks(
  { benchmark = [], annotations, images, ties: rule, zeroShot = [] }: BenchmarkFlags,
  listed: unknown = [],
): Task<BenchmarkReport>[] {
  if (benchmark.length > 0 && (annotations === undefined || images === undefined)) {
    throw usage('--benchmark', 'Expected --annotations and --images with it.');
  }
  if (benchmark.length === 0 && (annotations !== undefined || images !== undefined)) {
    throw usage('--annotations and --images', 'Expected --benchmark with them, e.g. --benchmark sugar-crepe.');
  }
  const named = benchmark.map((name) => ({ name, annotations: annotations!, images: images! }));
  const all: BenchmarkSettings[] = [...named, ...parseSettings('evaluate.benchmarks', listSchema, listed)];
  if (rule === undefined) return all.map((each) => open(each));
  if (all.length === 0 && zeroShot.length === 0)
    throw usage('--ties', 'Expected --benchmark with it, or evaluate.benchmarks in the settings.');
  const chosen = parseSettings('--ties', ties, rule);
  return all.map((each) => open({ ...each, ties: chosen }));
}

function open({ name, annotations, images, ties = 'wrong' }: BenchmarkSettings): Task<BenchmarkReport> {
  return findBenchmark(name, { dir: annotations, images, ties });
}
