import { type Choice, matrix2x2, type TieRule } from '../kernels.ts';
import type { Cosines } from './define-benchmark.ts';

/** Text, image and group score of an item with two texts and two pictures; text k fits picture k. */
export function textImageGroup({ textImage }: Cosines, ties: TieRule): { text: Choice; image: Choice; group: Choice } {
  const { text, image, group } = matrix2x2(cosineMatrix(textImage), ties);
  return { text, image, group };
}

export const textImageGroupChance = { text: 1 / 4, image: 1 / 4, group: 1 / 6 };

/** `s[c][i]`: text c with picture i. */
export function cosineMatrix(
  textImage: Cosines['textImage'],
): readonly [readonly [number, number], readonly [number, number]] {
  return [
    [textImage(0, 0), textImage(0, 1)],
    [textImage(1, 0), textImage(1, 1)],
  ];
}
