import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import type { Route, Source } from '../pair.ts';
import { appendLine, writeAtomic } from '../shard/write-atomic.ts';

/** Whether a pair is right; null where nobody could tell. */
export type Label = boolean | null;

/** Labels by the ids of their pairs; or the path of a JSONL file of `{"id": "…", "right": true}`, as `readLabelFile` reads it. */
export type Labels = { readonly [id: string]: Label } | ReadonlyMap<string, Label> | string;

/** Routes by which a prepared folder keeps pairs. */
export const keepingRoutes = ['keep', 'repair', 'match', 'caption', 'illustrate'] as const satisfies readonly Route[];
export type KeepingRoute = (typeof keepingRoutes)[number];

/** Which pair of a prepared folder a label judges: not as the source delivered it, but as the folder keeps it. */
export interface KeptMark {
  readonly route: KeepingRoute;
  /** Names picture and text: a label of a pair that has changed since counts no more. */
  readonly pair: string;
  /** `random`: each pair of the route was equally likely to be drawn, as a guarantee needs; `border`: for it lies near the threshold. */
  readonly drawn: 'random' | 'border';
}

/** One line of a file of labels. */
export interface LabelLine {
  readonly id: string;
  readonly right: Label;
  /** Left out where the label judges a pair as the source delivered it. */
  readonly kept?: KeptMark;
}

const labelSchema = z.strictObject({
  id: z.string(),
  right: z.boolean().nullable(),
  kept: z
    .strictObject({ route: z.enum(keepingRoutes), pair: z.string(), drawn: z.enum(['random', 'border']) })
    .exactOptional(),
});
const fewestLabels = 20;

/** The truth that labels tell, and how many tell none. @throws AnagramError `source-failed` */
export async function readLabels(labels: Labels): Promise<{ truth: ReadonlyMap<string, boolean>; unsure: number }> {
  const all =
    typeof labels === 'string'
      ? await readLabelFile(labels)
      : new Map<string, Label>(labels instanceof Map ? labels : Object.entries(labels));
  const truth = new Map([...all].flatMap(([id, right]) => (right === null ? [] : [[id, right] as const])));
  return { truth, unsure: all.size - truth.size };
}

/**
 * A JSONL file of `{"id": "…", "right": true}`, false or null. Of several lines for a pair the last one holds, in the order of the
 * first: an answer that was changed is a line more. Labels of pairs as a prepared folder keeps them are left out: `readLabelLines` has
 * them.
 * @throws AnagramError `source-failed`
 */
export async function readLabelFile(path: string): Promise<Map<string, Label>> {
  const lines = await readLabelLines(path);
  return new Map(lines.flatMap(({ id, right, kept }) => (kept ? [] : [[id, right] as const])));
}

/**
 * What names a label among the lines of a file. A pair that was drawn for the border and then at random too has two labels: without the
 * second the random sample would lack pairs near the border.
 */
export function labelKey({ id, kept }: Pick<LabelLine, 'id' | 'kept'>): string {
  return kept ? `${kept.pair} ${kept.drawn}` : id;
}

/** Every label of a file, as `readLabelFile` reads it, and those by route too. @throws AnagramError `source-failed` */
export async function readLabelLines(path: string): Promise<LabelLine[]> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new AnagramError(
      'source-failed',
      `The labels ${path} cannot be read. Expected a JSONL file of {"id": "…", "right": true}.`,
      { path },
      { cause },
    );
  });
  const result = new Map<string, LabelLine>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const label = parseLabel(path, index + 1, line);
    result.set(labelKey(label), label);
  }
  return [...result.values()];
}

/**
 * The labels that a file holds so far by `labelKey`, none where there is no file, which is then ready for `appendLabel`: half a line that
 * a killed process left is cut off, a whole one without its line end gets it.
 * @throws AnagramError `source-failed`, `write-failed`
 */
export async function resumeLabelFile(path: string): Promise<Map<string, Label>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (text === '') return new Map();
  const end = text.lastIndexOf('\n') + 1;
  const rest = text.slice(end);
  if (rest !== '') await writeAtomic(path, isLabel(rest) ? `${text}\n` : text.slice(0, end));
  return new Map((await readLabelLines(path)).map((line) => [labelKey(line), line.right]));
}

function isLabel(line: string): boolean {
  try {
    return labelSchema.safeParse(JSON.parse(line)).success;
  } catch {
    return false;
  }
}

/** Adds a label to a file and waits until it is on the disk. @throws AnagramError `write-failed` */
export async function appendLabel(path: string, label: LabelLine): Promise<void> {
  await appendLine(path, JSON.stringify(labelSchema.parse(label)));
}

function parseLabel(path: string, line: number, text: string): z.output<typeof labelSchema> {
  try {
    return labelSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AnagramError(
      'source-failed',
      `Line ${line} of ${path} is no label. Expected {"id": "…", "right": true, false or null}, received ${text.slice(0, 80)}. Correct or remove it.`,
      { path, line },
      { cause },
    );
  }
}

/**
 * Labels by route judge pairs as a folder keeps them, which are no sample of the source's pairs.
 * @throws AnagramError `invalid-options` where a file holds no others
 */
export async function requirePlainLabels(path: string): Promise<void> {
  const lines = await readLabelLines(path);
  if (lines.length === 0 || lines.some(({ kept }) => !kept)) return;
  throw new AnagramError(
    'invalid-options',
    `${path} holds labels by route alone, which judge pairs as a prepared folder keeps them. Expected labels of the source's own pairs. Calibrate the folder that was labelled: calibrateRoutes, or anagram calibrate FOLDER.`,
    { where: 'calibrate.labels' },
  );
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
