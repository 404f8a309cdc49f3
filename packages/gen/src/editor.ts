import type { ImageEditor } from '@anagram/core';
import { type ImageOptions, imageId, requestPicture } from './illustrator.ts';

/** Edited pictures I'_C by a text-guided image model on OpenAI's `/images/edits`. */
export function editor(options: ImageOptions): ImageEditor {
  return {
    id: imageId(options, 'edits-en@1'),
    edit({ image, text, negative, seed, signal }) {
      const { from, to } = negative.change;
      const change = from !== '' && to !== '' ? ` Change ${JSON.stringify(from)} into ${JSON.stringify(to)}.` : '';
      const prompt = `The picture shows: ${JSON.stringify(text)}. Edit it so that it shows: ${JSON.stringify(negative.text)}.${change} Keep everything else as it is.`;
      return requestPicture(options, { text: prompt, images: [image] }, seed, signal);
    },
  };
}
