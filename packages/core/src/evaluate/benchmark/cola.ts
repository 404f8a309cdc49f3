import * as z from 'zod';
import { micro } from '../aggregate.ts';
import { matrix2x2 } from '../kernels.ts';
import type { Task } from '../task.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  defineBenchmark,
} from './define-benchmark.ts';
import { cosineMatrix } from './text-image-group.ts';

const file = 'COLA_multiobjects_matching_benchmark.json';
const pictureUrl = z.string().regex(/[^/]$/);
const fileSchema = z.array(z.tuple([pictureUrl, z.string(), pictureUrl, z.string()]));

/**
 * Cola, multi-object matching (Ray et al. 2023): two pictures and two captions whose attributes and objects change places.
 *
 * `dir` holds `COLA_multiobjects_matching_benchmark.json` (210 records), `images` the pictures of Visual Genome by the last part
 * of the address in the file, e.g. `2390970.jpg`. Figure: `all.image`, the image score of Winoground: both captions find their
 * picture. Chance: 1/4. One item is 0.48 points. Official ties: wrong.
 */
export function cola(options: BenchmarkOptions): Task<BenchmarkReport> {
  return defineBenchmark<BenchmarkItem>(
    {
      name: 'cola',
      publishedAt: {
        annotations: `github.com/arijitray1993/COLA, data/${file}`,
        images: 'the addresses in the annotation file, and in homes.cs.washington.edu/~ranjay/visualgenome',
      },
      async read(annotations) {
        const records = await annotations.json(file, fileSchema);
        return records.map(([url0, caption0, url1, caption1], at) => ({
          id: `${at}`,
          category: 'multi-object',
          pictures: [url0, url1].map((url) => ({ file: url.split('/').at(-1)! })),
          texts: [caption0, caption1],
        }));
      },
      officialTies: 'wrong',
      decide: ({ textImage }, ties) => ({ image: matrix2x2(cosineMatrix(textImage), ties).image }),
      chance: { image: 1 / 4 },
      figures: (items) => ({ all: micro(items) }),
    },
    options,
  );
}
