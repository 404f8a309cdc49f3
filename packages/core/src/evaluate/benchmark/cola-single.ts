import * as z from 'zod';
import { micro } from '../aggregate.ts';
import { averagePrecision, type Choice } from '../kernels.ts';
import type { Task } from '../task.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  chooseSet,
  defineBenchmark,
} from './define-benchmark.ts';

const home = 'github.com/arijitray1993/COLA';

const sets = {
  gqa: { name: 'GQA', images: 'homes.cs.washington.edu/~ranjay/visualgenome' },
  clevr: { name: 'CLEVR', images: 'cs.stanford.edu/people/jcjohns/clevr' },
  paco: {
    name: 'PACO',
    images: 'images.cocodataset.org (train2017 and val2017), as github.com/facebookresearch/paco says',
  },
} as const;

export const colaSingleSets = ['gqa', 'clevr', 'paco'] as const;

const flags = z.array(z.union([z.literal(0), z.literal(1)]));
const picture = z.string().regex(/[^/]$/);
const rowSchema = z
  .union([
    z.tuple([picture, z.unknown(), flags, flags]).transform(([file, , label, hard]) => ({ file, label, hard })),
    z.tuple([picture, flags, flags]).transform(([file, label, hard]) => ({ file, label, hard })),
  ])
  .refine(({ label, hard }) => label.length === hard.length, 'expected as many labels as flags of hard pictures');
const bodySchema = z.object({ labels: z.array(z.string().min(1)), data: z.array(rowSchema) });
const fileSchema = z.preprocess(
  (value) => (Array.isArray(value) ? { labels: value[0], data: value[1] } : value),
  bodySchema,
);

interface Item extends BenchmarkItem {
  /** Whether each picture shows it. */
  readonly relevant: readonly boolean[];
}

/**
 * Cola, single objects (Ray et al. 2023): a thing with its attributes, "square white plate", looks for its pictures among those that show
 * something square, something white or a plate.
 *
 * `dir` holds `COLA_singleobjects_benchmark_GQA.json`, `…_CLEVR.json` or `…_PACO.json` (320 classes), `images` the pictures by the last part of
 * their paths in the file. Figure: `all.ap`, the mean over classes of the average precision on their hard pictures; classes without
 * such a picture, or without one among them that shows the class, are left out. Chance: the mean average precision of a random order.
 * Official ties (torchmetrics): pictures of the same score are one step.
 */
export function colaSingle(
  options: BenchmarkOptions & { readonly set: (typeof colaSingleSets)[number] },
): Task<BenchmarkReport> {
  const { set, options: rest } = chooseSet('colaSingle', colaSingleSets, options);
  const { name, images } = sets[set];
  const file = `COLA_singleobjects_benchmark_${name}.json`;
  return defineBenchmark<Item>(
    {
      name: `cola/single-${set}`,
      publishedAt: { annotations: `${home}, data/${file}`, images },
      async read(annotations) {
        const { labels, data } = await annotations.json(file, fileSchema);
        const short = data.findIndex(({ label }) => label.length !== labels.length);
        if (short >= 0) throw annotations.broken(file, `data.${short}`, `expected ${labels.length} labels`);
        const items = labels
          .map((label, k) => {
            const hard = data.filter((row) => row.hard[k] === 1);
            return {
              id: `${k}`,
              category: label,
              texts: [label],
              pictures: hard.map(({ file: path }) => ({ file: path.split('/').at(-1)!, elsewhere: [path] })),
              relevant: hard.map((row) => row.label[k] === 1),
            };
          })
          .filter(({ relevant }) => relevant.includes(true));
        if (items.length === 0) throw annotations.broken(file, 'data', 'expected records, received none');
        return items;
      },
      officialTies: 'first',
      decide: ({ textImage }, ties, { pictures, relevant }) => {
        const scores = pictures.map((_, i) => textImage(0, i));
        return { ap: graded(scores, relevant, ties === 'wrong' ? 'wrong' : 'together') };
      },
      fits: ({ relevant }, _, picture) => relevant[picture]!,
      chance: { ap: ({ relevant }) => randomOrder(relevant.length, relevant.filter(Boolean).length) },
      figures: (items) => ({ all: micro(items) }),
    },
    rest,
  );
}

function graded(scores: readonly number[], relevant: readonly boolean[], ties: 'wrong' | 'together'): Choice {
  const value = averagePrecision(scores, relevant, ties)!;
  const wrong = new Set(scores.filter((_, i) => !relevant[i]));
  const least = Math.min(...scores.filter((_, i) => relevant[i]));
  return {
    value,
    right: value === 1,
    tie: scores.some((score, i) => relevant[i] && wrong.has(score)),
    margin: wrong.size === 0 ? 0 : least - Math.max(...wrong),
  };
}

/** Expected average precision of a random order of n answers, r of them relevant. */
function randomOrder(n: number, r: number): number {
  if (n === r) return 1;
  let harmonic = 0;
  for (let i = 1; i <= n; i++) harmonic += 1 / i;
  return (harmonic + ((r - 1) / (n - 1)) * (n - harmonic)) / n;
}
