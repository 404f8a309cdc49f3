import * as z from 'zod';
import { each, macro } from '../aggregate.ts';
import { matrix2x2 } from '../kernels.ts';
import type { Task } from '../task.ts';
import { integerCell } from './annotations.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  defineBenchmark,
} from './define-benchmark.ts';
import { cosineMatrix } from './text-image-group.ts';

/** The patterns in the order of the file: fifteen pairs each. */
const patterns = [
  'Orientation and Direction',
  'Presence of Specific Features',
  'State and Condition',
  'Quantity and Count',
  'Positional and Relational Context',
  'Color and Appearance',
  'Structural Characteristics',
  'Texts',
  'Viewpoint and Perspective',
] as const;

const file = 'Questions.csv';
const rowSchema = z.object({ id: integerCell, pattern: z.string().min(1), statement: z.string() });

/**
 * MMVP-VLM (Tong et al. 2024): pairs of pictures that CLIP takes for alike, with a statement for each.
 *
 * `dir` holds `Questions.csv` (270 rows, two a pair), `images` the folder in which `MLLM_VLM Images/` (or `MMVP_VLM_Images/`) lies.
 * Statements are put as "a photo of …". Figures: `PATTERN.image`, both statements find their picture (the image score of Winoground),
 * and `all.macro.image`, the mean of the nine patterns. As in the authors' code a pair's pattern follows from its place in the file.
 * Chance: 1/4. One pair is 6.7 points of its pattern. Official ties: the second picture wins.
 */
export function mmvpVlm(options: BenchmarkOptions): Task<BenchmarkReport> {
  return defineBenchmark<BenchmarkItem>(
    {
      name: 'mmvp-vlm',
      publishedAt: {
        annotations: `huggingface.co/datasets/MMVP/MMVP_VLM, ${file}`,
        images: 'huggingface.co/datasets/MMVP/MMVP_VLM, MLLM_VLM Images/',
      },
      async read(annotations) {
        const rows = await annotations.csv(file, rowSchema, ['id', 'pattern', 'statement']);
        if (rows.length === 0 || rows.length % (2 * patterns.length) !== 0) {
          throw annotations.broken(
            file,
            `${rows.length} rows`,
            'expected pairs of rows, as many for each of nine patterns',
          );
        }
        const perPattern = rows.length / patterns.length / 2;
        return Array.from({ length: rows.length / 2 }, (_, pair) => {
          const [first, second] = [rows[2 * pair]!, rows[2 * pair + 1]!];
          if (first.id % 2 !== 1 || second.id !== first.id + 1) {
            throw annotations.broken(
              file,
              `id ${first.id}`,
              'expected an odd id and the next even id in consecutive rows',
            );
          }
          return {
            id: `${first.id}-${second.id}`,
            category: patterns[Math.floor(pair / perPattern)]!,
            pictures: [first, second].map(({ id }) => ({
              file: `MLLM_VLM Images/${first.pattern}/${id}.jpg`,
              elsewhere: [`MMVP_VLM_Images/${first.pattern}/${id}.jpg`, `${first.pattern}/${id}.jpg`],
            })),
            texts: [first, second].map(({ statement }) => `a photo of ${statement}`),
          };
        });
      },
      officialTies: 'last',
      decide: ({ textImage }, ties) => ({ image: matrix2x2(cosineMatrix(textImage), ties).image }),
      chance: { image: 1 / 4 },
      figures: (items) => {
        const pattern = ({ category }: BenchmarkItem) => category;
        return { ...each(items, pattern), 'all.macro': macro(items, pattern) };
      },
    },
    options,
  );
}
