import { expect, test } from 'vitest';
import { CutTexts } from './cut-texts.ts';

test('each text that was cut is counted once, and the sentence says by how much', () => {
  const cut = new CutTexts();
  expect(cut.sentence()).toBeNull();
  cut.add('whole', 0);
  cut.add('a', 3);
  cut.add('a', 3);
  expect(cut.sentence()).toBe('1 text is too long for the model and lost the end: 3.0 tokens on average, 3 at most.');
  cut.add('b', 6);
  expect(cut.count).toBe(2);
  expect(cut.sentence()).toBe('2 texts are too long for the model and lost the end: 4.5 tokens on average, 6 at most.');
});
