import type { Illustrator } from '@anagram/core';
import { askPicture, type ImageOptions, imageId } from './ask-picture.ts';

const version = 'illustrations@1';

/** Pictures for lone texts, by a text-to-image model. */
export function illustrator(options: ImageOptions): Illustrator {
  return {
    id: imageId(options, version),
    async illustrate({ text, count, seed, signal }) {
      const pictures: Uint8Array[] = [];
      // One picture a request: with a seed, every picture of one request may be the same.
      for (let i = 0; i < count; i++) {
        const picture = await askPicture(options, { version, text }, seed + 1000 * i, signal);
        if (picture) pictures.push(picture);
      }
      return pictures;
    },
  };
}
