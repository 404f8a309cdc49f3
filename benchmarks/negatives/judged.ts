/** What one reader said of one negative. */
export interface Judgement {
  readonly language: 'en' | 'ko';
  readonly category: string;
  readonly caption: string;
  readonly negative: string;
  /** `good`; `false-negative`: may be true of the caption's picture; `awkward`: false, and no one would write it. */
  readonly verdict: 'good' | 'false-negative' | 'awkward';
  readonly reason?: string;
}

export function summarise(list: readonly Judgement[], language: 'en' | 'ko') {
  const own = list.filter((each) => each.language === language);
  const share = (verdict: Judgement['verdict']) =>
    own.length === 0
      ? null
      : Math.round((1000 * own.filter((each) => each.verdict === verdict).length) / own.length) / 1000;
  return { count: own.length, good: share('good'), falseNegatives: share('false-negative'), awkward: share('awkward') };
}
