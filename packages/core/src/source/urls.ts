import { basename } from 'node:path';
import * as z from 'zod';
import { type OnEvent, safeEmitter } from '../events.ts';
import { FetchFailure } from '../fetch/fetch-failure.ts';
import { type FetchSettings, fetchSettings } from '../fetch/fetch-settings.ts';
import { PictureFetcher } from '../fetch/picture-fetcher.ts';
import { UrlCache, type UrlFacts } from '../fetch/url-cache.ts';
import type { Json, Source, SourceRecord } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import { defineSource } from './define-source.ts';
import { fileSettings } from './open-file.ts';
import { recordMaker, type TableRow } from './table-record.ts';
import { tableRows } from './table-rows.ts';

export interface UrlsOptions extends FetchSettings {
  /** Column (or key) of the pictures' addresses. @default 'url' */
  readonly url?: string;
  /** Column of the texts. */
  readonly text?: string;
  /** Names the record in verdicts and labels. @default the line number */
  readonly id?: string;
  /** Further columns, kept with the picture's provenance: licence, size, where it was found. @default [] */
  readonly columns?: readonly string[];
  /**
   * Folder that keeps what was fetched, and what became of every URL. It holds for every later reading, so that these give the
   * same records: the web changes in between.
   */
  readonly cache: string;
  /**
   * What is asked for again although the cache knows it, once for each source that is opened. `failed`: URLs that gave no
   * picture. `all`: those too that gave one; servers are asked for it only if it has changed. @default 'never'
   */
  readonly refetch?: 'never' | 'failed' | 'all';
  /** Told how many URLs gave a picture and why others did not, after each reading that asked for any. */
  readonly onEvent?: OnEvent;
}

const column = z.string().min(1);
export const urlsOptions = z.strictObject({
  ...fetchSettings,
  url: column.default('url'),
  text: column.exactOptional(),
  id: column.exactOptional(),
  columns: z.array(column).default([]),
  cache: z.string().min(1),
  refetch: z.enum(['never', 'failed', 'all']).default('never'),
});

/** Records that are being fetched while earlier ones are waited for, for each request that may be under way. */
const aheadPerRequest = 4;

/**
 * Pictures of a list of URLs: .txt (one a line), .csv, .tsv, .jsonl, .json (all `.gz` too) or .parquet. Pictures are fetched
 * ahead of their reader and given in the list's order. A URL that gives none is a record whose `problem` says why, never an
 * exception, and every request ends by its deadline. Servers are treated as strangers: see `docs/sources.md`.
 * @throws AnagramError `invalid-options`; when read `source-failed`, and `write-failed` where the cache cannot be written.
 */
export function urls(path: string, options: UrlsOptions): Source {
  const { onEvent, ...plain } = options;
  const settings = parseSettings('urls', urlsOptions, plain);
  const { url, text, id, columns, refetch, concurrency } = settings;
  const wanted = [url, text, id, ...columns].filter((name) => name !== undefined);
  const cache = new UrlCache(settings.cache);
  /** URLs that this source has asked for itself. */
  const asked = new Set<string>();

  return defineSource({
    name: basename(path),
    settings: () => fileSettings('urls', path, { url, text: text ?? null, id: id ?? null, columns }),
    selective: true,
    async *records({ signal, wanted: isWanted = () => true } = {}) {
      const rows = tableRows(path, { where: 'urls', wanted });
      const toRecord = recordMaker(path, { ...(text !== undefined && { text }), ...(id !== undefined && { id }) });
      const fetcher = new PictureFetcher(settings);
      const stop = new AbortController();
      const onAbort = () => stop.abort(signal?.reason);
      signal?.addEventListener('abort', onAbort);
      /** Of this reading: they end with it. */
      const underWay = new Map<string, Promise<UrlFacts>>();
      const failed: { [reason: string]: number } = {};
      let fetched = 0;

      const ask = async (address: string): Promise<UrlFacts> => {
        const known = await cache.read(address);
        const again = refetch !== 'never' && !asked.has(address) && (refetch === 'all' || known?.failure !== undefined);
        if (known && !again) return known;
        const facts = await fetchInto(cache, fetcher, address, known, stop.signal);
        if (refetch !== 'never') asked.add(address);
        if (facts.failure) failed[facts.failure.reason] = (failed[facts.failure.reason] ?? 0) + 1;
        else fetched++;
        return facts;
      };
      const recordOf = async ({ row, line, problem }: TableRow, index: number): Promise<SourceRecord> => {
        const record = toRecord(row ?? {}, line);
        if (!isWanted(index)) return record;
        const address = row && Object.hasOwn(row, url) ? row[url] : undefined;
        if (problem !== undefined) return { ...record, problem };
        if (typeof address !== 'string' || address.trim() === '') return record;
        const trimmed = address.trim();
        let facts = underWay.get(trimmed);
        if (!facts) {
          facts = ask(trimmed).finally(() => underWay.delete(trimmed));
          underWay.set(trimmed, facts);
        }
        const { failure } = await facts;
        const meta = { url: trimmed, ...extras(row!, columns) };
        if (!failure) return { ...record, image: cache.picture(trimmed), meta };
        const why = `${shown(trimmed)} was not fetched: ${failure.message}`;
        return { ...record, meta, problem: record.problem === undefined ? why : `${record.problem}; ${why}` };
      };

      const ahead: Promise<SourceRecord>[] = [];
      try {
        let index = 0;
        for await (const row of rows) {
          const record = recordOf(row, index++);
          record.catch(() => {});
          ahead.push(record);
          if (ahead.length >= concurrency * aheadPerRequest) yield await ahead.shift()!;
        }
        while (ahead.length > 0) yield await ahead.shift()!;
      } finally {
        signal?.removeEventListener('abort', onAbort);
        stop.abort(new Error('the reading has ended'));
        await Promise.allSettled(ahead);
        await fetcher.close();
        const failures = Object.values(failed).reduce((sum, count) => sum + count, 0);
        if (fetched + failures > 0) {
          safeEmitter(onEvent)({ type: 'pictures-fetched', source: basename(path), fetched, failed });
        }
      }
    },
  });
}

async function fetchInto(
  cache: UrlCache,
  fetcher: PictureFetcher,
  url: string,
  known: UrlFacts | null,
  signal: AbortSignal,
): Promise<UrlFacts> {
  const have = known && !known.failure ? known : null;
  let facts: UrlFacts;
  try {
    const validators = await fetcher.fetch(url, {
      ...(have && { validators: have }),
      save: (chunks) => cache.savePicture(url, chunks),
      signal,
    });
    if (validators === null) return have!;
    facts = { url, ...validators };
  } catch (error) {
    if (!(error instanceof FetchFailure)) throw error;
    // A server that is out of order for now takes no picture away that is there.
    facts = have && error.passing ? have : { url, failure: { reason: error.reason, message: error.message } };
  }
  await cache.saveFacts(facts);
  return facts;
}

function extras(row: { readonly [column: string]: unknown }, columns: readonly string[]): { [column: string]: Json } {
  const kept: { [column: string]: Json } = {};
  for (const name of columns) {
    const value = Object.hasOwn(row, name) ? row[name] : undefined;
    const plain = typeof value === 'bigint' ? Number(value) : value instanceof Date ? value.toISOString() : value;
    if (plain !== undefined) kept[name] = JSON.parse(JSON.stringify(plain, numbers)) as Json;
  }
  return kept;
}

function numbers(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function shown(url: string): string {
  return url.length > 200 ? `${url.slice(0, 200)}…` : url;
}
