import { basename, join, normalize } from 'node:path';
import * as z from 'zod';
import type { Source, SourceRecord } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import { readSmallFile } from '../small-file.ts';
import { defineSource } from './define-source.ts';
import { fileOnDisk, refused } from './image-file.ts';
import { fileSettings, sourceFailed } from './open-file.ts';

export interface CaptionsJsonOptions {
  /** `coco`: `captions_train2017.json`. `karpathy`: `dataset_coco.json`, `dataset_flickr30k.json`, `dataset_flickr8k.json`. */
  readonly format: 'coco' | 'karpathy';
  /** Folder that the pictures' file names start at. */
  readonly images: string;
  /** Karpathy's splits that are read, e.g. `['train', 'restval']`. @default all */
  readonly splits?: readonly string[];
}

const captionsJsonOptions = z.strictObject({
  format: z.enum(['coco', 'karpathy']),
  images: z.string().min(1),
  splits: z.array(z.string().min(1)).min(1).exactOptional(),
});

/** The largest of the published files has 170 MB. */
const maxBytes = 512 * 2 ** 20;

const cocoFile = z.object({
  images: z.array(z.object({ id: z.int(), file_name: z.string() })),
  annotations: z.array(z.object({ id: z.int(), image_id: z.int(), caption: z.string() })),
});
const karpathyFile = z.object({
  images: z.array(
    z.object({
      filename: z.string(),
      filepath: z.string().optional(),
      split: z.string(),
      sentences: z.array(z.object({ raw: z.string() })),
    }),
  ),
});

interface Captioned {
  readonly id: string;
  /** Null where the file names no picture for the text. */
  readonly file: string | null;
  readonly text: string;
}

/**
 * Captions of COCO's own annotation files, or of Karpathy's for COCO and Flickr: one record a caption, so that a picture with
 * five stands in five records. Ids are COCO's annotation ids, and `FILE#N` for Karpathy's.
 * @throws AnagramError `invalid-options`; when read `source-failed` where the file is none of these or has over 512 MiB.
 */
export function captionsJson(path: string, options: CaptionsJsonOptions): Source {
  const { format, images, splits } = parseSettings('captionsJson', captionsJsonOptions, options);
  return defineSource({
    name: basename(path),
    settings: () => fileSettings('captions-json', path, { format, splits: splits ?? null }),
    async *records() {
      const captions = await read(path, format, splits);
      for (const { id, file, text } of captions) yield toRecord(id, file, text.trim(), images);
    },
  });
}

async function read(path: string, format: 'coco' | 'karpathy', splits?: readonly string[]): Promise<Captioned[]> {
  try {
    const value: unknown = JSON.parse((await readSmallFile(path, maxBytes)).toString('utf8'));
    if (format === 'coco') {
      const { images, annotations } = parse(cocoFile, value);
      const files = new Map(images.map(({ id, file_name }) => [id, file_name]));
      return annotations.map(({ id, image_id, caption }) => ({
        id: String(id),
        file: files.get(image_id) ?? null,
        text: caption,
      }));
    }
    return parse(karpathyFile, value)
      .images.filter(({ split }) => splits?.includes(split) ?? true)
      .flatMap(({ filepath, filename, sentences }) => {
        const file = filepath === undefined ? filename : `${filepath}/${filename}`;
        return sentences.map(({ raw }, at) => ({ id: `${file}#${at}`, file, text: raw }));
      });
  } catch (error) {
    throw sourceFailed(path, error);
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const { data, error } = schema.safeParse(value);
  if (!error) return data;
  const { path, message } = error.issues[0]!;
  throw new Error(`at ${path.join('.') || 'its top'}: ${message}`);
}

function toRecord(id: string, file: string | null, text: string, images: string): SourceRecord {
  const said = text === '' ? {} : { text };
  if (file === null) return { id, ...said, problem: 'the file names no picture of this caption' };
  const inside = !/^([/\\]|[A-Za-z]:|\.\.([/\\]|$))/.test(normalize(file)) && !file.includes('\0');
  const image = inside ? fileOnDisk(join(images, file), file) : refused(file, 'its name leads out of the folder');
  return { id, image, ...said };
}
