import * as z from 'zod';
import { byKey, difference, each, macro, micro } from '../aggregate.ts';
import { type Choice, nWay, rank, type TieRule } from '../kernels.ts';
import type { Task } from '../task.ts';
import { integerCell } from './annotations.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  type Cosines,
  chooseSet,
  defineBenchmark,
} from './define-benchmark.ts';
import { pythonList } from './python-literal.ts';

const home = 'github.com/RAIVNLab/CREPE';
const images = 'homes.cs.washington.edu/~ranjay/visualgenome (VG_100K and VG_100K_2)';

export const crepeProductivitySets = ['atom', 'swap', 'negate'] as const;
export const crepeSystematicitySets = ['cc12m', 'yfcc', 'laion'] as const;

const side = integerCell.pipe(z.int().min(1));
const regionSchema = z.object({
  image_id: z.string().min(1),
  caption: z.string(),
  x: integerCell,
  y: integerCell,
  width: side,
  height: side,
});

const ks = [1, 3, 5, 10] as const;

/** The caption stands first among its negatives; the picture is cropped to the record's box. */
function item(
  id: string,
  category: string,
  record: z.output<typeof regionSchema>,
  negatives: readonly string[],
): BenchmarkItem {
  const { image_id: image, x, y, width, height } = record;
  const elsewhere = [`VG_100K_2/${image}.jpg`, `${image}.jpg`];
  return {
    id,
    category,
    pictures: [{ file: `VG_100K/${image}.jpg`, elsewhere, crop: { x, y, width, height } }],
    texts: [record.caption, ...negatives],
  };
}

function decide({ textImage }: Cosines, ties: TieRule, texts: readonly string[]): { [metric: string]: Choice } {
  const scores = texts.map((_, c) => textImage(c, 0));
  const choice = nWay(scores, 0, ties);
  const place = rank(scores, 0, ties);
  return Object.fromEntries(ks.map((k) => [`recall@${k}`, { ...choice, right: place < k }]));
}

const chance = Object.fromEntries(
  ks.map((k) => [`recall@${k}`, ({ texts }: BenchmarkItem) => Math.min(1, k / texts.length)]),
);

/**
 * CREPE, productivity (Ma et al. 2023): a caption among its hard negatives, for scene graphs of 4 to 12 atoms.
 *
 * `dir` is the folder of `prod_hard_negatives.zip`, with `atom/prod_vg_hard_negs_atom_complexity_4.csv` and so on; `images` holds
 * `VG_100K/` and `VG_100K_2/`; pictures are cropped to the record's box. Figures: `complexity_N.recall@1` (and 3, 5, 10: the
 * share of captions with fewer than k negatives that score as high), `all.macro` as the mean over N, `all.micro`. Chance: k / number of
 * texts, averaged over the records. Official ties: the caption wins, as in a stable sort on the CPU, which PyTorch's was at the time (newer
 * ones promise nothing), so that a constant model gets 1.
 */
export function crepeProductivity(
  options: BenchmarkOptions & { readonly set: (typeof crepeProductivitySets)[number] },
): Task<BenchmarkReport> {
  const { set, options: rest } = chooseSet('crepeProductivity', crepeProductivitySets, options);
  return defineBenchmark<BenchmarkItem>(
    {
      name: `crepe/productivity-${set}`,
      publishedAt: { annotations: `${home}, data/prod_hard_negatives.zip`, images },
      async read(annotations) {
        const items: BenchmarkItem[] = [];
        for (let complexity = 4; complexity <= 12; complexity++) {
          const file = `${set}/prod_vg_hard_negs_${set}_complexity_${complexity}.csv`;
          const records = await annotations.csv(file, regionSchema.extend({ hard_negs: pythonList }));
          records.forEach((record, at) => {
            items.push(item(`${complexity}/${at}`, `complexity_${complexity}`, record, record.hard_negs));
          });
        }
        return items;
      },
      officialTies: 'first',
      decide: (cosines, ties, { texts }) => decide(cosines, ties, texts),
      chance,
      figures: (items) => {
        const complexity = ({ category }: BenchmarkItem) => category;
        return { ...each(items, complexity), 'all.macro': macro(items, complexity), 'all.micro': micro(items) };
      },
    },
    rest,
  );
}

const kinds = ['atom', 'comp', 'combined'] as const;
const systematicitySchema = regionSchema.extend({
  valid_hard_negs_atom: pythonList,
  valid_hard_negs_comp: pythonList,
  valid_hard_negs_combined: pythonList,
});

/**
 * CREPE, systematicity (Ma et al. 2023): a caption among its hard negatives, whose compounds stood in the training data or did not.
 * For models that were trained on CC12M, YFCC15M or LAION-400M alone, which the set names.
 *
 * `dir` is the folder of `syst_hard_negatives.zip`, with `syst_vg_hard_negs_seen_compounds_in_cc12m.csv` and so on; `images` as for
 * productivity. Figures: `seen.atom.recall@1`, `unseen.atom.recall@1` and so on for the negatives `atom`, `comp`, `combined` and k of 1, 3,
 * 5, 10; `difference.atom.recall@1` and so on, seen less unseen. Chance and ties as for productivity.
 */
export function crepeSystematicity(
  options: BenchmarkOptions & { readonly set: (typeof crepeSystematicitySets)[number] },
): Task<BenchmarkReport> {
  const { set, options: rest } = chooseSet('crepeSystematicity', crepeSystematicitySets, options);
  return defineBenchmark<BenchmarkItem>(
    {
      name: `crepe/systematicity-${set}`,
      publishedAt: { annotations: `${home}, data/syst_hard_negatives.zip`, images },
      async read(annotations) {
        const items: BenchmarkItem[] = [];
        for (const split of ['seen', 'unseen'] as const) {
          const file = `syst_vg_hard_negs_${split}_compounds_in_${set}.csv`;
          for (const [at, record] of (await annotations.csv(file, systematicitySchema)).entries()) {
            for (const kind of kinds) {
              items.push(item(`${split}/${at}/${kind}`, `${split}.${kind}`, record, record[`valid_hard_negs_${kind}`]));
            }
          }
        }
        return items;
      },
      officialTies: 'first',
      decide: (cosines, ties, { texts }) => decide(cosines, ties, texts),
      chance,
      figures: (items) => {
        const byCategory = byKey(items, ({ category }) => category);
        const of = (category: string) => byCategory.get(category) ?? [];
        const differences = kinds.map((kind) => [
          `difference.${kind}`,
          difference(of(`seen.${kind}`), of(`unseen.${kind}`)),
        ]);
        return { ...each(items, ({ category }) => category), ...Object.fromEntries(differences) };
      },
    },
    rest,
  );
}
