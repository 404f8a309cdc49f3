/**
 * Small seeded generator (xoshiro128**, seeded by splitmix32): the one source of chance in TypeScript.
 * A stream is named by numbers and strings, so that step 412 of a run draws the same whether or not the run was stopped.
 */
export class Random {
  #s: Uint32Array;

  constructor(...names: readonly (number | string)[]) {
    let h = 0x9e3779b9;
    for (const name of names) {
      for (const character of `${typeof name}:${name};`) {
        h = Math.imul(h ^ character.codePointAt(0)!, 0x85ebca6b);
        h = (h ^ (h >>> 13)) >>> 0;
      }
    }
    this.#s = Uint32Array.from({ length: 4 }, () => {
      h = (h + 0x9e3779b9) >>> 0;
      let t = h ^ (h >>> 16);
      t = Math.imul(t, 0x21f0aaad);
      t ^= t >>> 15;
      t = Math.imul(t, 0x735a2d97);
      return (t ^ (t >>> 15)) >>> 0;
    });
  }

  /** Uniform 32-bit integer. */
  uint32(): number {
    const s = this.#s;
    const x = Math.imul(s[1]!, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }

  /** Uniform in [0, 1). */
  float(): number {
    return this.uint32() / 2 ** 32;
  }

  /** Uniform integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.float() * n);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** Fisher–Yates, in place. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  }

  /** Seed for a native call, below 2^53. */
  seed(): number {
    return this.uint32() * 2 ** 20 + (this.uint32() >>> 12);
  }
}
