import type { Pixels } from '../pair.ts';

/** Fitted pictures, the least recently used ones dropped once they hold more than `maxBytes` together. */
export class PixelCache {
  #maxBytes: number;
  #bytes = 0;
  #entries = new Map<string, Pixels>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async get(key: string, load: () => Promise<Pixels>): Promise<Pixels> {
    const cached = this.#entries.get(key);
    if (cached) {
      // A map keeps the order of insertion: the first key is the one not used for the longest time.
      this.#entries.delete(key);
      this.#entries.set(key, cached);
      return cached;
    }
    const pixels = await load();
    if (!this.#entries.has(key) && pixels.data.byteLength <= this.#maxBytes) {
      this.#entries.set(key, pixels);
      this.#bytes += pixels.data.byteLength;
      for (const [oldest, dropped] of this.#entries) {
        if (this.#bytes <= this.#maxBytes) break;
        this.#entries.delete(oldest);
        this.#bytes -= dropped.data.byteLength;
      }
    }
    return pixels;
  }
}
