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
