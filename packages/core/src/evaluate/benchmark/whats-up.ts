import * as z from 'zod';
import { byKey, each, micro } from '../aggregate.ts';
import { all, type Choice, nWay, pairwise } from '../kernels.ts';
import type { Task } from '../task.ts';
import type { Annotations } from './annotations.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  chooseSet,
  defineBenchmark,
} from './define-benchmark.ts';

const publishedAt = {
  annotations: 'github.com/amitakamath/whatsup_vlms (by the links in dataset_zoo/aro_datasets.py)',
  images: 'github.com/amitakamath/whatsup_vlms (by the links in dataset_zoo/aro_datasets.py)',
};

/** Photographs of two things, one photograph a relation: opposite relations stand side by side. */
const controlled = {
  A: { file: 'controlled_images_dataset.json', relations: ['left', 'right', 'on', 'under'] },
  B: { file: 'controlled_clevr_dataset.json', relations: ['left', 'right', 'in-front', 'behind'] },
} as const;

export const whatsUpSets = ['A', 'B'] as const;

const controlledSchema = z.array(
  z.object({
    image_path: z.string().regex(/[^/]_[^/]+$/),
    caption_options: z.tuple([z.string(), z.string(), z.string(), z.string()]),
  }),
);

interface ControlledSet extends BenchmarkItem {
  /** Places in `texts` of each photograph's four captions, the right one first. */
  readonly captions: readonly (readonly number[])[];
}

/**
 * What'sUp, controlled photographs (Kamath et al. 2023): two things in four relations, and four captions for each photograph.
 *
 * Set A holds `controlled_images_dataset.json` (412 photographs: left of, right of, on, under), set B
 * `controlled_clevr_dataset.json` (408: left of, right of, in front of, behind), `images` the folder in which
 * `controlled_images/` or `controlled_clevr/` lies. Figures: `all.individual`, the share of photographs that choose their
 * caption; `all.pair`, of opposite photographs that both do; `all.set`, of sets in which all four do; and the share by relation
 * (`all.left` …). Chance: 1/4, 1/16, 1/256. The interval draws whole sets. Two photographs of set A have changed names with each other
 * (`pillow_left_of_chair.jpeg`, `pillow_right_of_chair.jpeg`): they are scored as published. Official ties: the right caption wins, so
 * that a constant model gets 1.
 */
export function whatsUp(options: BenchmarkOptions & { readonly set: keyof typeof controlled }): Task<BenchmarkReport> {
  const { set, options: rest } = chooseSet('whatsUp', whatsUpSets, options);
  const { file, relations } = controlled[set];
  return defineBenchmark<ControlledSet>(
    {
      name: `whatsup/${set}`,
      publishedAt,
      read: (annotations) => readSets(annotations, file, relations),
      officialTies: 'first',
      decide: ({ textImage }, ties, { captions }) => {
        const individual = captions.map((own, photograph) =>
          nWay(
            own.map((c) => textImage(c, photograph)),
            0,
            ties,
          ),
        ) as [Choice, Choice, Choice, Choice];
        const [a, b, c, d] = individual;
        const byRelation = Object.fromEntries(relations.map((relation, k) => [relation, individual[k]!]));
        return { individual, pair: [all(a, b), all(c, d)], set: all(...individual), ...byRelation };
      },
      fits: ({ captions }, text, picture) => captions[picture]![0] === text,
      chance: {
        individual: 1 / 4,
        pair: 1 / 16,
        set: 1 / 256,
        ...Object.fromEntries(relations.map((relation) => [relation, 1 / 4])),
      },
      figures: (items) => ({ all: micro(items) }),
    },
    rest,
  );
}

