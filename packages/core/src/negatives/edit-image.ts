import { decodeImage } from '../image/decode.ts';
import { mirror, recolour } from '../image/edit.ts';
import { encodePng } from '../image/encode.ts';
import type { ImageEditor } from '../models.ts';
import type { NegativeText, Pixels } from '../pair.ts';
import { textKey } from './screen.ts';

/**
 * Edited pictures I'_C without a model: the mirror image where left and right changed, other pixels where a colour changed.
 * Everything else, and whatever the caption leaves open (two red things, left and right in one caption), gives null.
 */
export function ruleEditor(): ImageEditor {
  return {
    id: 'rules-1',
    free: true,
    async edit({ image, text, negative, signal }) {
      signal?.throwIfAborted();
      const edit = editFor(text, negative);
      if (!edit) return null;
      const edited = edit(await decodeImage(image));
      return edited && encodePng(edited);
    },
  };
}

const sides = /\b(left|right)\b/g;

function editFor(text: string, { category, change }: NegativeText): ((pixels: Pixels) => Pixels | null) | null {
  const words = textKey(text);
  if (category === 'position') {
    const [from, to] = [change.from.match(sides), change.to.match(sides)];
    const mirrored = from?.length === 1 && to?.length === 1 && from[0] !== to[0] && words.match(sides)?.length === 1;
    return mirrored ? mirror : null;
  }
  if (category !== 'colour' || words.split(' ').filter((word) => word === change.from).length !== 1) return null;
  return (pixels) => recolour(pixels, change.from, change.to);
}
