import type { NegativeWriter } from '../models.ts';
import { languageOf, type RuleLanguage } from './language.ts';

/**
 * Negative texts by rules: no model, no network; 400 captions a second at first and 2,000 once the corpus' words are known
 * (one core). Categories whose rule does not apply to a text give nothing.
 *
 * @param options.language Language of the captions. By default each caption's own, told by its script.
 */
export function ruleWriter(options: { language?: RuleLanguage | 'auto' } = {}): NegativeWriter {
  const { language = 'auto' } = options;
  return {
    id: `rules-${language}-2`,
    free: true,
    async write({ text, categories, seed, count = 1, signal }) {
      signal?.throwIfAborted();
      // The tagger and the inflector take a quarter of a second to load, which nobody else should pay.
      const { negativesByRules } = await import('./rules.ts');
      return negativesByRules(text, categories, {
        seed,
        count,
        language: language === 'auto' ? languageOf(text) : language,
      });
    },
  };
}
