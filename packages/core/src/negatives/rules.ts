import type { NegativeCategory, NegativeText } from '../pair.ts';
import { Random } from '../random.ts';
import { english } from './en/rule-book.ts';
import { korean } from './ko/rule-book.ts';
import type { RuleLanguage } from './language.ts';
import { applyEdits, type Change, type RuleBook } from './rule.ts';
import { rejection } from './screen.ts';

const books: { readonly [language in RuleLanguage]: RuleBook } = { en: english as RuleBook, ko: korean as RuleBook };

/**
 * Negative texts of a caption, each different from it in one thing and false of its picture; at most `count` of a category.
 * The same text, categories and seed give the same negatives, and the first of a category whatever the count.
 */
export function negativesByRules(
  text: string,
  categories: readonly NegativeCategory[],
  options: { seed: number; language: RuleLanguage; count?: number },
): NegativeText[] {
  const { read, rules, asserts } = books[options.language];
  const composed = text.normalize('NFC');
  const caption = read(composed);
  const written = new Set<string>();
  return categories.flatMap((category) => {
    // A negation can be taken away as well as made; every other change must be in what the caption asserts.
    const changes = rules[category](caption).filter((change) => category === 'negation' || asserts(caption, change));
    const random = new Random('negative', category, text, options.seed);
    const found: NegativeText[] = [];
    while (changes.length > 0 && found.length < (options.count ?? 1)) {
      const [{ from, to, edits }] = changes.splice(drawIndex(changes, random), 1) as [Change];
      const negative = { category, text: applyEdits(composed, edits), change: { from, to } };
      if (written.has(negative.text) || rejection(composed, negative)) continue;
      written.add(negative.text);
      found.push(negative);
    }
    return found;
  });
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
