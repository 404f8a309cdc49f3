import type { ImageEditor } from '@anagram/core';
import { askPicture, type ImageOptions, imageId } from './ask-picture.ts';

const version = 'edits-en@1';

/** Edited pictures I'_C by a text-guided image model. */
export function editor(options: ImageOptions): ImageEditor {
  return {
    id: imageId(options, version),
    edit({ image, text, negative, seed, signal }) {
      const { from, to } = negative.change;
      const change = from !== '' && to !== '' ? ` Change ${JSON.stringify(from)} into ${JSON.stringify(to)}.` : '';
      const prompt = `The picture shows: ${JSON.stringify(text)}. Edit it so that it shows: ${JSON.stringify(negative.text)}.${change} Keep everything else as it is.`;
      return askPicture(options, { version, text: prompt, image }, seed, signal);
    },
  };
}
