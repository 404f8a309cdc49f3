import { createHash } from 'node:crypto';
import type { NativeModel } from '@anagram/native';
import * as z from 'zod';
import type { Knobs } from '../events.ts';
import { downloadModel } from '../hub/download-model.ts';
import { isHubReference } from '../hub/hub-reference.ts';
import { decodeImage } from '../image/decode.ts';
import { fitImage } from '../image/preprocess.ts';
import { native } from '../native.ts';
import type { ImageFile, Pixels } from '../pair.ts';
import { giveWay } from '../pause.ts';
import { parseSettings } from '../settings.ts';
import type { TextTokenizer } from '../text/text-tokenizer.ts';
import { type Architecture, type ArchitectureName, findArchitecture, isSiglip, withReaders } from './architecture.ts';
import {
  type ClipConfig,
  defaultPreprocess,
  type Layout,
  naturalLayout,
  siglipPreprocess,
  toNativeConfig,
} from './clip-config.ts';
import { encodeTriples, type TextToRead } from './encode-triples.ts';
import { readModel, writeModel } from './model-files.ts';
import { resizePositions } from './resize-positions.ts';

/** A picture to embed: decoded, an encoded file, or its bytes. Any size; it is fitted as the model was trained. */
export type Picture = Pixels | ImageFile | Uint8Array;

export interface LoadOptions extends Knobs {
  /**
   * Width and height of the pictures in pixels, in place of the model's own: its grid of position embeddings is resized by
   * antialiased bicubic interpolation, as open_clip does; the class token's stays.
   */
  imageSize?: number;
  /** Most tokens of a text, in place of the model's own: the text tower's position embeddings are interpolated linearly. */
  contextLength?: number;
  /** Gives a model that has none a reader of triples, whose first weights are always the same, to be trained. */
  knowledge?: KnowledgeOptions;
  /** The same with a reader of regions; `false` leaves out the one that the model has. */
  regions?: RegionOptions | false;
  /** `cpu` (default), `cuda:0`, … */
  device?: string;
}

/**
 * Structure-CLIP's knowledge-enhanced text encoder (Huang et al. 2024): an English text is also read as triples, `readTriples`, and
 * embedded as unit(text + weight · knowledge); a text without triples as it is without.
 */
export interface KnowledgeOptions {
  /** Blocks of the Transformer over a text's triples. @default 6 */
  layers?: number;
  /** λ, above 0. @default 0.2 */
  weight?: number;
}

/**
 * PyramidCLIP's region branch (Gao et al. 2022): what a detector says of a picture's regions (`TrainingPair.regions`) goes through the last
 * blocks of the image tower, for the term `crossLevels`. For training alone: pictures are embedded without it. CLIP's vision transformers have it.
 */
export interface RegionOptions {
  /** Numbers of a region. @default 2052 */
  width?: number;
  /** Blocks that read them, at most those of the image tower. @default 3, or all of fewer */
  layers?: number;
}

export interface CreateOptions {
  architecture: ArchitectureName | Architecture;
  tokenizer: TextTokenizer;
  /** Width and height of the pictures in pixels; default: the architecture's. */
  imageSize?: number;
  /** Reads triples beside the text. Default: the architecture's `knowledge_cfg`, which none of the named has. */
  knowledge?: KnowledgeOptions;
  /** Reads what a detector says of regions, in training. Default: the architecture's `regions_cfg`, which none of the named has. */
  regions?: RegionOptions;
  /** The same seed gives the same weights; those of the towers whatever `knowledge` and `regions` are. */
  seed: number;
  /** `cpu` (default), `cuda:0`, … */
  device?: string;
}

const imageBatch = 64;
const textBatch = 256;

/**
 * Two towers, a tokenizer and how pictures are prepared. Its tensors live outside JavaScript's heap: call `dispose()`,
 * or hold it with `await using`.
 */
export class ClipModel implements AsyncDisposable {
  readonly config: ClipConfig;
  readonly tokenizer: TextTokenizer;
  /** The addon's handle, for training. */
  readonly native: NativeModel;
  /** `cpu`, `cuda:0`, … */
  readonly device: string;

  private constructor(config: ClipConfig, tokenizer: TextTokenizer, handle: NativeModel, device: string) {
    this.config = config;
    this.tokenizer = tokenizer;
    this.native = handle;
    this.device = device;
  }

