/** What a piece is, by the numbers of SentencePiece's `sentencepiece_model.proto`. */
export const pieceKinds = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;
export type PieceKind = (typeof pieceKinds)[keyof typeof pieceKinds];

export interface Piece {
  readonly text: string;
  /** Log probability, a 32-bit float. */
  readonly score: number;
  readonly kind: PieceKind;
}

/** Pieces by their numbers; an array is one. */
export interface Pieces extends Iterable<Piece> {
  readonly length: number;
  at(number: number): Piece | undefined;
}

/** Pieces as columns: a quarter of a million of them as objects would take 17 MB more. */
export class PieceTable implements Pieces {
  readonly #texts: string[] = [];
  #scores = new Float32Array(1024);
  #kinds = new Uint8Array(1024);

  push({ text, score, kind }: Piece): void {
    const number = this.#texts.push(text) - 1;
    if (number === this.#kinds.length) {
      this.#scores = grown(this.#scores, new Float32Array(2 * number));
      this.#kinds = grown(this.#kinds, new Uint8Array(2 * number));
    }
    this.#scores[number] = score;
    this.#kinds[number] = kind;
  }

  get length(): number {
    return this.#texts.length;
  }

  at(number: number): Piece | undefined {
    const text = this.#texts[number];
    if (text === undefined) return undefined;
    return { text, score: this.#scores[number]!, kind: this.#kinds[number] as PieceKind };
  }

  *[Symbol.iterator](): Generator<Piece> {
    for (let number = 0; number < this.length; number++) yield this.at(number)!;
  }
}

function grown<T extends Float32Array | Uint8Array>(values: T, longer: T): T {
  longer.set(values);
  return longer;
}
