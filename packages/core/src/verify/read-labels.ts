import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';

/** Whether the pair with this id is right; or the path of a JSONL file of `{"id": "…", "right": true}`. */
export type Labels = { readonly [id: string]: boolean } | ReadonlyMap<string, boolean> | string;

const labelSchema = z.strictObject({ id: z.string(), right: z.boolean() });
const fewestLabels = 20;

/** @throws AnagramError `source-failed` */
export async function readLabels(labels: Labels): Promise<ReadonlyMap<string, boolean>> {
  if (typeof labels !== 'string') return new Map(labels instanceof Map ? labels : Object.entries(labels));
  const text = await readFile(labels, 'utf8').catch((cause) => {
    throw new AnagramError(
      'source-failed',
      `The labels ${labels} cannot be read. Expected a JSONL file of {"id": "…", "right": true}.`,
      { path: labels },
      { cause },
    );
  });
  const result = new Map<string, boolean>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const { id, right } = parseLabel(labels, index + 1, line);
    result.set(id, right);
  }
  return result;
}

function parseLabel(path: string, line: number, text: string): z.output<typeof labelSchema> {
  try {
    return labelSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AnagramError(
      'source-failed',
      `Line ${line} of ${path} is no label. Expected {"id": "…", "right": true or false}, received ${text.slice(0, 80)}. Correct or remove it.`,
      { path, line },
      { cause },
    );
  }
}

/** @throws AnagramError `not-enough-data` */
export function requireLabels(labelled: ReadonlyMap<number, boolean>): void {
  const right = [...labelled.values()].filter(Boolean).length;
  if (labelled.size >= fewestLabels && right > 0 && right < labelled.size) return;
  throw new AnagramError(
    'not-enough-data',
    `Calibration found ${labelled.size} labels of readable pairs, ${right} of them right. Expected at least ${fewestLabels}, right and wrong ones. Label pairs drawn at random, best 200.`,
    { needed: fewestLabels, found: labelled.size },
  );
}
