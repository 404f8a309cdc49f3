/** A benchmark in miniature: annotation files as they are published, and the pictures that they name. */
export interface BenchmarkFiles {
  readonly files: { readonly [file: string]: unknown };
  readonly pictures: readonly string[];
}

/** 0 … count − 1. */
const indices = (count: number) => Array.from({ length: count }, (_, k) => k);

const sugarCrepeNames = ['add_att', 'add_obj', 'replace_att', 'replace_obj', 'replace_rel', 'swap_att', 'swap_obj'];
const coco = ['000000000139.jpg', '000000000285.jpg'];

/** Two records a file on two pictures; each file's keys have a gap. */
export const sugarCrepeFiles: BenchmarkFiles = {
  files: Object.fromEntries(
    sugarCrepeNames.map((name) => [
      `${name}.json`,
      {
        0: { filename: coco[0], caption: `${name} 0 right`, negative_caption: `${name} 0 wrong` },
        2: { filename: coco[1], caption: `${name} 2 right`, negative_caption: `${name} 2 wrong` },
      },
    ]),
  ),
  pictures: coco,
};

export const winogroundFiles: BenchmarkFiles = {
  files: {
    'examples.jsonl': indices(40)
      .map((k) =>
        JSON.stringify({
          id: k,
          image_0: `ex_${k}_img_0`,
          image_1: `ex_${k}_img_1`,
          caption_0: `a cup on book ${k}`,
          caption_1: `book ${k} on a cup`,
          tag: 'Object',
          secondary_tag: '',
          num_main_preds: 1 + (k % 2),
          collapsed_tag: ['Object', 'Relation', 'Both', 'Relation'][k % 4],
        }),
      )
      .join('\n'),
  },
  pictures: indices(40).flatMap((k) => [`ex_${k}_img_0.png`, `ex_${k}_img_1.png`]),
};

export const sugarCrepePlusPlusFiles: BenchmarkFiles = {
  files: Object.fromEntries(
    sugarCrepeNames
      .filter((name) => !name.startsWith('add'))
      .map((name) => [
        `${name}.json`,
        indices(12).map((id) => ({
          id,
          filename: coco[id % 2],
          caption: `${name} ${id} p1`,
          caption2: `${name} ${id} p2`,
          negative_caption: `${name} ${id} n`,
        })),
      ]),
  ),
  pictures: coco,
};

/** Item k's first picture is also the second picture of the item before it. */
export const colaFiles: BenchmarkFiles = {
  files: {
    'COLA_multiobjects_matching_benchmark.json': indices(40).map((k) => [
      `https://example.org/data/vg_gqa_images/${k}.jpg`,
      `red cup left of blue book ${k}`,
      `https://example.org/data/vg_gqa_images/${k + 1}.jpg`,
      `blue cup left of red book ${k}`,
    ]),
  },
  pictures: indices(41).map((k) => `${k}.jpg`),
};

export const colorSwapFiles: BenchmarkFiles = {
  files: {
    'test.json': indices(40).map((id) => ({
      id,
      caption_1: `a red cup on a blue book ${id}`,
      caption_2: `a blue cup on a red book ${id}`,
      image_1: `images/img_${id}_1.png`,
      image_2: `images/img_${id}_2.png`,
      image_source: id % 2 ? 'midjourney' : 'dalle',
      caption_source: 'human',
    })),
  },
  pictures: indices(40).flatMap((id) => [`images/img_${id}_1.png`, `images/img_${id}_2.png`]),
};

export const bivlcFiles: BenchmarkFiles = {
  files: {
    'test.jsonl': indices(40)
      .map((k) =>
        JSON.stringify({
          image: `${k}.jpg`,
          caption: `a red cup ${k}`,
          negative_caption: `a blue cup ${k}`,
          negative_image: `${k}_negative.png`,
          type: ['replace', 'add', 'swap'][k % 3],
          subtype: k % 2 ? 'obj' : 'att',
        }),
      )
      .join('\n'),
  },
  pictures: indices(40).flatMap((k) => [`${k}.jpg`, `${k}_negative.png`]),
};

const aroBox = { bbox_x: 1, bbox_y: 2, bbox_w: 4, bbox_h: 3 };

