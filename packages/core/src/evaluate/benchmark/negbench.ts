import * as z from 'zod';
import { each, micro } from '../aggregate.ts';
import { nWay } from '../kernels.ts';
import type { Task } from '../task.ts';
import { integerCell } from './annotations.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  chooseSet,
  defineBenchmark,
} from './define-benchmark.ts';
import { within } from './gallery.ts';
import { pythonList } from './python-literal.ts';
import { cocoVal2017 } from './sugar-crepe.ts';

const synthetic = 'github.com/m1k2zoo/negbench (by the links in datasets.md)';

const sets = {
  coco: { file: 'COCO_val_mcq_llama3.1_rephrased.csv', images: cocoVal2017 },
  voc2007: {
    file: 'VOC2007_mcq_llama3.1_rephrased.csv',
    images: 'host.robots.ox.ac.uk/pascal/VOC/voc2007, VOCtest_06-Nov-2007.tar',
  },
  synthetic: {
    file: 'synthetic_mcq_llama3.1_rephrased.csv',
    images: synthetic,
  },
} as const;

export const negBenchSets = ['coco', 'voc2007', 'synthetic'] as const;

const rowSchema = z.object({
  image_path: z.string().min(1),
  caption_0: z.string(),
  caption_1: z.string(),
  caption_2: z.string(),
  caption_3: z.string(),
  correct_answer: integerCell.pipe(z.int().min(0).max(3)),
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
  const { set, options: rest } = chooseSet('negBench', negBenchSets, options);
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
      fits: ({ answer }, text) => text === answer,
      chance: { choice: 1 / 4 },
      figures: (items) => ({ all: micro(items), ...each(items, ({ category }) => category) }),
    },
    rest,
  );
}

const retrievalSets = {
  coco: { file: 'COCO_val_retrieval.csv', images: cocoVal2017 },
  'coco-negated': {
    file: 'COCO_val_negated_retrieval_llama3.1_rephrased_affneg_true.csv',
    images: cocoVal2017,
  },
  'synthetic-v1': { file: 'synthetic_retrieval_v1.csv', images: synthetic },
  'synthetic-v2': { file: 'synthetic_retrieval_v2.csv', images: synthetic },
} as const;

export const negBenchRetrievalSets = ['coco', 'coco-negated', 'synthetic-v1', 'synthetic-v2'] as const;

/**
 * NegBench, text-to-image retrieval (Alhamoud et al. 2025): each caption looks for its picture among those of the file. Set
 * `coco-negated` has the same pictures as `coco`, and captions that also say what is not there; the figure is one beside the other.
 *
 * `dir` holds `COCO_val_retrieval.csv`, `COCO_val_negated_retrieval_llama3.1_rephrased_affneg_true.csv`, `synthetic_retrieval_v1.csv` or
 * `synthetic_retrieval_v2.csv`; pictures are found as in `negBench`. Figures: `all.recall@1`, `all.recall@5`, the share of captions with fewer
 * than k other pictures that score as high. Chance: k / number of pictures. Official ties: `torch.topk` promises no order; the pictures
 * are taken in that of the file.
 */
export function negBenchRetrieval(
  options: BenchmarkOptions & { readonly set: keyof typeof retrievalSets },
): Task<BenchmarkReport> {
  const { set, options: rest } = chooseSet('negBenchRetrieval', negBenchRetrievalSets, options);
  const { file, images } = retrievalSets[set];
  return defineBenchmark<BenchmarkItem>(
    {
      name: `negbench/retrieval-${set}`,
      publishedAt: { annotations: `github.com/m1k2zoo/negbench, data/images/${file}`, images },
      async read(annotations) {
        const rows = await annotations.csv(file, z.object({ filepath: z.string().min(1), captions: pythonList }));
        return rows.map(({ filepath, captions }, at) => ({
          id: `${at}`,
          category: 'retrieval',
          pictures: [{ file: filepath.split('/').at(-1)!, elsewhere: [filepath] }],
          texts: captions,
        }));
      },
      gallery: true,
      officialTies: 'first',
      decide: ({ ownPicture }, ties, { texts }) => {
        const found = texts.map((_, c) => ownPicture(c));
        return {
          'recall@1': found.map((place) => within(place, 1, ties)),
          'recall@5': found.map((place) => within(place, 5, ties)),
        };
      },
      fits: () => true,
      chance: {
        'recall@1': (_, { pictures }) => 1 / pictures,
        'recall@5': (_, { pictures }) => Math.min(1, 5 / pictures),
      },
      figures: (items) => ({ all: micro(items) }),
    },
    rest,
  );
}