  /** A fresh model, initialised as open_clip does, or with SigLIP's towers as its authors do. @throws AnagramError `invalid-options` */
  static async create(options: CreateOptions): Promise<ClipModel> {
    const { architecture, tokenizer, imageSize, knowledge, regions, seed, device = 'cpu' } = options;
    parseSettings('ClipModel.create.seed', z.int().min(0), seed);
    const found = withReaders(findArchitecture(architecture, imageSize), { knowledge, regions });
    const usual = { architecture: found, preprocess: defaultPreprocess('open_clip') };
    const preprocess = isSiglip(found) ? siglipPreprocess() : defaultPreprocess(naturalLayout(usual));
    const config: ClipConfig = { architecture: found, vocabSize: tokenizer.vocabSize, preprocess };
    const handle = await (await native()).createModel(toNativeConfig(config, tokenizer.padToken), seed, device);
    return new ClipModel(config, tokenizer, handle, device);
  }

  /**
   * Reads a folder in the layout of transformers' CLIPModel or SiglipModel, of open_clip, or our own.
   * @param from A folder, or `hf:owner/name` (with `@revision` for another than `main`), which is downloaded first.
   * @throws AnagramError `model-mismatch`, `checkpoint-corrupt`, `invalid-options`, `download-failed`
   */
  static async load(
    from: string,
    { imageSize, contextLength, knowledge, regions, device = 'cpu', ...knobs }: LoadOptions = {},
  ): Promise<ClipModel> {
    const dir = isHubReference(from) ? await downloadModel(from, knobs) : from;
    const stored = await readModel(dir);
    const { tokenizer } = stored;
    const sized = resized(stored.config, imageSize, contextLength);
    const { regions_cfg, ...plain } = sized.architecture;
    const architecture = withReaders(regions === false ? plain : sized.architecture, {
      knowledge,
      regions: regions || undefined,
    });
    const config = { ...sized, architecture };
    const handle = await (await native()).createModel(toNativeConfig(config, tokenizer.padToken), 0, device);
    try {
      const isFresh = (name: string) =>
        (knowledge && name.startsWith('knowledge.')) || (regions && name.startsWith('regions.'));
      const held = handle.tensors().filter(({ name }) => !isFresh(name));
      const { tensors, fit } = resizePositions(held, stored.config.architecture, config.architecture);
      await stored.readTensors(tensors, async (name, values) => handle.writeTensor(name, await fit(name, values)));
      return new ClipModel(config, tokenizer, handle, device);
    } catch (error) {
      handle.dispose();
      throw error;
    }
  }

  /**
   * Writes config, weights, tokenizer and preprocessing.
   * @param options.layout Default: transformers' for a plain vision transformer or SigLIP, open_clip's for a ResNet, our own for a
   * convolutional stem or a reader of triples or regions. Pictures are prepared as the layout says, but for half a pixel: transformers and open_clip round the
   * margin of the crop in their own ways, and a folder is read as the library that it is for reads it.
   * @throws AnagramError `model-mismatch` where the layout cannot hold the model; `write-failed`
   */
  async save(dir: string, { layout = naturalLayout(this.config) }: { layout?: Layout } = {}): Promise<void> {
    await writeModel(dir, layout, {
      config: this.config,
      tokenizer: this.tokenizer,
      tensors: this.native.tensors(),
      read: (name) => this.native.readTensor(name),
    });
  }

  /** Length of an embedding. */
  get embedDim(): number {
    return this.config.architecture.embed_dim;
  }

  /** Width and height of the pictures that the image tower takes. */
  get imageSize(): number {
    return this.config.architecture.vision_cfg.image_size;
  }

  /** Most tokens of a text, start and end token among them. */
  get contextLength(): number {
    return this.config.architecture.text_cfg.context_length;
  }

  /** Whether texts are also read as triples. */
  get readsTriples(): boolean {
    return this.config.architecture.knowledge_cfg !== undefined;
  }

  /** Numbers of a region that the model reads in training; null: none. */
  get regionWidth(): number | null {
    return this.config.architecture.regions_cfg?.width ?? null;
  }

  /**
   * @returns (count, embedDim) rows of unit length.
   * @throws AnagramError `image-unreadable`
   */
  async embedImages(images: readonly Picture[], { signal }: { signal?: AbortSignal } = {}): Promise<Float32Array> {
    const rows = new Float32Array(images.length * this.embedDim);
    let ready = this.#pixels(images.slice(0, imageBatch));
    for (let at = 0; at < images.length; at += imageBatch) {
      signal?.throwIfAborted();
      const pixels = await ready; // (n, imageSize, imageSize, 3)
      // The next batch is decoded while this one is embedded.
      ready = this.#pixels(images.slice(at + imageBatch, at + 2 * imageBatch));
      ready.catch(() => {});
      const count = Math.min(imageBatch, images.length - at);
      rows.set(await this.native.encodeImages(pixels, count), at * this.embedDim);
    }
    return rows;
  }

