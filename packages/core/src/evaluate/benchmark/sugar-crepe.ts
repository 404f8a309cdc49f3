import * as z from 'zod';
import { byKey, each, macro, micro, type Subsets } from '../aggregate.ts';
import { pairwise } from '../kernels.ts';
import type { Task } from '../task.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  defineBenchmark,
} from './define-benchmark.ts';

const files = ['add_att', 'add_obj', 'replace_att', 'replace_obj', 'replace_rel', 'swap_att', 'swap_obj'] as const;

const fileSchema = z.record(
  z.string(),
  z.object({ filename: z.string().min(1), caption: z.string(), negative_caption: z.string() }),
);

/**
 * SugarCrepe (Hsieh et al. 2023): one picture, its caption and a fluent caption that is false of it.
 *
 * `dir` holds the seven files `add_att.json` … `swap_obj.json` (7,511 records; 7,512 before November 2023), `images` the
 * pictures of COCO val2017 by their file names. Figures: `FILE.choice` for each file; `replace.micro.choice`,
 * `swap.micro.choice`, `add.micro.choice` as in the paper's table 5; the same with `macro`, the unweighted mean of the files;
 * `all.micro.choice`. Chance: 1/2. The negatives of both add files are longer in 98 of 100 records: choosing the shorter
 * caption scores there what no model does. Official ties: wrong.
 */
export function sugarCrepe(options: BenchmarkOptions): Task<BenchmarkReport> {
  return defineBenchmark<BenchmarkItem>(
    {
      name: 'sugarcrepe',
      publishedAt: { annotations: 'github.com/RAIVNLab/sugar-crepe, data/', images: cocoVal2017 },
      async read(annotations) {
        const items: BenchmarkItem[] = [];
        for (const category of files) {
          // Keys have gaps: swap_obj lacks 108.
          for (const [key, record] of Object.entries(await annotations.json(`${category}.json`, fileSchema))) {
            items.push({
              id: `${category}/${key}`,
              category,
              pictures: [{ file: record.filename }],
              texts: [record.caption, record.negative_caption],
            });
          }
        }
        return items;
      },
      officialTies: 'wrong',
      decide: ({ textImage }, ties) => ({ choice: pairwise(textImage(0, 0), textImage(1, 0), ties) }),
      chance: { choice: 1 / 2 },
      figures: (items) => ({ ...each(items, ({ category }) => category), ...byKind(items), 'all.micro': micro(items) }),
    },
    options,
  );
}

export const cocoVal2017 = 'images.cocodataset.org/zips/val2017.zip';

/** The kind of change, which is the first part of a file's name: over its records, and over its files. */
export function byKind<I extends BenchmarkItem>(items: readonly I[]): { [kind: string]: Subsets<I> } {
  const kinds = byKey(items, ({ category }) => category.split('_')[0]!);
  return Object.fromEntries(
    [...kinds].flatMap(([kind, own]) => [
      [`${kind}.micro`, micro(own)],
      [`${kind}.macro`, macro(own, ({ category }) => category)],
    ]),
  );
}
