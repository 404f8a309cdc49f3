import * as z from 'zod';
import type { Preprocess } from '../image/preprocess.ts';
import { defaultPreprocess, siglipPreprocess } from './clip-config.ts';

const side = z.int().positive();
const perChannel = z.tuple([z.number(), z.number(), z.number()]);
const deviation = z.number().positive();
const perChannelDeviation = z.tuple([deviation, deviation, deviation]);
const square = z.strictObject({ height: side, width: side });

/** Pillow's numbers. */
const interpolations = { nearest: 0, bilinear: 2, bicubic: 3 } as const;
type Interpolation = keyof typeof interpolations;
const otherFilters: { readonly [resample: number]: string } = { 1: 'Lanczos', 4: 'box', 5: 'Hamming' };

/** Which image processor of transformers a file is for decides what it leaves unsaid. */
const processors = ['CLIPImageProcessor', 'CLIPFeatureExtractor', 'SiglipImageProcessor'] as const;
type Processor = (typeof processors)[number];
const defaults = {
  CLIPImageProcessor: { do_center_crop: true },
  CLIPFeatureExtractor: { do_center_crop: true },
  SiglipImageProcessor: { do_center_crop: false },
} as const satisfies { [name in Processor]: object };

/** transformers' `preprocessor_config.json`, of CLIPImageProcessor and SiglipImageProcessor. */
export const preprocessorSchema = z.object({
  image_processor_type: z.string().optional(),
  feature_extractor_type: z.string().optional(),
  do_resize: z.boolean().default(true),
  size: z.union([side, z.strictObject({ shortest_edge: side }), square]).optional(),
  resample: z.int().default(interpolations.bicubic),
  do_center_crop: z.boolean().optional(),
  crop_size: z.union([side, square]).optional(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: perChannel.optional(),
  image_std: perChannelDeviation.optional(),
});

const openClipPreprocess = z.object({
  size: z.union([side, z.tuple([side, side])]).nullish(),
  mode: z.literal('RGB').optional(),
  mean: perChannel.nullish(),
  std: perChannelDeviation.nullish(),
  /** `random` is of training alone: open_clip takes bicubic where it only looks. */
  interpolation: z.enum(['bicubic', 'bilinear', 'random']).nullish(),
  resize_mode: z.enum(['shortest', 'squash', 'longest']).nullish(),
  fill_color: z.int().min(0).max(255).nullish(),
});
/** open_clip's `preprocess_cfg`, with its defaults. */
export const openClipPreprocessSchema = openClipPreprocess.prefault({});

/** Our own layout's: open_clip's, and the sizes and filters that this has no word for. */
export const anagramPreprocessSchema = openClipPreprocess
  .extend({
    interpolation: z.enum(['nearest', 'bicubic', 'bilinear', 'random']).nullish(),
    edge: side.optional(),
  })
  .prefault({});

/**
 * @param imageSize Of the tower; sizes that are left out are this.
 * @throws RangeError with one sentence where the file asks for what is not done here.
 */
export function fromPreprocessor(stored: z.infer<typeof preprocessorSchema>, imageSize: number): Preprocess {
  const crops = stored.do_center_crop ?? defaults[processorOf(stored)].do_center_crop;
  const size = stored.size ?? (crops ? { shortest_edge: imageSize } : { height: imageSize, width: imageSize });
  if (!stored.do_resize) {
    throw new RangeError(`do_resize is false, and the tower takes pictures of ${imageSize}×${imageSize} alone`);
  }
  const squashes = typeof size === 'object' && 'height' in size;
  if (squashes && size.height !== size.width) throw new RangeError(`size is ${JSON.stringify(size)}, and no square`);
  if (!squashes && !crops) {
    throw new RangeError(
      `size is ${JSON.stringify(size)} and nothing is cropped, so that pictures would keep their aspects`,
    );
  }
  const edge = typeof size === 'number' ? size : 'height' in size ? size.height : size.shortest_edge;
  const kept = crops ? cropSide(stored.crop_size ?? imageSize) : edge;
  if (kept !== imageSize) {
    throw new RangeError(`pictures come out ${kept} pixels wide, and the tower takes ${imageSize}`);
  }
  if (edge < kept) throw new RangeError(`the crop of ${kept} pixels is larger than what is resized, ${edge}`);
  return {
    ...defaultPreprocess('transformers'),
    resizeMode: squashes ? 'squash' : 'shortest',
    interpolation: interpolationOf(stored.resample),
    edge: edge === imageSize ? null : edge,
    ...normalisation(stored),
  };
}

function processorOf({ image_processor_type, feature_extractor_type }: z.infer<typeof preprocessorSchema>): Processor {
  const named = image_processor_type ?? feature_extractor_type ?? 'CLIPImageProcessor';
  const found = processors.find((processor) => named.replace(/(Fast|Pil)$/, '') === processor);
  if (!found) throw new RangeError(`the image processor is ${named}; known are ${processors.join(', ')}`);
  return found;
}

function cropSide(size: number | { height: number; width: number }): number {
  if (typeof size === 'number') return size;
  if (size.height !== size.width) throw new RangeError(`crop_size is ${JSON.stringify(size)}, and no square`);
  return size.height;
}

function interpolationOf(resample: number): Interpolation {
  const found = (Object.keys(interpolations) as Interpolation[]).find((name) => interpolations[name] === resample);
  if (found) return found;
  const known = Object.entries(interpolations).map(([name, number]) => `${number} (${name})`);
  const named = otherFilters[resample] ? ` (${otherFilters[resample]})` : '';
  throw new RangeError(`resample is ${resample}${named}; known are ${known.join(', ')}`);
}

/** Levels are divided by 255 in the tower: another factor, or none, goes into mean and deviation. */
function normalisation(stored: z.infer<typeof preprocessorSchema>): Pick<Preprocess, 'mean' | 'std'> {
  const own = processorOf(stored) === 'SiglipImageProcessor' ? siglipPreprocess() : defaultPreprocess('transformers');
  const mean = stored.do_normalize ? (stored.image_mean ?? own.mean) : ([0, 0, 0] as const);
  const std = stored.do_normalize ? (stored.image_std ?? own.std) : ([1, 1, 1] as const);
  const scale = stored.do_rescale ? 255 * stored.rescale_factor : 255;
  if (Math.abs(scale - 1) < 1e-6) return { mean, std };
  const scaled = ([a, b, c]: Preprocess['mean']) => [a / scale, b / scale, c / scale] as const;
  return { mean: scaled(mean), std: scaled(std) };
}

/** transformers' `preprocessor_config.json`; `whyNot` says what it has no word for. */
export function toPreprocessor(preprocess: Preprocess, imageSize: number): object {
  const { resizeMode, interpolation, edge, mean, std } = preprocess;
  const resized = edge ?? imageSize;
  const squashes = resizeMode === 'squash';
  const crops = !squashes || resized !== imageSize;
  return {
    image_processor_type: crops ? 'CLIPImageProcessor' : 'SiglipImageProcessor',
    do_convert_rgb: true,
    do_resize: true,
    size: squashes ? { height: resized, width: resized } : { shortest_edge: resized },
    resample: interpolations[interpolation],
    ...(crops && { do_center_crop: true, crop_size: { height: imageSize, width: imageSize } }),
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: mean,
    image_std: std,
  };
}

/**
 * Of open_clip's layout and of ours.
 * @throws RangeError where `size` is not the tower's, or `edge` is less.
 */
export function fromOpenClip(stored: z.infer<typeof anagramPreprocessSchema>, imageSize: number): Preprocess {
  for (const length of [stored.size ?? imageSize].flat()) {
    if (length !== imageSize) {
      throw new RangeError(`preprocess_cfg.size is ${length}, and the tower takes ${imageSize}`);
    }
  }
  const { edge = imageSize, interpolation } = stored;
  if (edge < imageSize) throw new RangeError(`preprocess_cfg.edge is ${edge}, less than the tower's ${imageSize}`);
  const usual = defaultPreprocess('open_clip');
  return {
    resizeMode: stored.resize_mode ?? usual.resizeMode,
    interpolation: interpolation && interpolation !== 'random' ? interpolation : usual.interpolation,
    edge: edge === imageSize ? null : edge,
    cropRounding: usual.cropRounding,
    fill: stored.fill_color ?? usual.fill,
    mean: stored.mean ?? usual.mean,
    std: stored.std ?? usual.std,
  };
}

/** open_clip's `preprocess_cfg`; `whyNot` says what it has no word for. */
export function toOpenClip({ resizeMode, interpolation, fill, mean, std }: Preprocess, imageSize: number): object {
  return { size: imageSize, mode: 'RGB', mean, std, interpolation, resize_mode: resizeMode, fill_color: fill };
}

/** The same in our own layout, which rounds crops as open_clip does and has a word for everything else. */
export function toAnagram(preprocess: Preprocess, imageSize: number): object {
  const { edge } = preprocess;
  return { ...toOpenClip(preprocess, imageSize), ...(edge !== null && { edge }) };
}
