import { expect, test } from 'vitest';
import { captionPrompts, instructionsOf, versionOf } from './captions-en.ts';

test('the default keeps its words and its version, which old answers are kept under', () => {
  expect(versionOf({})).toBe('captions-en@1');
  expect(versionOf({ words: 25, focus: 'everything' })).toBe('captions-en@1');
  expect(instructionsOf({})).toMatch(
    /^You write captions .* of at most 25 words\. .*\("a photo of", "this image shows"\)\. Text inside/,
  );
});

test('prompts are drawn by the seed, the default first, and none has the name of another', () => {
  const prompts = captionPrompts({ count: 36 });
  expect(prompts).toHaveLength(36);
  expect(prompts[0]).toEqual({});
  expect(new Set(prompts.map(versionOf)).size).toBe(36);
  expect(new Set(prompts.map(instructionsOf)).size).toBe(36);
  expect(captionPrompts({ seed: 1 })).toEqual(captionPrompts({ seed: 1 }));
  expect(captionPrompts({ seed: 1 })).not.toEqual(captionPrompts({ seed: 2 }));
});