  /**
   * Texts longer than the context are cut, as `lostTokens` tells. Texts of the same tokens are embedded once, so that they score the
   * same to the last bit.
   * @returns (count, embedDim) rows of unit length.
   */
  async embedTexts(texts: readonly string[], { signal }: { signal?: AbortSignal } = {}): Promise<Float32Array> {
    const rowOf = new Map<string, number>();
    const distinct: TextToRead[] = [];
    const places: number[] = [];
    for (const text of texts) {
      if (places.length % textBatch === textBatch - 1) await giveWay(signal);
      const encoded = this.tokenizer.encode(text, this.contextLength);
      const key = encoded.ids.join();
      const row = rowOf.get(key) ?? distinct.push({ text, encoded }) - 1;
      rowOf.set(key, row);
      places.push(row);
    }
    const embedded = new Float32Array(distinct.length * this.embedDim);
    for (let at = 0; at < distinct.length; at += textBatch) {
      signal?.throwIfAborted();
      const batch = distinct.slice(at, at + textBatch);
      const ids = new Int32Array(batch.length * this.contextLength);
      batch.forEach(({ encoded }, row) => {
        ids.set(encoded.ids, row * this.contextLength);
      });
      const lengths = Int32Array.from(batch, ({ encoded }) => encoded.length);
      const triples = this.readsTriples ? encodeTriples(batch, this.tokenizer, this.contextLength) : undefined;
      embedded.set(await this.native.encodeTexts(ids, lengths, triples), at * this.embedDim);
    }
    if (distinct.length === texts.length) return embedded;
    const rows = new Float32Array(texts.length * this.embedDim);
    for (const [row, place] of places.entries()) {
      rows.set(embedded.subarray(place * this.embedDim, (place + 1) * this.embedDim), row * this.embedDim);
    }
    return rows;
  }

  /** Tokens of each text that do not fit the context: what `embedTexts` leaves out. */
  lostTokens(texts: readonly string[]): number[] {
    return texts.map((text) => this.tokenizer.encode(text, this.contextLength).lost);
  }

  /** SHA-256 over config, preprocessing, tokenizer and weights: equal hashes, equal embeddings. */
  async hash(): Promise<string> {
    const hash = createHash('sha256');
    const config = toNativeConfig(this.config, this.tokenizer.padToken);
    hash.update(JSON.stringify([config, this.config.preprocess])).update(this.tokenizer.identity());
    for (const { name, shape } of this.native.tensors().sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const { buffer, byteOffset, byteLength } = await this.native.readTensor(name);
      hash.update(`${name} [${shape}]\n`).update(new Uint8Array(buffer, byteOffset, byteLength));
    }
    return hash.digest('hex');
  }

  /** Frees the tensors. Idempotent; any other use afterwards is an error. */
  dispose(): void {
    this.native.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
  }

  /** (count, imageSize, imageSize, 3) */
  async #pixels(images: readonly Picture[]): Promise<Uint8Array> {
    const size = this.imageSize;
    const fitted = await Promise.all(
      images.map(async (image) => fitImage(await decode(image), size, this.config.preprocess)),
    );
    const pixels = new Uint8Array(images.length * size * size * 3);
    fitted.forEach(({ data }, row) => {
      pixels.set(data, row * size * size * 3);
    });
    return pixels;
  }
}

/** The config for pictures and texts of other sizes; a crop keeps its share of the picture. */
function resized(stored: ClipConfig, imageSize: number | undefined, contextLength: number | undefined): ClipConfig {
  const { text_cfg, ...rest } = stored.architecture;
  const context = contextLength === undefined ? text_cfg : { ...text_cfg, context_length: contextLength };
  const architecture = findArchitecture({ ...rest, text_cfg: context }, imageSize);
  const { edge } = stored.preprocess;
  if (edge === null || imageSize === undefined) return { ...stored, architecture };
  const ratio = imageSize / stored.architecture.vision_cfg.image_size;
  return { ...stored, architecture, preprocess: { ...stored.preprocess, edge: Math.round(edge * ratio) } };
}

async function decode(image: Picture): Promise<Pixels> {
  if (image instanceof Uint8Array) return decodeImage(image);
  return 'bytes' in image ? decodeImage(await image.bytes(), image.name) : image;
}
