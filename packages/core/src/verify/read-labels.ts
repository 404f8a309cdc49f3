import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import type { Source } from '../pair.ts';

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

/** @param strangers What `describeStrangers` says. @throws AnagramError `not-enough-data` */
export function requireLabels(labelled: ReadonlyMap<number, boolean>, strangers: string): void {
  const right = [...labelled.values()].filter(Boolean).length;
  if (labelled.size >= fewestLabels && right > 0 && right < labelled.size) return;
  throw new AnagramError(
    'not-enough-data',
    `Calibration found ${labelled.size} labels of readable pairs, ${right} of them right. Expected at least ${fewestLabels}, right and wrong ones.${strangers} Label pairs drawn at random, best 200.`,
    { needed: fewestLabels, found: labelled.size },
  );
}

export interface SeenIds {
  readonly source: Source;
  /** Ids with a label that the source has. */
  readonly labelled: Set<string>;
  /** The first id of the source. */
  first: string | null;
}

/** The same source, whose ids are noted as they pass. */
export function watchIds(source: Source, labels: ReadonlyMap<string, boolean>): SeenIds {
  const seen: SeenIds = {
    labelled: new Set(),
    first: null,
    source: {
      name: source.name,
      settings: source.settings,
      async *records(options) {
        for await (const record of source.records(options)) {
          seen.first ??= record.id;
          if (labels.has(record.id)) seen.labelled.add(record.id);
          yield record;
        }
      },
    },
  };
  return seen;
}

/** How many labels name no record of the source, with an id of each side; the empty string where all of them do. */
export function describeStrangers(labels: ReadonlyMap<string, boolean>, { labelled, first }: SeenIds): string {
  const strangers = [...labels.keys()].filter((id) => !labelled.has(id));
  if (strangers.length === 0) return '';
  const known = first === null ? '' : `; ids of the source look like "${first}"`;
  return ` ${strangers.length} of ${labels.size} labels have an id that is not in the source, e.g. "${strangers[0]}"${known}.`;
}
