import { type Box, crop } from '../image/crop.ts';
import { clipFit, fitImage } from '../image/preprocess.ts';
import { parseScene } from '../negatives/en/scene-graph.ts';
import { languageOf } from '../negatives/language.ts';
import type { Pixels } from '../pair.ts';
import { Random } from '../random.ts';
import type { DrawnPair } from './draw-pairs.ts';
import type { ResolvedSettings } from './settings.ts';

/** Share of the picture's area that a crop shows (PyramidCLIP: Gao et al. 2022). */
const areas = { global: [0.9, 1], local: [0.5, 1] } as const;

/**
 * The pairs of a step, each on two levels: a global crop of its picture with the summary of its text, and a local crop with the text itself
 * (PyramidCLIP's peer level). Both show one picture, so that neither is a negative of the other. They come without negatives of their own.
 * @param draw Draws as many pairs as fill the batch of the settings given.
 * @returns The pairs of both levels: those of one pair side by side.
 */
export async function twoLevels(
  step: number,
  settings: ResolvedSettings,
  draw: (settings: ResolvedSettings) => Promise<DrawnPair[]>,
): Promise<DrawnPair[]> {
  const objective = { ...settings.objective, negativesPerPair: 0, paraphrases: 0, paraphraseDistance: 0 };
  const drawn = await draw({ ...settings, batchSize: Math.max(1, settings.batchSize >> 1), objective });
  const random = new Random(settings.seed, 'levels', step);
  const boxes = drawn.map(({ pair: { image } }) => [
    drawBox(image, areas.global, random),
    drawBox(image, areas.local, random),
  ]);
  const levels = await Promise.all(
    drawn.map(async ({ pair }, k) => {
      const [global, local] = await Promise.all(boxes[k]!.map((box) => cropAndResize(pair.image, box)));
      return [
        { ...pair, image: global!, text: summarise(pair.text) },
        { ...pair, image: local! },
      ];
    }),
  );
  return levels.flat().map((pair) => ({ pair, negatives: [], paraphrase: null }));
}

/**
 * What a caption shows, without what it says of it: `two black cats sitting on a red car` → `cats, car`. By rules, where the paper has a model for it.
 * Where no thing is found, as in other languages than English, the caption itself.
 */
export function summarise(text: string): string {
  if (languageOf(text) !== 'en') return text;
  const names = parseScene(text).objects.map(({ name }) => name);
  return names.length === 0 ? text : [...new Set(names)].join(', ');
}

/** A square of a square picture, of an area drawn between two shares of it. */
function drawBox({ width: size }: Pixels, [least, most]: readonly [number, number], random: Random): Box {
  const side = Math.max(1, Math.round(size * Math.sqrt(least + (most - least) * random.float())));
  const at = () => Math.floor(random.float() * (size - side + 1));
  return { x: at(), y: at(), width: side, height: side };
}

function cropAndResize(image: Pixels, box: Box): Promise<Pixels> {
  return fitImage(crop(image, box), image.width, clipFit);
}
