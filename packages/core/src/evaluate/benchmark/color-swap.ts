import * as z from 'zod';
import { each, micro } from '../aggregate.ts';
import type { Task } from '../task.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  defineBenchmark,
} from './define-benchmark.ts';
import { textImageGroup, textImageGroupChance } from './text-image-group.ts';

const fileSchema = z.array(
  z.object({
    id: z.int(),
    caption_1: z.string(),
    caption_2: z.string(),
    image_1: z.string().min(1),
    image_2: z.string().min(1),
    image_source: z.string().min(1),
  }),
);

/**
 * ColorSwap (Burapacheep et al. 2024): two pictures and two captions whose colours change places.
 *
 * `dir` holds `test.json` (300 records), `images` the folder in which `images.zip` was unpacked: names in the file start with
 * `images/`. Figures: `all.text`, `all.image`, `all.group`, the last of which the authors report; the same by the model that
 * made the pictures. Chance: 1/4, 1/4, 1/6. Official ties: wrong.
 */
export function colorSwap(options: BenchmarkOptions): Task<BenchmarkReport> {
  return defineBenchmark<BenchmarkItem>(
    {
      name: 'colorswap',
      publishedAt: {
        annotations: 'github.com/Top34051/colorswap, data/test.json (by the link in the README)',
        images: 'github.com/Top34051/colorswap, data/images.zip (by the link in the README)',
      },
      async read(annotations) {
        const records = await annotations.json('test.json', fileSchema);
        return records.map((record) => ({
          id: `${record.id}`,
          category: record.image_source,
          pictures: [record.image_1, record.image_2].map((file) => ({
            file,
            elsewhere: [file.replace(/^images\//, '')],
          })),
          texts: [record.caption_1, record.caption_2],
        }));
      },
      officialTies: 'wrong',
      decide: textImageGroup,
      chance: textImageGroupChance,
      figures: (items) => ({ all: micro(items), ...each(items, ({ category }) => category) }),
    },
    options,
  );
}
