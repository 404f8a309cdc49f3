import { Random } from '../random.ts';

const width = 256;

/**
 * Texts as bags of words without any training: rare words count more (tf-idf over the corpus), each word is a random
 * direction, so that the inner product of two texts estimates their weighted overlap to about ±0.06.
 */
export class TextDescriptor {
  readonly width = width;
  readonly #documents: number;
  readonly #frequency = new Map<string, number>();
  readonly #directions = new Map<string, Float32Array>();

  /** @param texts The corpus' texts, each once. */
  constructor(texts: readonly string[]) {
    this.#documents = texts.length;
    for (const text of texts) {
      for (const word of new Set(words(text))) this.#frequency.set(word, (this.#frequency.get(word) ?? 0) + 1);
    }
  }

  /** @returns (n, width) rows of unit length; zeros for a text that has no telling word. */
  describe(texts: readonly string[]): Float32Array {
    const rows = new Float32Array(texts.length * width);
    for (const [i, text] of texts.entries()) {
      const row = rows.subarray(i * width, (i + 1) * width);
      for (const word of new Set(words(text))) {
        const weight = Math.log(this.#documents / (1 + (this.#frequency.get(word) ?? 0)));
        if (weight <= 0) continue;
        const direction = this.#direction(word);
        for (let k = 0; k < width; k++) row[k]! += weight * direction[k]!;
      }
      normalise(row);
    }
    return rows;
  }

  #direction(word: string): Float32Array {
    let direction = this.#directions.get(word);
    if (!direction) {
      const random = new Random('word', word);
      direction = Float32Array.from({ length: width }, () => (random.uint32() & 1 ? 1 : -1));
      // Words outside the corpus are not kept: there is no end of them.
      if (this.#frequency.has(word)) this.#directions.set(word, direction);
    }
    return direction;
  }
}

function words(text: string): string[] {
  return (
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** To unit length, in place; zeros stay zeros. */
export function normalise(row: Float32Array): void {
  let square = 0;
  for (const value of row) square += value * value;
  if (square === 0) return;
  const factor = 1 / Math.sqrt(square);
  for (let k = 0; k < row.length; k++) row[k]! *= factor;
}
