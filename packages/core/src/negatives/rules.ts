import type { NegativeCategory, NegativeText } from '../pair.ts';
import { Random } from '../random.ts';
import { type Caption, type RuleLanguage, readCaption } from './caption.ts';
import { colour } from './colour.ts';
import { negative as denial, negation } from './negation.ts';
import { object } from './object.ts';
import { position } from './position.ts';
import { quantity } from './quantity.ts';
import { applyEdits, type Change, type RuleBook } from './rule.ts';
import { rejection } from './screen.ts';
import { size } from './size.ts';
import { swap } from './swap.ts';
import { verb } from './verb.ts';

const book: RuleBook = { colour, quantity, position, size, verb, negation, object, swap };

/**
 * At most one negative text per category, each different from the caption in one thing and false of its picture.
 * The same text, categories and seed give the same negatives.
 */
export function negativesByRules(
  text: string,
  categories: readonly NegativeCategory[],
  options: { seed: number; language: RuleLanguage },
): NegativeText[] {
  const caption = readCaption(text);
  const written = new Set<string>();
  return categories.flatMap((category) => {
    const changes = book[category]
      [options.language](caption)
      .filter((change) => category === 'negation' || asserts(caption, change));
    const random = new Random('negative', category, text, options.seed);
    while (changes.length > 0) {
      const [change] = changes.splice(drawIndex(changes, random), 1);
      const negative = toNegative(caption, category, change!);
      if (written.has(negative.text) || rejection(text, negative)) continue;
      written.add(negative.text);
      return [negative];
    }
    return [];
  });
}

/** Whether a change is in what the caption asserts: `there is no dog` is as true of a picture as `there is no cat`. */
function asserts(caption: Caption, { edits }: Change): boolean {
  const denied = caption.tokens.find((token) => denial.test(token.lower))?.start ?? Number.POSITIVE_INFINITY;
  return edits.every((edit) => edit.start < denied);
}

function toNegative(caption: Caption, category: NegativeCategory, { from, to, edits }: Change): NegativeText {
  return { category, text: applyEdits(caption.text, edits), change: { from, to } };
}

function drawIndex(changes: readonly Change[], random: Random): number {
  const total = changes.reduce((sum, change) => sum + (change.weight ?? 1), 0);
  let left = random.float() * total;
  const index = changes.findIndex((change) => {
    left -= change.weight ?? 1;
    return left < 0;
  });
  return Math.max(0, index);
}