/** Ten records each of a relation that counts and one that is left out; two pictures. */
export const aroRelationFiles: BenchmarkFiles = {
  files: {
    'visual_genome_relation.json': indices(30).map((k) => ({
      image_id: k,
      image_path: `${k % 2}.jpg`,
      relation_name: ['above', 'near', 'riding'][k % 3],
      true_caption: `the horse ${k} is above the grass`,
      false_caption: `the grass is above the horse ${k}`,
      ...aroBox,
    })),
  },
  pictures: ['0.jpg', '1.jpg'],
};

/** Pairs of attributes with 25, 26 and 24 records, the last of which is too few. */
export const aroAttributionFiles: BenchmarkFiles = {
  files: {
    'visual_genome_attribution.json': indices(75).map((k) => ({
      image_path: `${k % 2}.jpg`,
      attributes: k < 25 ? ['red', 'open'] : k < 51 ? ['open', 'red'] : ['small', 'wet'],
      true_caption: `the red cup and the open door ${k}`,
      false_caption: `the open cup and the red door ${k}`,
      ...aroBox,
    })),
  },
  pictures: ['images/0.jpg', 'images/1.jpg'],
};

/** The last case's second option is the caption itself. */
export const aroOrderFiles: BenchmarkFiles = {
  files: {
    'coco_order.json': indices(20).map((k) => ({
      image: `val2014/COCO_val2014_${k % 2}.jpg`,
      caption_options: ['a b c d', k === 19 ? 'a b c d' : 'b a c d', 'a b d c', 'c a b d', 'd a b c'].map(
        (caption) => `${caption} ${k}`,
      ),
    })),
  },
  pictures: ['COCO_val2014_0.jpg', 'COCO_val2014_1.jpg'],
};

const phrases: { readonly [relation: string]: string } = {
  left: 'to the left of',
  right: 'to the right of',
  on: 'on',
  under: 'under',
};

/** Ten sets of four photographs. */
export const whatsUpFiles: BenchmarkFiles = {
  files: {
    'controlled_images_dataset.json': indices(10).flatMap((k) =>
      Object.keys(phrases).map((relation) => ({
        image_path: whatsUpPath(k, relation),
        caption_options: [relation, ...Object.keys(phrases).filter((other) => other !== relation)].map(
          (each) => `A mug${k} ${phrases[each]} a table`,
        ),
      })),
    ),
  },
  pictures: indices(10).flatMap((k) => Object.keys(phrases).map((relation) => whatsUpPath(k, relation).slice(5))),
};

function whatsUpPath(k: number, relation: string): string {
  return `data/controlled_images/mug${k}_${relation}${/left|right/.test(relation) ? '_of' : ''}_table.jpeg`;
}

export const spatialRelationsFiles: BenchmarkFiles = {
  files: {
    'coco_qa_two_obj.json': indices(20).map((k) => [
      139 + (k % 2),
      k % 4 ? `A photo of a dog ${k} to the left of a bench` : `A photo of a dog ${k} above a bench`,
      k % 4 ? `A photo of a dog ${k} to the right of a bench` : `A photo of a dog ${k} below a bench`,
    ]),
  },
  pictures: ['val2017/000000000139.jpg', 'val2017/000000000140.jpg'],
};

/** Two pairs a pattern; the column names one pattern throughout, as the place in the file decides. */
export const mmvpVlmFiles: BenchmarkFiles = {
  files: {
    'Questions.csv': `Question ID,Type,Statement\r\n${indices(36)
      .map((k) => `${k + 1},Texts,"a dog, number ${k + 1}"`)
      .join('\r\n')}\r\n`,
  },
  pictures: indices(36).map((k) => `MLLM_VLM Images/Texts/${k + 1}.jpg`),
};

const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** The right caption is the first throughout, as in the published file; a third of the rows each of three forms. */
export const negBenchFiles: BenchmarkFiles = {
  files: {
    'COCO_val_mcq_llama3.1_rephrased.csv': [
      'image_path,correct_answer,caption_0,caption_1,caption_2,caption_3,correct_answer_template',
      ...indices(30).map((k) =>
        [
          `data/coco/images/val2017/${coco[k % 2]}`,
          0,
          ...['right', 'hybrid', 'positive', 'negative'].map((kind) => cell(`a dog, but no ${kind} cat ${k}`)),
          ['positive', 'negative', 'hybrid'][k % 3],
        ].join(','),
      ),
      '',
    ].join('\n'),
  },
  pictures: coco,
};

