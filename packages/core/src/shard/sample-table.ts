import { parquetWriteBuffer } from 'hyparquet-writer';
import type { PairProvenance } from './sample.ts';

/** What is known of one sample of a shard, without its picture. */
export interface SampleRow {
  readonly key: string;
  readonly text: string | null;
  /** As the picture is decoded, in pixels. */
  readonly width: number | null;
  readonly height: number | null;
  /** Why the record is not among the pairs; null where it is. */
  readonly rejected: string | null;
  readonly provenance: PairProvenance;
}

/**
 * The table that lies beside a shard as Parquet, a row a sample in the shard's order. Names and meanings are img2dataset's
 * where it has them: `key`, `caption`, `url`, `status` (`success`, `rejected`), `error_message`, `width`, `height`, `sha256`
 * (of the picture's bytes); the others are the provenance's, those with parts as JSON. Equal rows give equal bytes.
 */
export function sampleTable(rows: readonly SampleRow[]): Uint8Array {
  const column = (name: string, type: 'STRING' | 'INT32' | 'DOUBLE', value: (row: SampleRow) => unknown) => ({
    name,
    type,
    nullable: true,
    data: rows.map((row) => value(row) ?? null),
  });
  const json = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value));
  const columnData = [
    column('key', 'STRING', ({ key }) => key),
    column('id', 'STRING', ({ provenance }) => provenance.id),
    column('source', 'STRING', ({ provenance }) => provenance.source),
    column('caption', 'STRING', ({ text }) => text),
    column('url', 'STRING', ({ provenance }) => urlOf(provenance)),
    column('status', 'STRING', ({ rejected }) => (rejected === null ? 'success' : 'rejected')),
    column('error_message', 'STRING', ({ rejected }) => rejected),
    column('width', 'INT32', ({ width }) => width),
    column('height', 'INT32', ({ height }) => height),
    column('sha256', 'STRING', ({ provenance }) => provenance.sha256),
    column('pixel_hash', 'STRING', ({ provenance }) => provenance.pixelHash),
    column('route', 'STRING', ({ provenance }) => provenance.route),
    column('score', 'DOUBLE', ({ provenance }) => provenance.score),
    column('by_tower', 'STRING', ({ provenance }) => json(provenance.byTower)),
    column('repaired', 'STRING', ({ provenance }) => json(provenance.repaired)),
    column('refused', 'STRING', ({ provenance }) => json(provenance.refused)),
    column('meta', 'STRING', ({ provenance }) => json(provenance.meta)),
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: 'anagram' }));
}

function urlOf({ meta }: PairProvenance): string | null {
  const url = meta?.url;
  return typeof url === 'string' ? url : null;
}
