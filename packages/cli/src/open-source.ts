import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  AnagramError,
  csv,
  defineSource,
  folder,
  isAnagramError,
  jsonl,
  parseSettings,
  type Source,
  tsv,
  webdataset,
} from '@anagram/core';
import * as z from 'zod';
import { usage } from './config.ts';

/** Section `source` of the settings. */
export interface SourceSettings {
  /** Of a folder. @default 'sidecar' */
  readonly captions?: 'sidecar' | 'file-name' | 'none';
  /** Columns (or keys) of a table. @default 'image' */
  readonly image?: string | null;
  /** @default 'text' */
  readonly text?: string | null;
  /** @default the line number */
  readonly id?: string;
  /** Of a .csv. @default ',' */
  readonly delimiter?: string;
}

const schema = z.strictObject({
  captions: z.enum(['sidecar', 'file-name', 'none']).default('sidecar'),
  image: z.string().nullable().default('image'),
  text: z.string().nullable().default('text'),
  id: z.string().optional(),
  delimiter: z.string().optional(),
});

/**
 * The source that a path on the command line stands for, told by its name, or by what a folder holds.
 * @throws AnagramError `invalid-options`
 */
export function openSource(path: string, settings: Readonly<Record<string, unknown>>): Source {
  const { captions, image, text, id, delimiter } = parseSettings('source', schema, settings);
  const columns = { ...(image !== null && { image }), ...(text !== null && { text }), ...(id !== undefined && { id }) };
  if (/\.(tar|tar\.gz|tgz)$/i.test(path)) return webdataset(path);
  const kind = statSync(path, { throwIfNoEntry: false });
  if (!kind) throw usage('SOURCE', `There is no "${path}". Expected a folder of pictures, a table or a .tar.`);
  if (kind.isDirectory()) return openFolder(path, captions);
  if (/\.csv(\.gz)?$/i.test(path))
    return advised(csv(path, { ...columns, ...(delimiter !== undefined && { delimiter }) }));
  if (/\.tsv(\.gz)?$/i.test(path)) return advised(tsv(path, columns));
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(path)) return jsonl(path, columns);
  throw usage('SOURCE', `"${path}" is no known kind. Expected a folder, .csv, .tsv, .jsonl (.gz too) or .tar.`);
}

function openFolder(path: string, captions: 'sidecar' | 'file-name' | 'none'): Source {
  const names = readdirSync(path);
  // Of a prepared folder the kept pairs are meant, not the rejected ones beside them.
  if (names.includes('manifest.jsonl')) return webdataset(join(path, 'pairs-*.tar'));
  if (names.some((name) => /\.(tar|tar\.gz|tgz)$/i.test(name))) return webdataset(path);
  return folder(path, { captions });
}

/** A table without the columns expected is told with the flags that name others. */
function advised(source: Source): Source {
  return defineSource({
    name: source.name,
    settings: () => source.settings,
    async *records(options) {
      try {
        yield* source.records(options);
      } catch (cause) {
        if (!isAnagramError(cause, 'invalid-options')) throw cause;
        const advice = 'Say which column holds what: --set source.image=COLUMN --set source.text=COLUMN.';
        throw new AnagramError('invalid-options', `${cause.message} ${advice}`, cause.details);
      }
    },
  });
}