const specKeys = {
  absolute_size: 3,
  relative_size: 3,
  absolute_spatial: 9,
  relative_spatial: 4,
  existence: 2,
  count: 9,
};

/** Each subset has one record a label in both files, on as many pictures. */
export const specFiles: BenchmarkFiles = {
  files: Object.fromEntries(
    Object.entries(specKeys).flatMap(([subset, count]) => {
      const texts = indices(count).map((k) => `${subset} text ${k}`);
      const images = indices(count).map((k) => `images/${k}.png`);
      return [
        [`${subset}/image2text.json`, indices(count).map((label) => ({ query: images[label], keys: texts, label }))],
        [`${subset}/text2image.json`, indices(count).map((label) => ({ query: texts[label], keys: images, label }))],
      ];
    }),
  ),
  pictures: Object.entries(specKeys).flatMap(([subset, count]) =>
    indices(count).map((k) => `${subset}/images/${k}.png`),
  ),
};

const valseNames = [
  'existence',
  'plurals',
  'counting-hard',
  'counting-small-quant',
  'counting-adversarial',
  'relations',
  'action-replacement',
  'actant-swap',
  'coreference-standard',
  'coreference-hard',
  'foil-it',
];

/** Four records a file, the last of which people did not confirm. */
export const valseFiles: BenchmarkFiles = {
  files: Object.fromEntries(
    valseNames.map((name) => [
      `${name}.json`,
      Object.fromEntries(
        indices(4).map((k) => [
          `${name}_test_${k}`,
          {
            dataset: 'SWiG',
            image_file: `${k % 2}.jpg`,
            linguistic_phenomena: name,
            caption: `${name} caption ${k}`,
            foil: `${name} foil ${k}`,
            mturk: { foil: 0, caption: k === 3 ? 1 : 3 - (k % 2), other: 0 },
          },
        ]),
      ),
    ]),
  ),
  pictures: ['visual7w/images/0.jpg', '1.jpg'],
};

const crepeBox = '1,2,4,3';

/** Three records a complexity, five negatives each, in quotes of both kinds. */
export const crepeProductivityFiles: BenchmarkFiles = {
  files: Object.fromEntries(
    indices(9).map((at) => {
      const n = at + 4;
      const rows = indices(3).map((k) => {
        const negatives = indices(5).map((j) =>
          j === 0 ? `"a dog's lamp ${n} ${k} ${j}"` : `'a lamp ${n} ${k} ${j}'`,
        );
        return `${2317 + (k % 2)},${cell(`a lamp, right ${n} ${k}`)},${crepeBox},${cell(`[${negatives.join(', ')}]`)}`;
      });
      return [
        `atom/prod_vg_hard_negs_atom_complexity_${n}.csv`,
        ['image_id,caption,x,y,width,height,hard_negs', ...rows, ''].join('\n'),
      ];
    }),
  ),
  pictures: ['VG_100K/2317.jpg', 'VG_100K_2/2318.jpg'],
};

/** Each record has one atom negative, two of compounds, and all three combined. */
export const crepeSystematicityFiles: BenchmarkFiles = {
  files: Object.fromEntries(
    ['seen', 'unseen'].map((split) => {
      const rows = indices(4).map((k) => {
        const [atom, ...comp] = indices(3).map((j) => `'a lamp ${split} ${k} ${j}'`);
        const lists = [[atom], comp, [atom, ...comp]].map((list) => cell(`[${list.join(', ')}]`));
        return `2317,a lamp right ${split} ${k},${crepeBox},${lists.join(',')}`;
      });
      const head =
        'image_id,caption,x,y,width,height,valid_hard_negs_atom,valid_hard_negs_comp,valid_hard_negs_combined';
      return [`syst_vg_hard_negs_${split}_compounds_in_cc12m.csv`, [head, ...rows, ''].join('\n')];
    }),
  ),
  pictures: ['2317.jpg'],
};
