/** A benchmark in miniature: annotation files as they are published, and the pictures that they name. */
export interface BenchmarkFiles {
  readonly files: { readonly [file: string]: unknown };
  readonly pictures: readonly string[];
}

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
