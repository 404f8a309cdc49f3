import * as z from 'zod';
import { each, macro } from '../aggregate.ts';
import { all, pairwise } from '../kernels.ts';
import type { Task } from '../task.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  defineBenchmark,
} from './define-benchmark.ts';
import { cocoVal2017 } from './sugar-crepe.ts';

const files = ['replace_att', 'replace_obj', 'replace_rel', 'swap_att', 'swap_obj'] as const;

const fileSchema = z.array(
  z.object({
    id: z.int(),
    filename: z.string().min(1),
    caption: z.string(),
    caption2: z.string(),
    negative_caption: z.string(),
  }),
);

/**
 * SugarCrepe++ (Dumpala et al. 2024): one picture, two captions P1 and P2 that say the same in other words, and a caption N that
 * is near them in words and false.
 *
 * `dir` holds the five files `replace_att.json` … `swap_obj.json` (4,757 records; not the files of SugarCrepe of the same
 * names), `images` the pictures of COCO val2017. For each file, and as their unweighted mean (`all.macro`): `itt`, picture to
 * text: P1 and P2 are both nearer to the picture than N; `tot`, texts alone: P1 and P2 are nearer to each other than either is
 * to N; `p1` and `p2`, each caption against N. Chance: 1/3, 1/3, 1/2, 1/2. Two negatives
 * of swap_obj are their caption word for word, so that 243/245 is the most. Official ties: wrong.
 */
export function sugarCrepePlusPlus(options: BenchmarkOptions): Task<BenchmarkReport> {
  return defineBenchmark<BenchmarkItem>(
    {
      name: 'sugarcrepe++',
      publishedAt: { annotations: 'github.com/Sri-Harsha/scpp, data/', images: cocoVal2017 },
      async read(annotations) {
        const items: BenchmarkItem[] = [];
        for (const category of files) {
          for (const record of await annotations.json(`${category}.json`, fileSchema)) {
            items.push({
              id: `${category}/${record.id}`,
              category,
              pictures: [{ file: record.filename }],
              texts: [record.caption, record.caption2, record.negative_caption],
            });
          }
        }
        return items;
      },
      officialTies: 'wrong',
      decide: ({ textImage, textText }, ties) => {
        const p1 = pairwise(textImage(0, 0), textImage(2, 0), ties);
        const p2 = pairwise(textImage(1, 0), textImage(2, 0), ties);
        const same = textText(0, 1);
        const tot = all(pairwise(same, textText(0, 2), ties), pairwise(same, textText(1, 2), ties));
        return { itt: all(p1, p2), tot, p1, p2 };
      },
      fits: (_, text) => text < 2,
      chance: { itt: 1 / 3, tot: 1 / 3, p1: 1 / 2, p2: 1 / 2 },
      figures: (items) => {
        const file = ({ category }: BenchmarkItem) => category;
        return { ...each(items, file), 'all.macro': macro(items, file) };
      },
    },
    options,
  );
}
