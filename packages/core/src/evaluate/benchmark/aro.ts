import * as z from 'zod';
import { each, macro, micro, type Subsets } from '../aggregate.ts';
import { nWay, pairwise } from '../kernels.ts';
import type { Task } from '../task.ts';
import { aroExcludedRelations } from './aro-excluded-relations.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  chooseSet,
  defineBenchmark,
} from './define-benchmark.ts';

const home = 'github.com/mertyg/vision-language-models-are-bows';
const publishedAt = {
  annotations: `${home} (by the links in dataset_zoo/aro_datasets.py)`,
  images: `${home}: vgr_vga_images.zip (by the link in dataset_zoo/aro_datasets.py)`,
};

const regionSchema = z.object({
  image_path: z.string().min(1),
  true_caption: z.string(),
  false_caption: z.string(),
  bbox_x: z.int(),
  bbox_y: z.int(),
  bbox_w: z.int().min(1),
  bbox_h: z.int().min(1),
});

/** Two captions of a part of a picture of Visual Genome; what differs between the two tests is what a record is filed under. */
function region<S extends z.ZodType>(
  name: string,
  file: string,
  keySchema: S,
  key: (record: z.output<S>) => string,
  figures: (items: readonly BenchmarkItem[]) => { [figure: string]: Subsets<BenchmarkItem> },
  options: BenchmarkOptions,
): Task<BenchmarkReport> {
  return defineBenchmark<BenchmarkItem>(
    {
      name,
      publishedAt,
      async read(annotations) {
        const records = await annotations.json(file, z.array(z.intersection(regionSchema, keySchema)));
        return records.map((record, at) => ({
          id: `${at}`,
          category: key(record),
          pictures: [
            {
              file: record.image_path,
              elsewhere: [`images/${record.image_path}`],
              crop: { x: record.bbox_x, y: record.bbox_y, width: record.bbox_w, height: record.bbox_h },
            },
          ],
          texts: [record.true_caption, record.false_caption],
        }));
      },
      officialTies: 'wrong', // argmax over [false, true]: the first wins
      decide: ({ textImage }, ties) => ({ choice: pairwise(textImage(0, 0), textImage(1, 0), ties) }),
      chance: { choice: 1 / 2 },
      figures,
    },
    options,
  );
}

const category = (item: BenchmarkItem) => item.category;

/**
 * ARO, VG-Relation (Yuksekgonul et al. 2023): "the horse is eating the grass" or "the grass is eating the horse".
 *
 * `dir` holds `visual_genome_relation.json` (23,937 records), `images` the pictures of `vgr_vga_images.zip`; each is cropped to
 * the record's box. Figures: `all.macro.choice`, the published one: the unweighted mean over relations without those of the
 * authors' list (`aroExcludedRelations`); each of these relations; and `all.micro.choice` over every record, which is not
 * comparable. Chance: 1/2. Official ties: wrong.
 */
export function aroRelation(options: BenchmarkOptions): Task<BenchmarkReport> {
  const exclude = aroExcludedRelations;
  return region(
    'aro/vg-relation',
    'visual_genome_relation.json',
    z.object({ relation_name: z.string().min(1) }),
    (record) => record.relation_name,
    (items) => ({
      'all.macro': macro(items, category, { exclude }),
      'all.micro': micro(items),
      ...each(
        items.filter((item) => !exclude.includes(item.category)),
        category,
      ),
    }),
    options,
  );
}

/**
 * ARO, VG-Attribution (Yuksekgonul et al. 2023): "the crouched cat and the open door" or "the open cat and the crouched door".
 *
 * `dir` holds `visual_genome_attribution.json` (28,748 records), `images` the pictures of `vgr_vga_images.zip`; each is cropped
 * to the record's box. Figures: `all.macro.choice`, the published one: the unweighted mean over ordered pairs of attributes with
 * 25 records and more; and `all.micro.choice`. Chance: 1/2. Official ties: wrong.
 */
export function aroAttribution(options: BenchmarkOptions): Task<BenchmarkReport> {
  return region(
    'aro/vg-attribution',
    'visual_genome_attribution.json',
    z.object({ attributes: z.tuple([z.string(), z.string()]).rest(z.string()) }),
    ({ attributes }) => `${attributes[0]}_${attributes[1]}`,
    (items) => ({ 'all.macro': macro(items, category, { minCount: 25 }), 'all.micro': micro(items) }),
    options,
  );
}

const orderSchema = z.array(
  z.object({
    image: z.string().min(1),
    caption_options: z.tuple([z.string(), z.string(), z.string(), z.string(), z.string()]),
  }),
);

const orderImages = {
  coco: 'images.cocodataset.org/zips/val2014.zip',
  flickr30k: 'shannon.cs.illinois.edu/DenotationGraph (on request)',
};

export const aroOrderSets = ['coco', 'flickr30k'] as const;

/**
 * ARO, COCO-Order and Flickr30k-Order (Yuksekgonul et al. 2023): a caption among four shuffles of its own words.
 *
 * The shuffles come from taggers and generators of Python and were not published, so a score belongs to one file of them: its
 * SHA-256 stands in the report. `dir` holds `coco_order.json` or `flickr30k_order.json`, an array of the test cases that the
 * authors' code makes: `{"image": "val2014/….jpg", "caption_options": [caption, four shuffles]}`, prepared as there (lower
 * case, 30 words). Some shuffles give the caption back; these items count as wrong, and in `degenerate`. Figure: `all.choice`.
 * Chance: 1/5. Official ties: the caption wins, so that a constant model gets 1.
 */
export function aroOrder(
  options: BenchmarkOptions & { readonly set: keyof typeof orderImages },
): Task<BenchmarkReport> {
  const { set, options: rest } = chooseSet('aroOrder', aroOrderSets, options);
  return defineBenchmark<BenchmarkItem>(
    {
      name: `aro/${set}-order`,
      publishedAt: { annotations: `${home} (made by dataset_zoo/aro_datasets.py)`, images: orderImages[set] },
      async read(annotations) {
        const records = await annotations.json(`${set}_order.json`, orderSchema);
        return records.map((record, at) => ({
          id: `${at}`,
          category: 'order',
          pictures: [{ file: record.image, elsewhere: [record.image.split('/').at(-1)!] }],
          texts: record.caption_options,
        }));
      },
      officialTies: 'first',
      decide: ({ textImage }, ties, { texts }) => ({
        choice: nWay(
          texts.map((_, c) => textImage(c, 0)),
          0,
          ties,
        ),
      }),
      chance: { choice: 1 / 5 },
      figures: (items) => ({ all: micro(items) }),
    },
    rest,
  );
}
