import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Embedder } from '../evaluate/task.ts';
import { decodeImage } from '../image/decode.ts';
import { encodePng } from '../image/encode.ts';
import { Random } from '../random.ts';

/** Writes one-coloured pictures of 8×8 pixels below a folder: the k-th name is shown in colour k. */
export async function writeTinyPictures(folder: string, names: readonly string[], side = 8): Promise<void> {
  for (const [k, name] of names.entries()) {
    const data = new Uint8Array(side * side * 3);
    for (let at = 0; at < data.length; at += 3) data.set([k % 256, k >> 8, 0], at);
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await encodePng({ width: side, height: side, data }));
  }
}

export interface TinyEmbedder extends Embedder {
  /** Every text that was embedded, and the colour and size of every picture, in order. */
  readonly texts: string[];
  readonly pictures: { colour: number; width: number; height: number }[];
}

/** A model whose embeddings the test chooses: of a text, and of the picture in colour k. They are brought to unit length. */
export function tinyEmbedder(
  embedDim: number,
  ofText: (text: string) => readonly number[],
  ofPicture: (colour: number) => readonly number[],
): TinyEmbedder {
  const texts: string[] = [];
  const pictures: TinyEmbedder['pictures'] = [];
  return {
    embedDim,
    texts,
    pictures,
    async embedTexts(list) {
      texts.push(...list);
      return Float32Array.from(list.flatMap((text) => unit(ofText(text))));
    },
    async embedImages(images) {
      const rows: number[] = [];
      for (const image of images) {
        const { data, width, height } = 'data' in image ? image : await decodeImage(await image.bytes(), image.name);
        const colour = data[0]! + 256 * data[1]!;
        pictures.push({ colour, width, height });
        rows.push(...unit(ofPicture(colour)));
      }
      return Float32Array.from(rows);
    },
  };
}

/** Every text and every picture has a random direction of its own. */
export function randomEmbedder(seed: number): TinyEmbedder {
  const direction = (name: string) => {
    const random = new Random('tiny-embedder', seed, name);
    return Array.from({ length: 8 }, () => random.uint32() / 2 ** 31 - 1);
  };
  return tinyEmbedder(
    8,
    (text) => direction(`text ${text}`),
    (colour) => direction(`picture ${colour}`),
  );
}

/** Everything is the same to it. */
export function constantEmbedder(): TinyEmbedder {
  const same = () => [1, 0];
  return tinyEmbedder(2, same, same);
}

function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/**
 * A benchmark's folders: annotation files in `dir`, written as they are given (what is no text becomes JSON), and tiny pictures in
 * `images`.
 */
export async function writeTinyBenchmark(
  folder: string,
  files: { readonly [file: string]: unknown },
  pictures: readonly string[],
): Promise<{ dir: string; images: string }> {
  const dir = join(folder, 'annotations');
  const images = join(folder, 'images');
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, file)), { recursive: true });
    await writeFile(join(dir, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  await writeTinyPictures(images, pictures);
  return { dir, images };
}

/**
 * The model's cosines, computed apart from the evaluation: of text and picture in colour k, and of two texts.
 * @param colours Colours 0 … colours − 1 are embedded.
 */
export async function cosinesOf(model: TinyEmbedder, texts: readonly string[], colours: number) {
  const width = model.embedDim;
  const flatTexts = await model.embedTexts(texts);
  const flatImages = await model.embedImages(
    Array.from({ length: colours }, (_, k) => ({ width: 1, height: 1, data: Uint8Array.of(k % 256, k >> 8, 0) })),
  );
  const textAt = new Map(texts.map((text, row) => [text, flatTexts.subarray(row * width, (row + 1) * width)]));
  const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, d) => sum + value * b[d]!, 0);
  return {
    textImage: (text: string, colour: number) =>
      product(textAt.get(text)!, flatImages.subarray(colour * width, (colour + 1) * width)),
    textText: (a: string, b: string) => product(textAt.get(a)!, textAt.get(b)!),
  };
}
