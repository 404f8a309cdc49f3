import * as z from 'zod';
import { each, macro } from '../aggregate.ts';
import { nWay } from '../kernels.ts';
import type { Task } from '../task.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  defineBenchmark,
} from './define-benchmark.ts';

const subsets = [
  'absolute_size',
  'relative_size',
  'absolute_spatial',
  'relative_spatial',
  'existence',
  'count',
] as const;

const fileSchema = z.array(
  z
    .object({ query: z.string().min(1), keys: z.array(z.string().min(1)).min(2), label: z.int().min(0) })
    .refine(({ keys, label }) => label < keys.length, {
      path: ['label'],
      error: 'expected the place of one of the keys',
    }),
);

interface Item extends BenchmarkItem {
  readonly direction: 'i2t' | 't2i';
  readonly label: number;
}

/**
 * SPEC (Peng et al. 2024): made pictures that differ in size, position, existence or count, and texts that say which.
 *
 * `dir` and `images` are the folder of `data.zip`: for each of its six subsets a folder with `image2text.json`, `text2image.json` and the
 * pictures that they name. Figures: `SUBSET.i2t`, one picture chooses among texts; `SUBSET.t2i`, one text chooses among pictures; and
 * `all.macro.i2t`, `all.macro.t2i`, the means of the subsets. Chance: 1 / number of keys, averaged over the records. Official ties: the
 * first key wins.
 */
export function spec(options: BenchmarkOptions): Task<BenchmarkReport> {
  const publishedAt = 'huggingface.co/datasets/wjpoom/SPEC, data.zip';
  return defineBenchmark<Item>(
    {
      name: 'spec',
      publishedAt: { annotations: publishedAt, images: publishedAt },
      async read(annotations) {
        const items: Item[] = [];
        for (const category of subsets) {
          const picture = (path: string) => ({ file: `${category}/${path}` });
          for (const [at, { query, keys, label }] of (
            await annotations.json(`${category}/image2text.json`, fileSchema)
          ).entries()) {
            const id = `${category}/image2text/${at}`;
            items.push({ id, category, direction: 'i2t', label, pictures: [picture(query)], texts: keys });
          }
          for (const [at, { query, keys, label }] of (
            await annotations.json(`${category}/text2image.json`, fileSchema)
          ).entries()) {
            const id = `${category}/text2image/${at}`;
            items.push({ id, category, direction: 't2i', label, pictures: keys.map(picture), texts: [query] });
          }
        }
        return items;
      },
      officialTies: 'first',
      decide: ({ textImage }, ties, { direction, label, texts, pictures }) => {
        const scores =
          direction === 'i2t' ? texts.map((_, c) => textImage(c, 0)) : pictures.map((_, i) => textImage(0, i));
        return { [direction]: nWay(scores, label, ties) };
      },
      fits: ({ direction, label }, text, picture) => label === (direction === 'i2t' ? text : picture),
      chance: { i2t: ({ texts }) => 1 / texts.length, t2i: ({ pictures }) => 1 / pictures.length },
      figures: (items) => {
        const subset = ({ category }: Item) => category;
        return { ...each(items, subset), 'all.macro': macro(items, subset) };
      },
    },
    options,
  );
}
