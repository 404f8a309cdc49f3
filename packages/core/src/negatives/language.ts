/** Languages that have rules. */
export const ruleLanguages = ['en', 'ko'] as const;
export type RuleLanguage = (typeof ruleLanguages)[number];

/** The language of a caption by its script: Korean where Hangul syllables, each as two letters, outweigh the others. */
export function languageOf(text: string): RuleLanguage {
  const composed = text.normalize('NFC');
  const hangul = composed.match(/\p{Script=Hangul}/gu)?.length ?? 0;
  const letters = composed.match(/\p{L}/gu)?.length ?? 0;
  return hangul * 2 > letters - hangul ? 'ko' : 'en';
}
