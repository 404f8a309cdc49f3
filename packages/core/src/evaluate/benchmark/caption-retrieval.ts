import * as z from 'zod';
import { parseSettings } from '../../settings.ts';
import { micro } from '../aggregate.ts';
import type { Task } from '../task.ts';
import type { Annotations } from './annotations.ts';
import {
  type BenchmarkDefinition,
  type BenchmarkItem,
  type BenchmarkOptions,
  type BenchmarkReport,
  chooseSet,
  defineBenchmark,
} from './define-benchmark.ts';
import { within } from './gallery.ts';

/** Karpathy's splits; `restval` is the part of COCO val2014 that the field trains on. */
export const cocoRetrievalSets = ['test', 'val', 'restval', 'val2017'] as const;
export const flickrRetrievalSets = ['test', 'val'] as const;

export interface CaptionRetrievalOptions<S extends string> extends BenchmarkOptions {
  readonly set: S;
  /**
   * Most captions of a picture, from its first. A few pictures of COCO have six or seven: CLIP_benchmark takes all (25,010 in the test
   * set), other reports the first five (25,000). @default Infinity
   */
  readonly captions?: number;
}

const karpathySchema = z.object({
  images: z.array(
    z.object({
      split: z.string().min(1),
      filepath: z.string().optional(),
      filename: z.string().min(1),
      sentences: z.array(z.object({ raw: z.string() })).min(1),
    }),
  ),
});

const cocoSchema = z.object({
  images: z.array(z.object({ id: z.int(), file_name: z.string().min(1) })),
  annotations: z.array(z.object({ image_id: z.int(), caption: z.string() })),
});

const karpathyFiles = 'cs.stanford.edu/people/karpathy/deepimagesent/caption_datasets.zip';
const cocoPictures = {
  val2014: 'images.cocodataset.org/zips/val2014.zip',
  val2017: 'images.cocodataset.org/zips/val2017.zip',
};

/**
 * COCO, retrieval both ways: each picture looks for one of its captions among those of all pictures, each caption for its picture.
 *
 * Sets `test` (5,000 pictures, 25,010 captions), `val` and `restval` read Karpathy's `dataset_coco.json` (Karpathy & Fei-Fei 2015) with the
 * pictures of `val2014/`, set `val2017` COCO's own `captions_val2017.json` with those of `val2017/`; `images` is the folder of these folders,
 * or of the pictures. Figures: `all.i2t.recall@1` (and 5, 10), the share of pictures with one of their captions among the first k;
 * `all.t2i.recall@1`, the share of captions with their picture among the first k, as CLIP_benchmark computes them. Captions are put
 * as they are, without a prompt. The interval draws pictures with their captions. Chance: k / pictures, and the like for captions. A caption that
 * two pictures share ties with itself. Official ties: `torch.topk` promises no order; that of the file is taken.
 */
export function cocoRetrieval(
  options: CaptionRetrievalOptions<(typeof cocoRetrievalSets)[number]>,
): Task<BenchmarkReport> {
  const { set } = options;
  if (set !== 'val2017') {
    const source = { file: 'dataset_coco.json', images: cocoPictures.val2014, read: karpathy };
    return captionRetrieval('cocoRetrieval', 'coco', cocoRetrievalSets, source, options);
  }
  const annotations = 'images.cocodataset.org/annotations/annotations_trainval2017.zip';
  const source = { file: 'captions_val2017.json', annotations, images: cocoPictures.val2017, read: coco };
  return captionRetrieval('cocoRetrieval', 'coco', cocoRetrievalSets, source, options);
}

/**
 * Flickr30k, retrieval both ways, as `cocoRetrieval`: sets `test` (1,000 pictures, 5,000 captions) and `val` of Karpathy's
 * `dataset_flickr30k.json`. Its pictures are handed out on request.
 */
export function flickr30kRetrieval(
  options: CaptionRetrievalOptions<(typeof flickrRetrievalSets)[number]>,
): Task<BenchmarkReport> {
  const images = 'shannon.cs.illinois.edu/DenotationGraph (on request)';
  const source = { file: 'dataset_flickr30k.json', images, read: karpathy };
  return captionRetrieval('flickr30kRetrieval', 'flickr30k', flickrRetrievalSets, source, options);
}

