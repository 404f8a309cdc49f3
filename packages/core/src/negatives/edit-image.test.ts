import { expect, test } from 'vitest';
import { decodeImage } from '../image/decode.ts';
import { mirror, recolour } from '../image/edit.ts';
import { encodePng } from '../image/encode.ts';
import type { NegativeText, Pixels } from '../pair.ts';
import { ruleEditor } from './edit-image.ts';

/** Left half red, right half blue. */
const halves: Pixels = {
  width: 8,
  height: 8,
  data: Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => {
    const left = Math.floor(i / 3) % 8 < 4;
    return [left ? 200 : 30, 30, left ? 30 : 200][i % 3]!;
  }),
};

async function edit(text: string, negative: NegativeText): Promise<Pixels | null> {
  const edited = await ruleEditor().edit({ image: await encodePng(halves), text, negative, seed: 0 });
  return edited && decodeImage(edited);
}
const position = (from: string, to: string): NegativeText => ({ category: 'position', text: '', change: { from, to } });
const colour = (from: string, to: string): NegativeText => ({ category: 'colour', text: '', change: { from, to } });

test('a picture is mirrored where left became right', async () => {
  expect(await edit('Red left of blue', position('left', 'right'))).toEqual(mirror(halves));
  expect(await edit('Red to the left of blue', position('to the left of', 'to the right of'))).toEqual(mirror(halves));
});

test('a colour is replaced by another', async () => {
  expect(await edit('A red side', colour('red', 'green'))).toEqual(recolour(halves, 'red', 'green'));
});

test('what a mirror or other pixels cannot show gives null', async () => {
  expect(await edit('Red above blue', position('above', 'below'))).toBeNull();
  expect(await edit('One on the left and one on the right', position('left', 'right'))).toBeNull();
  expect(await edit('A red dog and a red cat', colour('red', 'green'))).toBeNull();
  expect(await edit('A yellow side', colour('yellow', 'green'))).toBeNull();
  expect(await edit('A red side', { category: 'verb', text: '', change: { from: 'red', to: 'green' } })).toBeNull();
});
