import { type Background, flattened } from '../image/flatten.ts';
import type { Source } from '../pair.ts';
import { defineSource } from './define-source.ts';

/**
 * The same records with their transparent pictures laid on a background, as PNG: so they are judged, written into shards and
 * read by every trainer. Without it a transparent pixel takes the colour that its file keeps beneath, which is Pillow's
 * `convert('RGB')` and what open_clip's models were trained with, but often black: for clip art and icons white is better.
 */
export function onBackground(source: Source, background: Background): Source {
  return defineSource({
    name: source.name,
    settings: () => ({ background, source: source.settings }),
    selective: true,
    async *records(options) {
      for await (const record of source.records(options)) {
        yield record.image ? { ...record, image: flattened(record.image, background) } : record;
      }
    },
  });
}
