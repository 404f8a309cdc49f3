import * as z from 'zod';
import { each, macro, micro } from '../aggregate.ts';
import { pairwise } from '../kernels.ts';
import type { Task } from '../task.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  defineBenchmark,
} from './define-benchmark.ts';

/** Files by phenomenon. */
const phenomena = {
  existence: ['existence'],
  plurals: ['plurals'],
  counting: ['counting-hard', 'counting-small-quant', 'counting-adversarial'],
  relations: ['relations'],
  actions: ['action-replacement', 'actant-swap'],
  coreference: ['coreference-standard', 'coreference-hard'],
  'foil-it': ['foil-it'],
} as const;

/** Folders in which the owners' code looks for pictures. */
const folders = [
  'visual7w/images',
  'plurals/test_images',
  'relations/test_images',
  'actions/images_512',
  'coref/release_too_many_is_this_in_color/images',
  'coref/release_v18/test_images',
  'val2017',
  'val2014',
  'train2014',
  'VisualDialog_val2018',
];

const fileSchema = z.record(
  z.string(),
  z.object({
    image_file: z.string().min(1),
    caption: z.string(),
    foil: z.string(),
    mturk: z.object({ caption: z.number() }),
  }),
);

interface Item extends BenchmarkItem {
  readonly phenomenon: string;
}

/**
 * VALSE (Parcalabescu et al. 2022): a caption, and a foil in which one thing is wrong, for six phenomena and FOIL-it.
 *
 * `dir` holds the eleven files `existence.json` … `foil-it.json`, `images` the pictures of Visual7W, COCO, SWiG and VisDial, in
 * the folders of the owners' code or side by side. Only records are used whose caption two of three people hold to fit (7,702 of
 * 8,782), as in every published figure. Figures: `FILE.choice`, the pairwise accuracy; `all.macro.choice`, the mean of the eleven files;
 * `PHENOMENON.micro.choice` over the files of a phenomenon; `phenomena.macro.choice`, the mean of these. Chance: 1/2. Official ties: wrong.
 */
export function valse(options: BenchmarkOptions): Task<BenchmarkReport> {
  return defineBenchmark<Item>(
    {
      name: 'valse',
      publishedAt: {
        annotations: 'github.com/Heidelberg-NLP/VALSE, data/',
        images: 'the places that the README of github.com/Heidelberg-NLP/VALSE names',
      },
      async read(annotations) {
        const items: Item[] = [];
        for (const [phenomenon, files] of Object.entries(phenomena)) {
          for (const category of files) {
            const records = await annotations.json(`${category}.json`, fileSchema);
            for (const [key, { image_file: file, caption, foil, mturk }] of Object.entries(records)) {
              if (mturk.caption < 2) continue;
              const elsewhere = folders.map((folder) => `${folder}/${file}`);
              items.push({
                id: `${category}/${key}`,
                category,
                phenomenon,
                pictures: [{ file, elsewhere }],
                texts: [caption, foil],
              });
            }
          }
        }
        return items;
      },
      officialTies: 'wrong',
      decide: ({ textImage }, ties) => ({ choice: pairwise(textImage(0, 0), textImage(1, 0), ties) }),
      chance: { choice: 1 / 2 },
      figures: (items) => {
        const file = ({ category }: Item) => category;
        const phenomenon = (item: Item) => item.phenomenon;
        return {
          ...each(items, file),
          'all.macro': macro(items, file),
          ...Object.fromEntries(
            Object.entries(phenomena)
              .filter(([, files]) => files.length > 1)
              .map(([name]) => [`${name}.micro`, micro(items.filter((item) => item.phenomenon === name))]),
          ),
          'phenomena.macro': macro(items, phenomenon),
        };
      },
    },
    options,
  );
}
