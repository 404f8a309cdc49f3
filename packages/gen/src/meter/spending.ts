import { AnagramError } from '@anagram/core';

/** What a service charges, in the currency of the budget. */
export interface Prices {
  readonly inputPerMillion?: number;
  readonly outputPerMillion?: number;
  readonly perPicture?: number;
}

/** What one run may spend; what the cache answers costs nothing. */
export interface Budget {
  /** Requests that are sent, repetitions included. */
  readonly calls?: number;
  /** Of input and output together. */
  readonly tokens?: number;
  readonly money?: number;
}

export interface Amount {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly pictures: number;
}

export interface Spent {
  calls: number;
  inputTokens: number;
  outputTokens: number;
  pictures: number;
  money: number;
}

export const nothing: Amount = { inputTokens: 0, outputTokens: 0, pictures: 0 };

/** Keeps what is spent, and what requests on their way may spend, within a budget. */
export class Spending {
  readonly spent: Spent = { calls: 0, money: 0, ...nothing };
  readonly #budget: Budget;
  #pending = { tokens: 0, money: 0 };

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /**
   * Admits one request that is expected to cost so much.
   * @returns Books what it did cost.
   * @throws AnagramError `budget-spent`
   */
  admit(model: string, expected: Amount, prices: Prices): (amount: Amount) => void {
    const { spent } = this;
    const tokens = expected.inputTokens + expected.outputTokens;
    const money = priceOf(expected, prices);
    const after = {
      calls: spent.calls + 1,
      tokens: spent.inputTokens + spent.outputTokens + this.#pending.tokens + tokens,
      money: spent.money + this.#pending.money + money,
    };
    for (const limit of ['calls', 'tokens', 'money'] as const) {
      const most = this.#budget[limit];
      if (most !== undefined && after[limit] > most) throw overspent(model, limit, most, after[limit]);
    }
    spent.calls += 1;
    this.#pending.tokens += tokens;
    this.#pending.money += money;
    return (amount) => {
      this.#pending.tokens -= tokens;
      this.#pending.money -= money;
      this.add(amount, prices);
    };
  }

  add(amount: Amount, prices: Prices): void {
    const { spent } = this;
    spent.inputTokens += amount.inputTokens;
    spent.outputTokens += amount.outputTokens;
    spent.pictures += amount.pictures;
    spent.money += priceOf(amount, prices);
  }
}

function priceOf({ inputTokens, outputTokens, pictures }: Amount, prices: Prices): number {
  const { inputPerMillion = 0, outputPerMillion = 0, perPicture = 0 } = prices;
  return (inputTokens * inputPerMillion + outputTokens * outputPerMillion) / 1e6 + pictures * perPicture;
}

function overspent(model: string, limit: keyof Budget, most: number, wanted: number): AnagramError<'budget-spent'> {
  const figure = (value: number) => (limit === 'money' ? value.toFixed(4) : String(value));
  return new AnagramError(
    'budget-spent',
    `The budget of ${figure(most)} ${limit} is spent: the next request to ${model} would make it ${figure(wanted)}. Expected to stop here; what was answered is kept. Raise generation.budget.${limit} and run the same command to go on.`,
    { model, limit },
  );
}

/** A token is about four bytes of text. An estimate: services count in their own way. */
export function estimateTokens(...texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Math.ceil(Buffer.byteLength(text) / 4), 0);
}

/** What a picture of ordinary size costs as input; services differ by several times. */
export const tokensOfPicture = 1000;
