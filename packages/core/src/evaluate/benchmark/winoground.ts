import * as z from 'zod';
import { each, micro, type Subsets } from '../aggregate.ts';
import type { Task } from '../task.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  defineBenchmark,
} from './define-benchmark.ts';
import { textImageGroup, textImageGroupChance } from './text-image-group.ts';

const recordSchema = z.object({
  id: z.int(),
  image_0: z.string().min(1),
  image_1: z.string().min(1),
  caption_0: z.string(),
  caption_1: z.string(),
  collapsed_tag: z.string().min(1),
  num_main_preds: z.int(),
});

const tagFile = 'new_tag_assignments.json';
const tagSchema = z.record(z.string().regex(/^\d+$/), z.array(z.string().min(1)));

interface Item extends BenchmarkItem {
  /** Of Diwan et al.; null without their file. */
  readonly tags: readonly string[] | null;
  readonly mainPredicates: number;
}

/**
 * Winoground (Thrush et al. 2022): two pictures and two captions of the same words in another order.
 *
 * `dir` holds `examples.jsonl` (400 records), `images` the pictures `ex_0_img_0.png` …; both are handed out by the owners under
 * terms that forbid passing them on. Figures: `all.text`, `all.image`, `all.group`; the same by `collapsed_tag`
 * (`Object.text` …) and by number of main predicates (`main_preds_1.text` …). Where `dir` also holds `new_tag_assignments.json`
 * (Diwan et al. 2022), the same for the 172 items without any of its tags (`NoTag.text` …), which need composition alone, and for those with
 * each tag (`Complex Reasoning.text` …). Chance: 1/4, 1/4, 1/6. One item is 0.25 points
 * and the interval of a score near 0.3 about ±0.045. Official ties: wrong.
 */
export function winoground(options: BenchmarkOptions): Task<BenchmarkReport> {
  return defineBenchmark<Item>(
    {
      name: 'winoground',
      publishedAt: {
        annotations: 'huggingface.co/datasets/facebook/winoground, data/examples.jsonl',
        images: 'huggingface.co/datasets/facebook/winoground, data/images.zip',
      },
      async read(annotations) {
        const records = await annotations.jsonLines('examples.jsonl', recordSchema);
        const tags = (await annotations.has(tagFile)) ? await annotations.json(tagFile, tagSchema) : null;
        const untold = tags && records.find(({ id }) => tags[id] === undefined);
        if (untold) throw annotations.broken(tagFile, `id ${untold.id}`, 'expected the tags of every item');
        return records.map((record) => ({
          tags: tags && tags[record.id]!,
          id: `${record.id}`,
          category: record.collapsed_tag,
          mainPredicates: record.num_main_preds,
          pictures: [record.image_0, record.image_1].map((file) => ({ file, elsewhere: [`${file}.png`] })),
          texts: [record.caption_0, record.caption_1],
        }));
      },
      officialTies: 'wrong',
      decide: textImageGroup,
      chance: textImageGroupChance,
      figures: (items) => ({
        all: micro(items),
        ...each(items, ({ category }) => category),
        ...each(items, ({ mainPredicates }) => `main_preds_${mainPredicates}`),
        ...byTag(items),
      }),
    },
    options,
  );
}

/** Items without a tag, and those with each tag; an item may have several. */
function byTag(items: readonly Item[]): { [figure: string]: Subsets<Item> } {
  const tagged = items.flatMap((item) => (item.tags ?? []).map((tag) => ({ tag, item })));
  const without = items.filter(({ tags }) => tags?.length === 0);
  return {
    ...(without.length > 0 && { NoTag: micro(without) }),
    ...Object.fromEntries(
      [...Map.groupBy(tagged, ({ tag }) => tag)].map(([tag, own]) => [tag, micro(own.map(({ item }) => item))]),
    ),
  };
}
