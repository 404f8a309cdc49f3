import { readFile } from 'node:fs/promises';
import {
  imagenetClasses,
  imagenetTemplates,
  type LabelledImages,
  labelledCsv,
  labelledFolder,
  type Task,
  type ZeroShotReport,
  zeroShotClassification,
} from '@anagram/core';
import type { Command } from 'commander';
import { given, usage } from './config.ts';
import { collect } from './flags.ts';
import { namesOf } from './open-data.ts';
import { requirePath } from './require-path.ts';

export interface ZeroShotFlags {
  zeroShot?: readonly string[];
  classes?: string;
  templates?: string;
  ties?: string;
  limit?: number;
}

export function withZeroShotFlags(command: Command): Command {
  return command
    .option(
      '--zero-shot <data>',
      'classify pictures: a folder FOLDER/CLASS/*.jpg, or a .csv with columns image and label (repeatable)',
      collect,
    )
    .option(
      '--classes <file>',
      'names of the classes: one a line in the order of the labels, JSON of them by label, or imagenet (default: the labels)',
    )
    .option(
      '--templates <file>',
      'sentences with {} for the class, one a line or as JSON, or imagenet (default: a photo of a {}.)',
    );
}

/**
 * The tasks of `--zero-shot`, which share names and templates.
 * @throws AnagramError `invalid-options`, `source-failed`
 */
export async function openZeroShot({
  zeroShot = [],
  classes,
  templates,
  ties,
  limit,
}: ZeroShotFlags): Promise<Task<ZeroShotReport>[]> {
  if (zeroShot.length === 0) {
    if (classes === undefined && templates === undefined) return [];
    throw usage('--classes and --templates', 'Expected --zero-shot with them, e.g. --zero-shot ./imagenet/val.');
  }
  if (ties !== undefined && ties !== 'wrong' && ties !== 'official')
    throw usage('--ties', `Expected wrong or official, received "${ties}".`);
  for (const path of zeroShot) requirePath('--zero-shot', path, 'a folder of classes, or a .csv');
  const names = namesOf(zeroShot);
  const sentences = templates === undefined ? undefined : await readTemplates(templates);
  return Promise.all(
    zeroShot.map(async (path, at) => {
      const data = /\.csv(\.gz)?$/i.test(path) ? await labelledCsv(path) : await labelledFolder(path);
      return zeroShotClassification({
        name: `zero-shot/${names[at]}`,
        ...(await nameClasses(data, classes)),
        ...(sentences && { templates: sentences }),
        ...given({ ties, limit }),
        fingerprint: data.fingerprint,
      });
    }),
  );
}

async function readTemplates(source: string): Promise<readonly string[]> {
  if (source === 'imagenet') return imagenetTemplates;
  const list = await readNames('--templates', source);
  if (Array.isArray(list)) return list;
  throw usage('--templates', `Expected a list of sentences in ${source}, received an object.`);
}

/** Names that stand in a sentence, and pictures with the places of these. */
async function nameClasses(
  { labels, items }: LabelledImages,
  source: string | undefined,
): Promise<{ classes: readonly string[]; items: LabelledImages['items'] }> {
  if (source === undefined) return { classes: labels.map((label) => label.replace(/[_-]+/g, ' ')), items };
  const names = source === 'imagenet' ? imagenetClasses : await readNames('--classes', source);
  if (Array.isArray(names)) {
    if (names.length === labels.length) return { classes: names, items };
    const hint =
      'Names without labels are taken in the order of the labels; JSON of names by label may hold more of them.';
    throw usage('--classes', `Expected a name for each of ${labels.length} labels, received ${names.length}. ${hint}`);
  }
  const known = Object.keys(names);
  const nameless = labels.find((label) => !Object.hasOwn(names, label));
  if (nameless !== undefined) throw usage('--classes', `${source} has no name for the label "${nameless}".`);
  const places = labels.map((label) => known.indexOf(label));
  return { classes: Object.values(names), items: items.map((item) => ({ ...item, label: places[item.label]! })) };
}

/** One a line, a JSON list, or a JSON object of names by label. */
async function readNames(
  flag: string,
  path: string,
): Promise<readonly string[] | { readonly [label: string]: string }> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw usage(flag, `${path} cannot be read: ${error.message}.`);
  });
  if (!path.endsWith('.json')) {
    return text
      .replace(/^\uFEFF/, '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usage(flag, `${path} is not JSON: ${(error as Error).message}.`);
  }
  const isText = (name: unknown) => typeof name === 'string' && name !== '';
  if (typeof value === 'object' && value !== null && Object.values(value).every(isText)) {
    return value as readonly string[] | { readonly [label: string]: string };
  }
  throw usage(flag, `Expected a list of texts, or texts by label, in ${path}.`);
}
