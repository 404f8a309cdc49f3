/** Counts the texts that do not fit a tower's context, each once. */
export class CutTexts {
  readonly #lost = new Map<string, number>();

  /** @param lost Tokens that did not fit; 0 where the text did. */
  add(text: string, lost: number): void {
    if (lost > 0) this.#lost.set(text, lost);
  }

  get count(): number {
    return this.#lost.size;
  }

  /** `3 texts are too long for the model and lost their ends: 4.3 tokens on average, 12 at most.`; null where there are none. */
  sentence(): string | null {
    if (this.count === 0) return null;
    let [sum, most] = [0, 0];
    for (const lost of this.#lost.values()) [sum, most] = [sum + lost, Math.max(most, lost)];
    const what = this.count === 1 ? '1 text is' : `${this.count.toLocaleString('en')} texts are`;
    return `${what} too long for the model and lost the end: ${(sum / this.count).toFixed(1)} tokens on average, ${most} at most.`;
  }
}
