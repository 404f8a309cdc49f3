import type { NegativeWriter } from '../models.ts';
import type { RuleLanguage } from './caption.ts';

/**
 * Negative texts by rules: no model, no network; 400 captions a second at first and 2,000 once the corpus' words are known
 * (one core). Categories whose rule does not apply to a text give nothing.
 *
 * @param options.language Language of the captions. Default `en`.
 */
export function ruleWriter(options: { language?: RuleLanguage } = {}): NegativeWriter {
  const language = options.language ?? 'en';
  return {
    id: `rules-${language}-1`,
    free: true,
    async write({ text, categories, seed, signal }) {
      signal?.throwIfAborted();
      // The tagger and the inflector take a quarter of a second to load, which nobody else should pay.
      const { negativesByRules } = await import('./rules.ts');
      return negativesByRules(text, categories, { seed, language });
    },
  };
}
