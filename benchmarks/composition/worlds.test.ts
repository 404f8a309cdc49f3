import { expect, it } from 'vitest';
import { openWorld } from './worlds.ts';

it('has as many galleries as it is asked for, of which the first is the default', async () => {
  const world = await openWorld('shapes');
  const captions = (number?: number) => world.gallery('validation', 12, number).map(({ text }) => text);
  expect(captions(0)).toEqual(captions());
  expect(captions(1)).not.toEqual(captions(0));
});
