import { CutTexts } from '../text/cut-texts.ts';
import type { Embedder } from './task.ts';

/** The same model, and which of the texts that it is given it cuts. */
export function countCuts(model: Embedder): { model: Embedder; cut: CutTexts } {
  const cut = new CutTexts();
  const counting: Embedder = {
    embedDim: model.embedDim,
    ...(model.hash && { hash: () => model.hash!() }),
    embedImages: (images, options) => model.embedImages(images, options),
    embedTexts: (texts, options) => {
      model.lostTokens?.(texts).forEach((lost, at) => {
        cut.add(texts[at]!, lost);
      });
      return model.embedTexts(texts, options);
    },
  };
  return { model: counting, cut };
}
