import { swapBetween } from '../negatives/en/swap-between.ts';
import { languageOf } from '../negatives/language.ts';
import { textKey } from '../negatives/screen.ts';
import type { Pixels, TrainingNegative } from '../pair.ts';
import { Random } from '../random.ts';
import type { DrawnPair } from './draw-pairs.ts';
import type { ResolvedSettings } from './settings.ts';

/** Whether a step has joined pairs. */
export function joinsPairs(step: number, { objective }: Pick<ResolvedSettings, 'objective'>): boolean {
  return objective.joinedEvery > 0 && step % objective.joinedEvery === 0;
}

/**
 * The pairs of a step, two and two joined (CLIC: Peleg et al. 2025): one picture of both, each half as wide or high, and one text of both.
 * The texts in the other order are its paraphrase. Its negative text has one word of each exchanged with one of the other,
 * so that it takes both halves to see what is wrong; where the two texts share no kind of word there is none.
 * @param draw Draws as many pairs as fill the batch of the settings given.
 */
export async function joinPairs(
  step: number,
  settings: ResolvedSettings,
  draw: (settings: ResolvedSettings) => Promise<DrawnPair[]>,
): Promise<DrawnPair[]> {
  const single = { ...settings.objective, negativesPerPair: 0, paraphrases: 0, paraphraseDistance: 0 };
  const drawn = await draw({ ...settings, batchSize: 2 * settings.batchSize, objective: single });
  const random = new Random(settings.seed, 'joined', step);
  return Array.from({ length: Math.floor(drawn.length / 2) }, (_, k) => {
    const [a, b] = [drawn[2 * k]!.pair, drawn[2 * k + 1]!.pair];
    const [beside, ordered, turned] = [random.float() < 0.5, random.float() < 0.5, random.float() < 0.5];
    const halves = ordered ? ([a, b] as const) : ([b, a] as const);
    const english = languageOf(a.text) === 'en' && languageOf(b.text) === 'en';
    const [text, paraphrase] = [joinTexts(a.text, b.text), joinTexts(b.text, a.text)];
    const swapped = english ? swapBetween(a.text, b.text, random) : null;
    const negative = swapped && joinTexts(swapped[turned ? 1 : 0], swapped[turned ? 0 : 1]);
    // Two captions that differ in one word have only changed places.
    const isFalse = negative !== null && ![text, paraphrase].some((own) => textKey(own) === textKey(negative));
    return {
      pair: {
        image: joinPictures(halves[0].image, halves[1].image, beside),
        text,
        // Either order shows the same two, of which either text is true.
        imageKey: `joined:${[a.imageKey, b.imageKey].sort().join('+')}`,
        weight: a.weight * b.weight,
        negatives: [],
      },
      negatives: isFalse ? [loneText(negative)] : [],
      paraphrase,
    };
  });
}

function loneText(text: string): TrainingNegative {
  return { category: 'joined', text, image: null, imageKey: null };
}

/** `a dog` and `a cat.` → `a dog. a cat.` */
export function joinTexts(a: string, b: string): string {
  const sentence = (text: string) => (/[.!?]\s*$/.test(text) ? text.trim() : `${text.trim()}.`);
  return `${sentence(a)} ${sentence(b)}`;
}

/**
 * Two pictures of one size S×S in one of that size, each squeezed to half its width (`beside`: left and right) or height (above and below), as
 * the official code does. Each pixel is the mean of the two that it stands for; of an odd S the second picture has the one more.
 */
export function joinPictures(first: Pixels, second: Pixels, beside: boolean): Pixels {
  const { width: size } = first;
  const data = new Uint8Array(size * size * 3);
  const half = Math.floor(size / 2);
  const at = (x: number, y: number) => (y * size + x) * 3;
  for (let along = 0; along < size; along++) {
    const of = along < half ? first : second;
    const from = Math.min(2 * (along < half ? along : along - half), size - 1);
    const next = Math.min(from + 1, size - 1);
    for (let across = 0; across < size; across++) {
      const into = beside ? at(along, across) : at(across, along);
      const [p, q] = beside ? [at(from, across), at(next, across)] : [at(across, from), at(across, next)];
      for (let channel = 0; channel < 3; channel++) {
        data[into + channel] = (of.data[p + channel]! + of.data[q + channel]! + 1) >> 1;
      }
    }
  }
  return { width: size, height: size, data };
}
