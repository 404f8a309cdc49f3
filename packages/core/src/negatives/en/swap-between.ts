import type { Random } from '../../random.ts';
import { applyEdits, type Edit, inCaseOf } from '../rule.ts';
import { parseScene, type SceneGraph, type SceneWord } from './scene-graph.ts';

/** Words of a scene that may change places with words of the same kind in another. */
const kinds: readonly ((scene: SceneGraph) => SceneWord[])[] = [
  ({ objects }) => objects.filter(({ plural }) => !plural).map(({ noun }) => noun),
  ({ objects }) => objects.filter(({ plural }) => plural).map(({ noun }) => noun),
  ({ objects }) => objects.flatMap(({ attributes }) => attributes),
];

/**
 * Exchanges one word of a caption with one of the same kind in another: a noun in the singular, in the plural, or an attribute. Words that
 * stand in both captions stay.
 * @returns Both captions after the exchange; null where they share no kind.
 */
export function swapBetween(a: string, b: string, random: Random): [string, string] | null {
  const [first, second] = [parseScene(a), parseScene(b)];
  const choices = kinds.flatMap((wordsOf) => {
    const [mine, theirs] = [wordsOf(first), wordsOf(second)];
    const of = (words: SceneWord[], others: SceneWord[]) =>
      words.filter(({ word }) => !others.some((other) => other.word === word));
    const [left, right] = [of(mine, theirs), of(theirs, mine)];
    return left.length > 0 && right.length > 0 ? [[left, right] as const] : [];
  });
  if (choices.length === 0) return null;
  const [left, right] = random.pick(choices);
  const [from, to] = [random.pick(left), random.pick(right)];
  const put = (text: string, { start, end }: SceneWord, { word }: SceneWord): string =>
    applyEdits(text, [{ start, end, text: inCaseOf(text.slice(start, end), word) } satisfies Edit]);
  return [put(a, from, to), put(b, to, from)];
}
