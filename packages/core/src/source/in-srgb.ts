import { toSrgb } from '../image/to-srgb.ts';
import type { Source } from '../pair.ts';
import { defineSource } from './define-source.ts';

/**
 * The same records with those pictures brought to sRGB that carry a colour profile (Adobe RGB, Display P3, printers' inks), as PNG: so
 * they are judged, written into shards and read by every trainer. Without it profiles are ignored, as Pillow's
 * `convert('RGB')` does and open_clip's models were trained with.
 */
export function inSrgb(source: Source): Source {
  return defineSource({
    name: source.name,
    settings: () => ({ profiles: 'srgb', source: source.settings }),
    selective: true,
    async *records(options) {
      for await (const record of source.records(options)) {
        yield record.image ? { ...record, image: toSrgb(record.image) } : record;
      }
    },
  });
}
