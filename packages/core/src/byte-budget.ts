/**
 * Lets work in as long as all that is in holds no more than some bytes together; what is more than that by itself goes in
 * alone. First come, first served.
 */
export class ByteBudget {
  readonly #most: number;
  readonly #waiting: { readonly bytes: number; readonly enter: () => void }[] = [];
  #held = 0;

  constructor(most: number) {
    this.#most = most;
  }

  async use<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((enter) => {
      this.#waiting.push({ bytes, enter });
      this.#admit();
    });
    try {
      return await work();
    } finally {
      this.#held -= bytes;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      if (this.#held > 0 && this.#held + next.bytes > this.#most) return;
      this.#waiting.shift();
      this.#held += next.bytes;
      next.enter();
    }
  }
}
