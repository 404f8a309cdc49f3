import * as z from 'zod';
import { each, nested, type Weighted } from '../aggregate.ts';
import { pairwise } from '../kernels.ts';
import type { Task } from '../task.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  chooseSet,
  defineBenchmark,
} from './define-benchmark.ts';

const objects = ['hake', 'swig_agent', 'swig_destination', 'swig_item', 'swig_tool', 'vg_obj', 'vg_subj'];
const attributes = ['vaw', 'vg'];

/** Corpora by type, by axis: the files `corpus/v1/TYPE/CORPUS.yaml`. */
const axes: { readonly [axis in 'Object' | 'Attribute' | 'Relation']: { readonly [type: string]: readonly string[] } } =
  {
    Object: {
      'Object/Location/center': objects,
      'Object/Location/mid': objects,
      'Object/Location/margin': objects,
      'Object/Size/large': objects,
      'Object/Size/medium': objects,
      'Object/Size/small': objects,
    },
    Attribute: {
      'Attribute/action': attributes,
      'Attribute/color': attributes,
      'Attribute/material': attributes,
      'Attribute/size': attributes,
      'Attribute/state': attributes,
    },
    Relation: { 'Relation/action': ['hake', 'swig', 'vg'], 'Relation/spatial': ['vg'] },
  };

export const vlCheckListSets = ['Object', 'Attribute', 'Relation'] as const;

const corpusSchema = z.object({ ANNO_PATH: z.string().min(1), IMG_ROOT: z.string() });
const text = z.array(z.string()).min(1);
const fileSchema = z.array(z.tuple([z.string().min(1), z.object({ POS: text, NEG: text })]));

interface Item extends BenchmarkItem {
  readonly type: string;
}

/**
 * VL-CheckList (Zhao et al. 2022), by contrast (its task `itc`): a text, and the same with one object, attribute or relation
 * replaced.
 *
 * `dir` is the owners' repository with `corpus/v1/` and the files under `data/` that it names; `images` holds the folders of pictures that
 * it names (`vg`, `swig`, `hake`). All records are used, where the owners' sample settings take the first 1,000 of each corpus and leave
 * out those without a picture. Figures: `TYPE/CORPUS.choice`; `TYPE.macro.choice`, the mean of a type's sources, each the
 * mean of its corpora (`vg_obj` and `vg_subj` are one source), as the owners' `radar.py` computes them; `all.macro.choice`, the mean of the
 * axis's types. Chance: 1/2. Some records have the same text twice: they count as wrong, and in `degenerate`. Official ties:
 * wrong.
 */
export function vlCheckList(options: BenchmarkOptions & { readonly set: keyof typeof axes }): Task<BenchmarkReport> {
  const { set, options: rest } = chooseSet('vlCheckList', vlCheckListSets, options);
  return defineBenchmark<Item>(
    {
      name: `vl-checklist/${set}`,
      publishedAt: {
        annotations: 'github.com/om-ai-lab/VL-CheckList',
        images: 'the places that github.com/om-ai-lab/VL-CheckList, DATASETS.md names',
      },
      async read(annotations) {
        const items: Item[] = [];
        for (const [type, corpora] of Object.entries(axes[set])) {
          for (const corpus of corpora) {
            const category = `${type}/${corpus}`;
            const { ANNO_PATH: file, IMG_ROOT: root } = await annotations.flatYaml(
              `corpus/v1/${category}.yaml`,
              corpusSchema,
            );
            for (const [at, [path, { POS, NEG }]] of (await annotations.json(file, fileSchema)).entries()) {
              const picture = { file: `${root.replace(/\/+$/, '')}/${path}` };
              items.push({ id: `${category}/${at}`, category, type, pictures: [picture], texts: [POS[0]!, NEG[0]!] });
            }
          }
        }
        return items;
      },
      officialTies: 'wrong',
      decide: ({ textImage }, ties) => ({ choice: pairwise(textImage(0, 0), textImage(1, 0), ties) }),
      chance: { choice: 1 / 2 },
      figures: (items) => {
        const corpus = ({ category }: Item) => category;
        const source = ({ category }: Item) => category.split('/').at(-1)!.split('_')[0]!; // swig_agent, swig_item … are one
        const types = Object.keys(axes[set]).map((type) => {
          const own = items.filter((item) => item.type === type);
          return [`${type}.macro`, nested(own, source, corpus)] as const;
        });
        return {
          ...each(items, corpus),
          ...Object.fromEntries(types),
          'all.macro': mean(types.map(([, figure]) => figure)),
        };
      },
    },
    rest,
  );
}

/** The unweighted mean of figures. */
function mean(figures: readonly Weighted<Item>[]): Weighted<Item> {
  return {
    subsets: figures.flatMap(({ subsets }) => subsets),
    weights: figures.flatMap(({ weights }) => weights.map((weight) => weight / figures.length)),
  };
}
