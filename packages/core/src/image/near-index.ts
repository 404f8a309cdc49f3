import { hammingDistance } from './hash.ts';

/**
 * Perceptual hashes by each of their four 16-bit quarters: two that differ in at most 3 bits agree in a quarter at least, so that
 * only those need to be compared.
 */
export class NearIndex<T> {
  readonly #largest: number;
  readonly #buckets = new Map<string, { readonly value: T; readonly hash: string }[]>();

  /** @param largest Most bits in which near hashes differ, 0 … 3; less finds nothing. */
  constructor(largest: number) {
    this.#largest = largest;
  }

  /** @param scope Only hashes of the same scope are near. */
  add(hash: string | null, value: T, scope = ''): void {
    if (hash === null || this.#largest < 0) return;
    for (const key of quarters(hash, scope)) {
      const bucket = this.#buckets.get(key);
      if (bucket) bucket.push({ value, hash });
      else this.#buckets.set(key, [{ value, hash }]);
    }
  }

  /** The nearest, the first of equally near ones. */
  find(hash: string | null, scope = ''): { readonly value: T; readonly distance: number } | null {
    if (hash === null || this.#largest < 0) return null;
    let nearest: { value: T; distance: number } | null = null;
    for (const key of quarters(hash, scope)) {
      for (const candidate of this.#buckets.get(key) ?? []) {
        const distance = hammingDistance(hash, candidate.hash);
        if (distance > this.#largest || (nearest && distance >= nearest.distance)) continue;
        nearest = { value: candidate.value, distance };
      }
    }
    return nearest;
  }
}

function quarters(hash: string, scope: string): string[] {
  return [0, 4, 8, 12].map((start) => `${start}:${hash.slice(start, start + 4)}:${scope}`);
}
