import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import type { TaskReport } from './task.ts';

/** A figure that JSON cannot write (a mean over nothing) is null there. */
const figure = z.number().nullable();
const scoreSchema = z.looseObject({ value: figure, n: z.int(), interval: z.tuple([figure, figure]) });
const values = z.record(z.string(), figure);
const first = z.array(z.string());

const subsetSchema = z.looseObject({
  sums: z.array(z.number()),
  counts: z.array(z.number()),
  weight: z.number().exactOptional(),
});

/** A report as `results.json` holds it; tasks add fields of their own. docs/results.md says what each means. */
const reportSchema = z.looseObject({
  task: z.string(),
  skipped: z
    .looseObject({
      reason: z.string(),
      missing: z.looseObject({ count: z.int(), first, publishedAt: z.string() }),
    })
    .optional(),
  failed: z.looseObject({ code: z.string().nullable(), message: z.string() }).optional(),
  limited: z.looseObject({ drawn: z.int(), of: z.int(), what: z.enum(['items', 'pairs']) }).optional(),
  scores: z.record(z.string(), scoreSchema),
  ties: z.int(),
  tieRule: z.enum(['wrong', 'official']).optional(),
  cutTexts: z.int().positive().optional(),
  chance: values,
  baselines: z.record(z.string(), values).optional(),
  contamination: z
    .looseObject({
      trainedOn: z.array(z.string()),
      texts: z.looseObject({ count: z.int(), of: z.int(), first }),
      pictures: z.looseObject({
        count: z.int(),
        of: z.int(),
        first: z.array(z.looseObject({ picture: z.string(), as: z.enum(['bytes', 'pixels', 'near']) })),
      }),
      items: z.looseObject({ count: z.int(), of: z.int() }),
      rest: z.record(z.string(), scoreSchema),
    })
    .optional(),
  files: z.record(z.string(), z.string()).optional(),
  outcomes: z
    .looseObject({
      items: z.string(),
      scores: z.record(z.string(), z.array(subsetSchema)),
    })
    .optional(),
  failures: z.array(z.looseObject({ id: z.string(), category: z.string(), detail: z.json() })),
});

/** The schema of `results.json`, version 1. */
export const evaluationSchema = z.looseObject({
  version: z.literal(1),
  /** Hash of the model; null for one without. */
  model: z.string().nullable(),
  /** Reports by the names of their tasks. */
  tasks: z.record(z.string(), reportSchema),
  /** By task: hash of everything that decided its report beside the model. */
  fingerprints: z.record(z.string(), z.string()),
});

/** Content of a `results.json`. */
export interface SavedEvaluation {
  readonly version: 1;
  readonly model: string | null;
  readonly tasks: { readonly [task: string]: TaskReport };
  readonly fingerprints: { readonly [task: string]: string };
}

export const resultsFile = 'results.json';

/**
 * Reads what `evaluate` has written.
 * @param path A `results.json`, or the folder with it.
 * @throws AnagramError `source-failed`
 */
export async function readEvaluation(path: string): Promise<SavedEvaluation> {
  let file = path;
  try {
    if ((await stat(path)).isDirectory()) file = join(path, resultsFile);
    const evaluation: unknown = JSON.parse(await readFile(file, 'utf8'));
    evaluationSchema.parse(evaluation);
    // As it stands: what zod gives back has its keys in another order.
    return evaluation as SavedEvaluation;
  } catch (cause) {
    throw new AnagramError(
      'source-failed',
      `${file} cannot be read: ${reason(cause)}. Expected the ${resultsFile} that evaluate writes, version 1. Evaluate again into another dir.`,
      { path: file },
      { cause },
    );
  }
}

export async function writeEvaluation(dir: string, evaluation: SavedEvaluation): Promise<void> {
  await writeAtomic(join(dir, resultsFile), `${JSON.stringify(evaluation, null, 2)}\n`);
}

function reason(cause: unknown): string {
  if (cause instanceof z.ZodError) {
    const { path, message } = cause.issues[0]!;
    return `${path.join('.')}: ${message}`;
  }
  const { code, message } = cause as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'there is nothing at this path' : message;
}