/** Flickr8k, retrieval both ways, as `flickr30kRetrieval`: sets `test` and `val` (1,000 pictures each) of Karpathy's `dataset_flickr8k.json`. */
export function flickr8kRetrieval(
  options: CaptionRetrievalOptions<(typeof flickrRetrievalSets)[number]>,
): Task<BenchmarkReport> {
  const images = 'hockenmaier.cs.illinois.edu/8k-pictures.html (on request)';
  const source = { file: 'dataset_flickr8k.json', images, read: karpathy };
  return captionRetrieval('flickr8kRetrieval', 'flickr8k', flickrRetrievalSets, source, options);
}

/** Pictures with their captions, in the order of the file. */
type Reader = (annotations: Annotations, file: string, set: string) => Promise<Captioned[]>;

interface Captioned {
  readonly file: string;
  readonly elsewhere: readonly string[];
  readonly captions: readonly string[];
}

interface Source {
  readonly file: string;
  readonly annotations?: string;
  readonly images: string;
  readonly read: Reader;
}

const ks = [1, 5, 10] as const;

function captionRetrieval<S extends string>(
  where: string,
  name: string,
  sets: readonly S[],
  source: Source,
  { captions: most = Number.POSITIVE_INFINITY, ...options }: CaptionRetrievalOptions<S>,
): Task<BenchmarkReport> {
  const { set, options: rest } = chooseSet(where, sets, options);
  parseSettings(`${where}.captions`, z.union([z.int().min(1), z.literal(Number.POSITIVE_INFINITY)]), most);
  return defineBenchmark<BenchmarkItem>(
    {
      name: `${name}/retrieval-${set}`,
      publishedAt: { annotations: source.annotations ?? karpathyFiles, images: source.images },
      async read(annotations) {
        const pictures = await source.read(annotations, source.file, set);
        if (pictures.length === 0)
          throw annotations.broken(source.file, `split ${set}`, 'expected records, received none');
        return pictures.map(({ file, elsewhere, captions }) => ({
          id: file,
          category: 'retrieval',
          pictures: [{ file, elsewhere }],
          texts: captions.slice(0, most),
        }));
      },
      gallery: true,
      officialTies: 'first',
      decide: ({ ownPicture, ownText }, ties, { texts }) => {
        const text = ownText();
        const pictures = texts.map((_, c) => ownPicture(c));
        return Object.fromEntries(
          ks.flatMap((k) => [
            [`i2t.recall@${k}`, [within(text, k, ties)]],
            [`t2i.recall@${k}`, pictures.map((place) => within(place, k, ties))],
          ]),
        );
      },
      fits: () => true,
      chance: Object.fromEntries(
        ks.flatMap((k): [string, BenchmarkDefinition<BenchmarkItem>['chance'][string]][] => [
          [`i2t.recall@${k}`, ({ texts }, gallery) => anyWithin(k, texts.length, gallery.texts)],
          [`t2i.recall@${k}`, (_, { pictures }) => Math.min(1, k / pictures)],
        ]),
      ),
      figures: (items) => ({ all: micro(items) }),
    },
    rest,
  );
}

/** Probability that one of `own` answers is among the first k of `count` in random order. */
function anyWithin(k: number, own: number, count: number): number {
  let none = 1;
  for (let place = 0; place < Math.min(k, count); place++) none *= Math.max(0, count - own - place) / (count - place);
  return 1 - none;
}

async function karpathy(annotations: Annotations, file: string, set: string): Promise<Captioned[]> {
  const { images } = await annotations.json(file, karpathySchema);
  return images
    .filter(({ split }) => split === set)
    .map(({ filepath, filename, sentences }) => ({
      file: filepath === undefined ? filename : `${filepath}/${filename}`,
      elsewhere: [filename, `flickr30k-images/${filename}`, `flickr30k_images/${filename}`, `Images/${filename}`],
      captions: sentences.map(({ raw }) => raw),
    }));
}

async function coco(annotations: Annotations, file: string, set: string): Promise<Captioned[]> {
  const { images, annotations: records } = await annotations.json(file, cocoSchema);
  const captions = Map.groupBy(records, ({ image_id }) => image_id);
  return images
    .filter(({ id }) => captions.has(id))
    .map(({ id, file_name: name }) => ({
      file: `${set}/${name}`,
      elsewhere: [name],
      captions: captions.get(id)!.map(({ caption }) => caption),
    }));
}
