import * as z from 'zod';
import { each, micro } from '../aggregate.ts';
import { matrix2x2 } from '../kernels.ts';
import type { Task } from '../task.ts';
import {
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  defineBenchmark,
} from './define-benchmark.ts';
import type { Picture } from './pictures.ts';
import { cosineMatrix } from './text-image-group.ts';

const rowSchema = z.object({
  caption: z.string(),
  negative_caption: z.string(),
  type: z.string().min(1),
  subtype: z.string().min(1),
});
const recordSchema = rowSchema.extend({ image: z.string().min(1), negative_image: z.string().min(1) });

interface Item extends BenchmarkItem {
  readonly type: string;
}

/**
 * BiVLC (Miranda et al. 2024): a picture of COCO with its caption, SugarCrepe's negative caption, and a picture made for that.
 *
 * `dir` holds the owners' Parquet files `test-*.parquet` (2,933 rows, in `dir` or its `data/`), with the pictures in them; `images` is not
 * looked into. Or it holds `test.jsonl`, one JSON object a row with the same columns, of which `image` and `negative_image` name files
 * below `images`.
 * Figures, over all items (`all.i2t` …), by type, and by type and subtype: `i2t`, both pictures find their caption; `t2i`, both
 * captions find their picture; `group`; and one-sided `ipos2t`, `ineg2t`, `tpos2i`, `tneg2i`. Chance: 1/4, 1/4, 1/6 and 1/2.
 * Official ties: wrong.
 */
export function bivlc(options: BenchmarkOptions): Task<BenchmarkReport> {
  const publishedAt = 'huggingface.co/datasets/imirandam/BiVLC, data/test-*.parquet';
  return defineBenchmark<Item>(
    {
      name: 'bivlc',
      publishedAt: { annotations: publishedAt, images: publishedAt },
      async read(annotations) {
        const rows = await annotations.parquet('test', rowSchema);
        if (rows.length > 0) {
          return rows.map(({ row, picture }, at) => {
            const inside = ['image', 'negative_image'].map(picture);
            return item(
              at,
              row,
              inside.map((file) => ({ file: file.name, inside: file })),
            );
          });
        }
        const records = await annotations.jsonLines('test.jsonl', recordSchema);
        return records.map((record, at) => item(at, record, [{ file: record.image }, { file: record.negative_image }]));
      },
      officialTies: 'wrong',
      decide: ({ textImage }, ties) => {
        const { text, image, group, textOfImage, imageOfText } = matrix2x2(cosineMatrix(textImage), ties);
        const [ipos2t, ineg2t] = textOfImage;
        const [tpos2i, tneg2i] = imageOfText;
        return { i2t: text, t2i: image, group, ipos2t, ineg2t, tpos2i, tneg2i };
      },
      chance: { i2t: 1 / 4, t2i: 1 / 4, group: 1 / 6, ipos2t: 1 / 2, ineg2t: 1 / 2, tpos2i: 1 / 2, tneg2i: 1 / 2 },
      figures: (items) => ({
        all: micro(items),
        ...each(items, ({ type }) => type),
        ...each(items, ({ category }) => category),
      }),
    },
    options,
  );
}

function item(at: number, row: z.output<typeof rowSchema>, pictures: readonly Picture[]): Item {
  const { type, subtype } = row;
  return { id: `${at}`, type, category: `${type}_${subtype}`, pictures, texts: [row.caption, row.negative_caption] };
}
