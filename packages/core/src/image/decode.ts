import sharp from 'sharp';
import { AnagramError } from '../errors.ts';
import type { Pixels } from '../pair.ts';
import { detectFormat, isDecoded } from './format.ts';
import { readHeader } from './read-header.ts';

/** Largest picture that is decoded, in pixels: 300 MB as RGB. A small file can claim to be far larger. */
export const maxPixels = 100_000_000;

/** In bytes; smaller memory may be a part of a larger piece. */
const worthReleasing = 2 ** 16;

/**
 * Decodes a JPEG, PNG, WebP, GIF, AVIF or TIFF (told by its bytes, not its name) to 8-bit RGB: the first frame, turned as
 * EXIF says, 16 bits scaled down. Colour profiles are ignored, as in open_clip and torchvision. JPEG, PNG, WebP and TIFF give
 * what Pillow's `convert('RGB')` gives, which transformers and open_clip call: greyscale and palettes are spread out, of CMYK
 * what the inks leave, and of transparent pixels the colour beneath (of a GIF's, which keeps none, black).
 * @param name Shown in the error.
 * @throws AnagramError `image-unreadable`, which callers turn into a verdict.
 */
export async function decodeImage(bytes: Uint8Array, name = 'The picture'): Promise<Pixels> {
  const format = detectFormat(bytes);
  if (!isDecoded(format)) throw unreadable(name, refusal(bytes, format));
  try {
    const image = sharp(bytes, {
      failOn: 'error',
      limitInputPixels: maxPixels,
      autoOrient: true,
      ignoreIcc: true,
      animated: false,
    });
    const mayBeInked = format === 'tif' || (format === 'jpg' && (readHeader(bytes)?.components ?? 4) === 4);
    const inked = mayBeInked && (await image.metadata()).space === 'cmyk';
    // Left in inks from end to end: libvips would look a profile up for them.
    const coloured = inked
      ? image.pipelineColourspace('cmyk').toColourspace('cmyk')
      : image.toColourspace('srgb').removeAlpha();
    const { data, info } = await coloured.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { width, height, data: inked ? fromInks(data, channels) : toRgb(data, channels) };
  } catch (error) {
    throw unreadable(name, sentence(error), error);
  }
}

/**
 * What a picture takes in memory once it is decoded, in bytes, told by its header; 0 where that cannot be read or
 * `decodeImage` would refuse the size.
 */
export async function decodedBytes(bytes: Uint8Array): Promise<number> {
  if (!isDecoded(detectFormat(bytes))) return 0;
  const header =
    readHeader(bytes) ??
    (await sharp(bytes)
      .metadata()
      .catch(() => null));
  const { width, height } = header ?? { width: 0, height: 0 };
  return width * height > maxPixels ? 0 : width * height * 3;
}

/**
 * Gives a picture's memory back at once, for which the collector would work often and come late. Nobody may read it afterwards.
 * @param kept What was made of it, where that is still wanted; may be the picture itself, which then stays.
 */
export function release({ data }: Pixels, kept?: Pixels): void {
  const alone = data.byteLength === data.buffer.byteLength && data.buffer !== kept?.data.buffer;
  if (alone && data.byteLength >= worthReleasing) (data.buffer as ArrayBuffer).transfer(0);
}

function toRgb(data: Buffer, channels: number): Uint8Array {
  if (channels === 3) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let pixel = 0; pixel < data.length / channels; pixel++)
    rgb.fill(data[pixel * channels]!, pixel * 3, pixel * 3 + 3);
  return rgb;
}

/** Pillow's formula: what black leaves, less each ink's part of it. */
function fromInks(data: Buffer, channels: number): Uint8Array {
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let from = 0, to = 0; from < data.length; from += channels) {
    const left = 255 - data[from + 3]!;
    for (let ink = 0; ink < 3; ink++) rgb[to++] = left - Math.round((data[from + ink]! * left) / 255);
  }
  return rgb;
}

function refusal(bytes: Uint8Array, format: string | null): string {
  if (bytes.length === 0) return 'the file is empty';
  const received = format === null ? 'something else' : format.toUpperCase();
  return `expected a JPEG, PNG, WebP, GIF, AVIF or TIFF picture, received ${received}`;
}

/** What libvips says beyond this is shared by all that decode at the time, and so another one's as often as not. */
function sentence(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  if (said.includes('exceeds pixel limit')) return `it exceeds the pixel limit of ${maxPixels}`;
  if (said.includes('corrupt header')) return 'its header is damaged or cut off';
  if (said.includes('unsupported image format')) return 'its format is not supported';
  return 'its data is damaged or cut off';
}

function unreadable(name: string, reason: string, cause?: unknown): AnagramError {
  return new AnagramError('image-unreadable', `${name} cannot be decoded: ${reason}.`, { name }, { cause });
}