async function readSets(
  annotations: Annotations,
  file: string,
  relations: readonly string[],
): Promise<ControlledSet[]> {
  const records = (await annotations.json(file, controlledSchema)).map((record) => {
    // mug_left_of_table.jpeg: the first thing, the relation, the second thing
    const words = record.image_path
      .split('/')
      .at(-1)!
      .replace(/\.\w+$/, '')
      .split('_');
    return { ...record, things: `${words[0]} ${words.at(-1)}`, relation: words[1]! };
  });
  return [...byKey(records, ({ things }) => things)].map(([things, photographs]) => {
    const ordered = relations.flatMap((relation) => photographs.filter((record) => record.relation === relation));
    if (ordered.length !== 4 || new Set(ordered.map(({ relation }) => relation)).size !== 4) {
      throw annotations.broken(file, `"${things}"`, `expected one photograph each of ${relations.join(', ')}`);
    }
    const texts = [...new Set(ordered.flatMap((record) => record.caption_options))];
    return {
      id: things,
      category: file,
      texts,
      pictures: ordered.map(({ image_path: path }) => ({
        file: path,
        elsewhere: [path.replace(/^data\//, ''), path.split('/').at(-1)!],
      })),
      captions: ordered.map((record) => record.caption_options.map((caption) => texts.indexOf(caption))),
    };
  });
}

/** `among`: phrases of the right caption that name its relation, the last where none of the others is found. */
const spatial = {
  'coco-one': { file: 'coco_qa_one_obj.json', folder: 'val2017', among: null },
  'coco-two': { file: 'coco_qa_two_obj.json', folder: 'val2017', among: ['left of', 'right of', 'above', 'below'] },
  'gqa-one': { file: 'vg_qa_one_obj.json', folder: 'vg_images', among: null },
  'gqa-two': {
    file: 'vg_qa_two_obj.json',
    folder: 'vg_images',
    among: ['left of', 'right of', 'front of', 'behind', 'top'],
  },
} as const;

export const spatialRelationsSets = ['coco-one', 'coco-two', 'gqa-one', 'gqa-two'] as const;

const spatialSchema = z.array(z.tuple([z.union([z.int(), z.string().min(1)]), z.string(), z.string()]));

/**
 * What'sUp, COCO-spatial and GQA-spatial (Kamath et al. 2023): a caption, or the one with the opposite relation, about one thing in
 * the picture or about two.
 *
 * `dir` holds `coco_qa_one_obj.json`, `coco_qa_two_obj.json`, `vg_qa_one_obj.json`, `vg_qa_two_obj.json` (2,247, 440, 1,160 and 291
 * records), `images` the folder in which `val2017/` or `vg_images/` lies. Figures: `all.choice`, and the same by relation. The paper's table
 * averages one and two of a source. Chance: 1/2; a model below it prefers one wording. Official ties: the right caption wins.
 */
export function spatialRelations(
  options: BenchmarkOptions & { readonly set: keyof typeof spatial },
): Task<BenchmarkReport> {
  const { set, options: rest } = chooseSet('spatialRelations', spatialRelationsSets, options);
  const { file, folder, among } = spatial[set];
  return defineBenchmark<BenchmarkItem>(
    {
      name: `whatsup/${set}`,
      publishedAt,
      async read(annotations) {
        const records = await annotations.json(file, spatialSchema);
        return records.map(([picture, right, wrong], at) => {
          const name = `${folder === 'val2017' ? String(picture).padStart(12, '0') : picture}.jpg`;
          return {
            id: `${at}`,
            category: among
              ? (among.find((phrase) => right.includes(phrase)) ?? among.at(-1)!)
              : right.trim().split(/\s+/).at(-1)!,
            pictures: [{ file: `${folder}/${name}`, elsewhere: [name] }],
            texts: [right, wrong],
          };
        });
      },
      officialTies: 'first',
      decide: ({ textImage }, ties) => ({ choice: pairwise(textImage(0, 0), textImage(1, 0), ties) }),
      chance: { choice: 1 / 2 },
      figures: (items) => ({ all: micro(items), ...each(items, ({ category }) => category) }),
    },
    rest,
  );
}
