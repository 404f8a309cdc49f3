/** Words beyond so many share their places with others. */
const largestWidth = 8192;

/**
 * Texts as bags of words, without any training: rare words count more (tf-idf over the corpus). Rows are as wide as the
 * corpus has words, and nearly all zeros.
 */
export class TextDescriptor {
  readonly width: number;
  readonly #documents: number;
  readonly #words = new Map<string, { place: number; frequency: number }>();

  /** @param texts The corpus' texts, each once. */
  constructor(texts: readonly string[]) {
    this.#documents = texts.length;
    for (const text of texts) {
      for (const word of new Set(wordsOf(text))) {
        const known = this.#words.get(word);
        if (known) known.frequency++;
        else this.#words.set(word, { place: this.#words.size % largestWidth, frequency: 1 });
      }
    }
    this.width = Math.max(1, Math.min(largestWidth, this.#words.size));
  }

  /**
   * @returns (n, width) rows of unit length; shorter by the words that the corpus does not have, zeros where there is no
   * telling word.
   */
  describe(texts: readonly string[]): Float32Array {
    const rows = new Float32Array(texts.length * this.width);
    for (const [i, text] of texts.entries()) {
      const row = rows.subarray(i * this.width, (i + 1) * this.width);
      let square = 0;
      for (const word of new Set(wordsOf(text))) {
        const known = this.#words.get(word);
        const weight = Math.max(0, Math.log(this.#documents / (1 + (known?.frequency ?? 0))));
        square += weight ** 2;
        if (known) row[known.place]! += weight;
      }
      if (square > 0) for (let k = 0; k < row.length; k++) row[k]! /= Math.sqrt(square);
    }
    return rows;
  }
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}
