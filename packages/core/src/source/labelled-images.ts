import { AnagramError } from '../errors.ts';
import type { LabelledImage } from '../evaluate/zero-shot-classification.ts';
import { hashBytes } from '../image/hash.ts';
import type { Source, SourceRecord } from '../pair.ts';
import { csv } from './csv.ts';
import { folder } from './folder.ts';

/** Pictures, each with the place of its label. */
export interface LabelledImages {
  /** In the order of their characters' codes, as ImageNet's classes stand in the field's lists. */
  readonly labels: readonly string[];
  readonly items: readonly LabelledImage[];
  /** Hash of the source's content as far as it can be told cheaply: names and sizes. */
  readonly fingerprint: string;
}

/**
 * A folder of classes, each a folder of pictures: `DIR/LABEL/…/a.jpg`.
 * @throws AnagramError `source-failed` where there is no picture, or one outside of a class's folder.
 */
export async function labelledFolder(dir: string): Promise<LabelledImages> {
  return collect(dir, folder(dir, { captions: 'none' }), ({ id }) =>
    id.includes('/') ? id.slice(0, id.indexOf('/')) : undefined,
  );
}

/**
 * A CSV file (header in the first row) with a column of pictures, as paths from the file's folder, and one of labels.
 * @throws AnagramError `source-failed` where a row lacks one of them; `invalid-options` for a column that is not there.
 */
export async function labelledCsv(
  path: string,
  { image = 'image', label = 'label' }: { readonly image?: string; readonly label?: string } = {},
): Promise<LabelledImages> {
  return collect(path, csv(path, { image, text: label }), ({ text }) => text);
}

async function collect(
  path: string,
  source: Source,
  labelOf: (record: SourceRecord) => string | undefined,
): Promise<LabelledImages> {
  const found: { id: string; image: LabelledImage['image']; label: string }[] = [];
  for await (const record of source.records()) {
    const label = labelOf(record);
    if (!record.image || label === undefined || label === '') {
      throw failed(
        path,
        `expected a picture with its label, received "${record.id}"${record.problem ? `: ${record.problem}` : ''}`,
      );
    }
    found.push({ id: record.id, image: record.image, label });
  }
  if (found.length === 0) throw failed(path, 'expected pictures with labels, received none');
  const labels = [...new Set(found.map(({ label }) => label))].sort();
  const place = new Map(labels.map((label, at) => [label, at]));
  const items = found.map(({ id, image, label }) => ({ id, image, label: place.get(label)! }));
  return { labels, items, fingerprint: hashBytes(JSON.stringify(source.settings)) };
}

function failed(path: string, what: string): AnagramError<'source-failed'> {
  return new AnagramError(
    'source-failed',
    `${path}: ${what}. Put pictures as FOLDER/LABEL/picture.jpg, or name both columns.`,
    { path },
  );
}
