import type { Phrase, Thing } from './scene.ts';

export const numbers = ['no', 'one', 'two', 'three', 'four', 'five'] as const;

/** `red cube`, `striped ball`, `spotted blue cone`. */
export function nounOf({ solid, colour, material }: Phrase, count = 1): string {
  const noun = count === 1 ? solid : `${solid}s`;
  return [material, colour, noun].filter((word) => word !== undefined).join(' ');
}

/** `a red cube`, `an orange ball`. */
export function withArticle(words: string): string {
  return `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`;
}

/** Fills `{name}` in a template. */
export function fill(template: string, words: { readonly [name: string]: string }): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => words[name]!);
}

export const bySolid = ({ solid }: Thing): Phrase => ({ solid });
export const byColour = ({ solid, colour }: Thing): Phrase => ({ solid, colour });
export const byMaterial = ({ solid, material }: Thing): Phrase => ({ solid, material });
