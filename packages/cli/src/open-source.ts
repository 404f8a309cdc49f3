import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  AnagramError,
  csv,
  defineSource,
  folder,
  inSrgb,
  isAnagramError,
  json,
  jsonl,
  type OnEvent,
  onBackground,
  parquet,
  parseSettings,
  type Source,
  type TableColumns,
  tsv,
  type UrlsOptions,
  urls,
  webdataset,
} from '@anagram/core';
import * as z from 'zod';
import { usage } from './config.ts';

/** Section `source` of the settings. */
export interface SourceSettings {
  /** Of a folder. @default 'sidecar' */
  readonly captions?: 'sidecar' | 'file-name' | 'none';
  /** Column (or key) of a table with the pictures; null: it has none. @default 'image' */
  readonly image?: string | null;
  /** Column of the texts; null: it has none. @default 'text' */
  readonly text?: string | null;
  /** Column that names a record in verdicts and labels. @default the line number */
  readonly id?: string;
  /** Of a .csv. @default ',' */
  readonly delimiter?: string;
  /** What transparent pictures are laid on. @default nothing: the colour that the file keeps beneath, as Pillow takes it */
  readonly background?: 'white' | 'black';
  /** What pictures with a colour profile are brought to. @default nothing: profiles are ignored, as Pillow does */
  readonly profiles?: 'srgb';
  /** Column of the pictures' addresses: SOURCE is a list of URLs, whose pictures are fetched. A .txt is one always. */
  readonly url?: string;
  /** Of a list of URLs: further columns that go into the shards. */
  readonly columns?: readonly string[];
  /** Of a list of URLs: folder that keeps what was fetched. @default DIR/fetched, of `prepare` */
  readonly cache?: string;
  /** Of a list of URLs: how pictures are fetched, and which again. */
  readonly fetch?: Partial<UrlsOptions>;
}

export const sourceSchema = z.strictObject({
  captions: z.enum(['sidecar', 'file-name', 'none']).default('sidecar'),
  image: z.string().nullable().default('image'),
  text: z.string().nullable().default('text'),
  id: z.string().optional(),
  delimiter: z.string().optional(),
  background: z.enum(['white', 'black']).exactOptional(),
  profiles: z.enum(['srgb']).exactOptional(),
  url: z.string().exactOptional(),
  columns: z.array(z.string()).exactOptional(),
  cache: z.string().exactOptional(),
  fetch: z.looseObject({}).default({}),
});

/**
 * The source that a path on the command line stands for, told by its name, or by what a folder holds.
 * @param verb.cache Where a list of URLs keeps its pictures, if the settings do not say.
 * @throws AnagramError `invalid-options`
 */
export function openSource(
  path: string,
  settings: Readonly<Record<string, unknown>>,
  verb: { readonly cache?: string; readonly onEvent?: OnEvent } = {},
): Source {
  const { background, profiles, ...rest } = parseSettings('source', sourceSchema, settings);
  const opened = openKind(path, rest, verb);
  const source = profiles === 'srgb' ? inSrgb(opened) : opened;
  return background === undefined ? source : onBackground(source, background);
}

function openKind(
  path: string,
  { captions, image, text, id, delimiter, ...list }: Omit<z.output<typeof sourceSchema>, 'background' | 'profiles'>,
  verb: { readonly cache?: string; readonly onEvent?: OnEvent },
): Source {
  const columns = { ...(image !== null && { image }), ...(text !== null && { text }), ...(id !== undefined && { id }) };
  if (/\.(tar|tar\.gz|tgz)$/i.test(path)) return webdataset(path);
  const kind = statSync(path, { throwIfNoEntry: false });
  if (!kind) throw usage('SOURCE', `There is no "${path}". Expected a folder of pictures, a table or a .tar.`);
  if (kind.isDirectory()) return openFolder(path, captions, columns);
  if (list.url !== undefined || /\.txt(\.gz)?$/i.test(path)) {
    const named = /\.txt(\.gz)?$/i.test(path)
      ? {}
      : { ...(text !== null && { text }), ...(id !== undefined && { id }) };
    return openList(path, { ...list, ...named }, verb);
  }
  if (/\.csv(\.gz)?$/i.test(path))
    return advised(csv(path, { ...columns, ...(delimiter !== undefined && { delimiter }) }));
  if (/\.tsv(\.gz)?$/i.test(path)) return advised(tsv(path, columns));
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(path)) return jsonl(path, columns);
  if (/\.parquet$/i.test(path)) return advised(parquet(path, columns));
  if (/\.json(\.gz)?$/i.test(path)) return json(path, columns);
  throw usage(
    'SOURCE',
    `"${path}" is no known kind. Expected a folder, .parquet, .csv, .tsv, .json, .jsonl, a .txt of URLs (.gz too) or .tar.`,
  );
}

function openList(
  path: string,
  { fetch, ...list }: Omit<UrlsOptions, 'cache' | 'onEvent'> & { readonly fetch: object; readonly cache?: string },
  { cache = list.cache, onEvent }: { readonly cache?: string; readonly onEvent?: OnEvent },
): Source {
  if (cache === undefined) {
    throw usage('source.cache', 'A list of URLs needs a folder for its pictures: --set source.cache=FOLDER.');
  }
  return advised(urls(path, { ...fetch, ...list, cache: list.cache ?? cache, ...(onEvent && { onEvent }) }));
}

function openFolder(path: string, captions: 'sidecar' | 'file-name' | 'none', columns: TableColumns): Source {
  const names = readdirSync(path);
  // Of a prepared folder the kept pairs are meant, not the rejected ones beside them.
  if (names.includes('manifest.jsonl')) return webdataset(join(path, 'pairs-*.tar'));
  if (names.some((name) => /\.(tar|tar\.gz|tgz)$/i.test(name))) return webdataset(path);
  if (names.some((name) => /\.parquet$/i.test(name))) return advised(parquet(path, columns));
  return folder(path, { captions });
}

/** A table without the columns expected is told with the flags that name others. */
function advised(source: Source): Source {
  return defineSource({
    name: source.name,
    settings: () => source.settings,
    selective: true,
    async *records(options) {
      try {
        yield* source.records(options);
      } catch (cause) {
        if (!isAnagramError(cause, 'invalid-options')) throw cause;
        const advice =
          'Say which column holds what: --image-column COLUMN (--url-column COLUMN for URLs) --caption-column COLUMN.';
        throw new AnagramError('invalid-options', `${cause.message} ${advice}`, cause.details);
      }
    },
  });
}
