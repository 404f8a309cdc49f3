import * as z from 'zod';
import { each, micro } from '../aggregate.ts';
import { nWay } from '../kernels.ts';
import type { Task } from '../task.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  chooseSet,
  defineBenchmark,
} from './define-benchmark.ts';
import { cocoVal2017 } from './sugar-crepe.ts';

const sets = {
  coco: { file: 'COCO_val_mcq_llama3.1_rephrased.csv', images: cocoVal2017 },
  voc2007: {
    file: 'VOC2007_mcq_llama3.1_rephrased.csv',
    images: 'host.robots.ox.ac.uk/pascal/VOC/voc2007, VOCtest_06-Nov-2007.tar',
  },
  synthetic: {
    file: 'synthetic_mcq_llama3.1_rephrased.csv',
    images: 'github.com/m1k2zoo/negbench (by the links in datasets.md)',
  },
} as const;

const rowSchema = z.object({
  image_path: z.string().min(1),
  caption_0: z.string(),
  caption_1: z.string(),
  caption_2: z.string(),
  caption_3: z.string(),
  correct_answer: z.coerce.number<string>().int().min(0).max(3),
  correct_answer_template: z.string().min(1),
});

interface Item extends BenchmarkItem {
  readonly answer: number;
}

/**
 * NegBench, multiple choice on pictures (Alhamoud et al. 2025): four captions that say what is there, what is not, or both.
 *
 * `dir` holds `COCO_val_mcq_llama3.1_rephrased.csv` (5,914 rows), `VOC2007_mcq_llama3.1_rephrased.csv` (5,031) or
 * `synthetic_mcq_llama3.1_rephrased.csv`, `images` the pictures of COCO val2017, VOC2007 test or NegBench, found by the last part of
 * the path in the file. Figures: `all.choice`, and by the form of the right caption `positive.choice`, `negative.choice`,
 * `hybrid.choice`: read these, for a model that prefers captions without "not" does well on the first alone. Chance: 1/4. Official ties:
 * the first wins, which is the right one throughout COCO and VOC2007, so that a constant model gets 1 there.
 */
export function negBench(options: BenchmarkOptions & { readonly set: keyof typeof sets }): Task<BenchmarkReport> {
  const { set, options: rest } = chooseSet('negBench', ['coco', 'voc2007', 'synthetic'], options);
  const { file, images } = sets[set];
  return defineBenchmark<Item>(
    {
      name: `negbench/${set}`,
      publishedAt: { annotations: `github.com/m1k2zoo/negbench, data/images/${file}`, images },
      async read(annotations) {
        const rows = await annotations.csv(file, rowSchema);
        return rows.map((row, at) => ({
          id: `${at}`,
          category: row.correct_answer_template,
          answer: row.correct_answer,
          pictures: [{ file: row.image_path.split('/').at(-1)!, elsewhere: [row.image_path] }],
          texts: [row.caption_0, row.caption_1, row.caption_2, row.caption_3],
        }));
      },
      officialTies: 'first',
      decide: ({ textImage }, ties, { texts, answer }) => ({
        choice: nWay(
          texts.map((_, c) => textImage(c, 0)),
          answer,
          ties,
        ),
      }),
      chance: { choice: 1 / 4 },
      figures: (items) => ({ all: micro(items), ...each(items, ({ category }) => category) }),
    },
    rest,
  );
}
