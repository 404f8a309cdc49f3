import sharp, { type Sharp } from 'sharp';
import type { Pixels } from '../pair.ts';

/** Lossless; equal pixels give equal bytes (with one version of libvips). */
export function encodePng(pixels: Pixels): Promise<Uint8Array> {
  return raw(pixels).png().toBuffer();
}

/** @param quality 1–100. Colour is not subsampled, so that thin coloured edges stay. */
export function encodeJpeg(pixels: Pixels, quality = 92): Promise<Uint8Array> {
  return raw(pixels).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
}

function raw({ width, height, data }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}
