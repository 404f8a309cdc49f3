import { Random } from '@anagram/core';
import { WireFault } from './fault.ts';
import type { JsonForm } from './json-form.ts';

/** The part of a transformers.js tokenizer that is used. */
export interface Tokenizer {
  encode(text: string, options: { add_special_tokens: false }): number[];
  decode(ids: readonly number[], options: { skip_special_tokens: true; clean_up_tokenization_spaces: false }): string;
}

export interface ChoiceOptions {
  readonly tokenizer: Tokenizer;
  readonly form: JsonForm | null;
  /** 0: always the likeliest. */
  readonly temperature: number;
  readonly seed: number;
}

/** Of as many of the likeliest tokens one is drawn, as llama.cpp does. */
const drawnFrom = 40;

/** Chooses an answer token by token, by its own seed, so that the answer keeps to a form. */
export class TokenChoice {
  readonly #options: ChoiceOptions;
  readonly #random: Random;

  constructor(options: ChoiceOptions) {
    this.#options = options;
    this.#random = new Random('token-choice', options.seed);
  }

  /** Special tokens are no part of it. */
  textOf(ids: readonly number[]): string {
    const plain = { skip_special_tokens: true, clean_up_tokenization_spaces: false } as const;
    return ids.length === 0 ? '' : this.#options.tokenizer.decode(ids, plain);
  }

  /** Whether the answer is finished as it stands. */
  isWhole(said: readonly number[]): boolean {
    const standing = this.#options.form?.(this.textOf(said));
    return standing !== null && standing !== undefined && 'rest' in standing;
  }

  /**
   * @param logits One for each token of the vocabulary.
   * @returns The token that comes after those said so far.
   */
  next(said: readonly number[], logits: Float32Array): number {
    const candidates = this.#candidates(said, logits);
    const best = candidates.reduce((a, b) => (logits[b]! > logits[a]! ? b : a));
    const { temperature } = this.#options;
    if (temperature === 0) return best;
    const weights = candidates.map((id) => Math.exp((logits[id]! - logits[best]!) / temperature));
    const sums = weights.map((_, at) => weights.slice(0, at + 1).reduce((sum, weight) => sum + weight, 0));
    const drawn = this.#random.float() * sums.at(-1)!;
    return candidates[sums.findIndex((sum) => drawn < sum)] ?? best;
  }

  #candidates(said: readonly number[], logits: Float32Array): number[] {
    const { form } = this.#options;
    if (form === null) return likeliest(logits, drawnFrom);
    const standing = form(this.textOf(said));
    if (standing === null || 'rest' in standing)
      throw new WireFault('broken-json', 'nothing more belongs to the answer');
    const tried = standing.literals.map((literal) => this.#firstOf(literal));
    if (standing.free) tried.push(...likeliest(logits, drawnFrom));
    const kept = [...new Set(tried)].filter((id) => {
      const after = this.textOf([id]) !== '' && form(this.textOf([...said, id]));
      return after && ('literals' in after || after.rest.trim() === '');
    });
    if (kept.length === 0) throw new WireFault('broken-json', 'the model has no token that continues the answer');
    return kept;
  }

  /** The first token that is not blank; behind a line break, because some tokenizers put a blank before the first word of a text. */
  #firstOf(literal: string): number {
    const ids = this.#options.tokenizer.encode(`\n${literal}`, { add_special_tokens: false });
    return ids.find((_, at) => this.textOf(ids.slice(0, at + 1)).trim() !== '')!;
  }
}

/** Ids of the largest values, in no order; of equal ones the first. */
function likeliest(logits: Float32Array, count: number): number[] {
  const threshold = logits.toSorted()[Math.max(0, logits.length - count)]!;
  const ids: number[] = [];
  for (let id = 0; id < logits.length && ids.length < count; id++) if (logits[id]! >= threshold) ids.push(id);
  return ids;
}
