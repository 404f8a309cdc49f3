import { expect, test } from 'vitest';
import type { Preprocess } from '../image/preprocess.ts';
import { findArchitecture } from './architecture.ts';
import { defaultPreprocess, whyNot } from './clip-config.ts';
import {
  anagramPreprocessSchema,
  fromOpenClip,
  fromPreprocessor,
  openClipPreprocessSchema,
  preprocessorSchema,
  toAnagram,
  toOpenClip,
  toPreprocessor,
} from './preprocess-config.ts';

const read = (file: object, size = 224) => fromPreprocessor(preprocessorSchema.parse(file), size);
const readOpenClip = (file: object, size = 224) => fromOpenClip(openClipPreprocessSchema.parse(file), size);
const clip = defaultPreprocess('transformers');
const half = [0.5, 0.5, 0.5] as const;

/** OpenAI's file, of the first years. */
const openai = {
  crop_size: 224,
  do_center_crop: true,
  do_normalize: true,
  do_resize: true,
  feature_extractor_type: 'CLIPFeatureExtractor',
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
  resample: 3,
  size: 224,
};

test.each<[string, object, Partial<Preprocess>]>([
  ["OpenAI's", openai, {}],
  ['an empty file', {}, {}],
  ['sizes in objects', { size: { shortest_edge: 224 }, crop_size: { height: 224, width: 224 } }, {}],
  ['the fast processor', { image_processor_type: 'CLIPImageProcessorFast', size: 224 }, {}],
  ['more than is cropped', { size: 256, crop_size: 224, resample: 2 }, { edge: 256, interpolation: 'bilinear' }],
  ['the nearest pixel', { resample: 0 }, { interpolation: 'nearest' }],
  ['no normalisation', { do_normalize: false }, { mean: [0, 0, 0], std: [1, 1, 1] }],
  [
    'no factor',
    { do_rescale: false, image_mean: [51, 102, 255], image_std: [255, 51, 51] },
    { mean: [0.2, 0.4, 1], std: [1, 0.2, 0.2] },
  ],
  [
    'another factor',
    { rescale_factor: 2 / 255, image_mean: [1, 1, 1], image_std: half },
    { mean: half, std: [0.25, 0.25, 0.25] },
  ],
  ["SigLIP's", { image_processor_type: 'SiglipImageProcessor' }, { resizeMode: 'squash', mean: half, std: half }],
  ['a square', { do_center_crop: false, size: { height: 224, width: 224 } }, { resizeMode: 'squash' }],
  ['a square that is cropped', { size: { height: 240, width: 240 } }, { resizeMode: 'squash', edge: 240 }],
])("transformers' file is read: %s", (_, file, expected) => {
  expect(read(file)).toEqual({ ...clip, ...expected });
});

test.each<[object, string]>([
  [{ resample: 1 }, 'resample is 1 (Lanczos); known are 0 (nearest), 2 (bilinear), 3 (bicubic)'],
  [{ resample: 9 }, 'resample is 9; known are'],
  [{ do_resize: false }, 'do_resize is false, and the tower takes pictures of 224×224 alone'],
  [{ do_center_crop: false, size: 224 }, 'nothing is cropped'],
  [{ crop_size: 200 }, 'come out 200 pixels wide, and the tower takes 224'],
  [{ crop_size: { height: 224, width: 200 } }, 'no square'],
  [{ size: { height: 224, width: 200 } }, 'no square'],
  [{ size: 200, crop_size: 224 }, 'the crop of 224 pixels is larger than what is resized, 200'],
  [
    { image_processor_type: 'ViTImageProcessor' },
    'the image processor is ViTImageProcessor; known are CLIPImageProcessor',
  ],
])('what cannot be done is refused: %j', (file, message) => {
  expect(() => read(file)).toThrow(message);
});

test("open_clip's preprocess_cfg is read, and another size than the tower's is refused", () => {
  expect(readOpenClip({})).toEqual(defaultPreprocess('open_clip'));
  const cfg = {
    size: [224, 224],
    mode: 'RGB',
    mean: half,
    std: half,
    interpolation: 'bilinear',
    resize_mode: 'longest',
    fill_color: 9,
  };
  const expected = { resizeMode: 'longest', interpolation: 'bilinear', fill: 9, mean: half, std: half };
  expect(readOpenClip(cfg)).toEqual({ ...defaultPreprocess('open_clip'), ...expected });
  expect(readOpenClip({ interpolation: 'random' }).interpolation).toBe('bicubic');
  expect(() => readOpenClip({ size: 256 })).toThrow('preprocess_cfg.size is 256, and the tower takes 224');
  expect(() => openClipPreprocessSchema.parse({ mode: 'L' })).toThrow('mode');
  expect(() => openClipPreprocessSchema.parse({ interpolation: 'nearest' })).toThrow('interpolation');
  expect(() => fromOpenClip(anagramPreprocessSchema.parse({ edge: 200 }), 224)).toThrow('less than the tower');
  expect(() => openClipPreprocessSchema.parse({ resize_mode: 'fit' })).toThrow('resize_mode');
});

test.each<Partial<Preprocess>>([
  {},
  { interpolation: 'bilinear', mean: [0.1, 0.2, 0.3] },
  { resizeMode: 'squash', mean: half, std: half },
  { edge: 256 },
  { resizeMode: 'squash', edge: 256, interpolation: 'nearest' },
  { resizeMode: 'longest', fill: 3 },
])('%j is written and read again wherever whyNot lets it, and is refused elsewhere', (change) => {
  const architecture = findArchitecture('ViT-B-32');
  const write = {
    transformers: (preprocess: Preprocess) => read(toPreprocessor(preprocess, 224)),
    open_clip: (preprocess: Preprocess) => readOpenClip(toOpenClip(preprocess, 224)),
  };
  const refusals = (['transformers', 'open_clip'] as const).filter((layout) => {
    const preprocess = { ...defaultPreprocess(layout), ...change };
    if (whyNot(layout, { architecture, preprocess }) !== null) return true;
    expect(write[layout](preprocess)).toEqual(preprocess);
    return false;
  });
  const own = { ...defaultPreprocess('anagram'), ...change };
  expect(fromOpenClip(anagramPreprocessSchema.parse(toAnagram(own, 224)), 224)).toEqual(own);
  const lost = change.resizeMode === 'longest' ? ['transformers'] : change.edge ? ['open_clip'] : [];
  expect(refusals).toEqual(lost);
});
