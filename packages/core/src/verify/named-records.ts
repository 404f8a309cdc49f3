import type { Source, SourceRecord } from '../pair.ts';

/** Records of the source by their ids, the first of each, in one reading; pictures of others are not read. */
export async function* recordsNamed(
  source: Source,
  ids: ReadonlySet<string>,
  signal?: AbortSignal,
): AsyncGenerator<SourceRecord> {
  const left = new Set(ids);
  if (left.size === 0) return;
  for await (const record of source.records(signal ? { signal } : {})) {
    if (!left.delete(record.id)) continue;
    yield record;
    if (left.size === 0) return;
  }
}
