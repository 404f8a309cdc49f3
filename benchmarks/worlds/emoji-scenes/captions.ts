import type { Random } from '@anagram/core';
import type { SceneObject } from './objects.ts';

const numbers = ['no', 'one', 'two', 'three', 'four', 'five'] as const;

/** `a cat`, `an owl`, `an orange cat`. */
export function withArticle(words: string): string {
  return `${/^[aeiou]/.test(words) && !/^(uni|use|one)/.test(words) ? 'an' : 'a'} ${words}`;
}

/** `one mouse`, `three mice`. */
export function counted(count: number, { noun, plural }: SceneObject): string {
  return `${numbers[count]} ${count === 1 ? noun : plural}`;
}

/** Fills `{name}` in a template. */
export function fill(template: string, words: { readonly [name: string]: string }): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => words[name]!);
}

/** The same sentence about two scenes: one template, filled twice. */
export function fillBoth(
  random: Random,
  templates: readonly string[],
  words: readonly [{ readonly [name: string]: string }, { readonly [name: string]: string }],
): [string, string] {
  const template = random.pick(templates);
  return [fill(template, words[0]), fill(template, words[1])];
}
