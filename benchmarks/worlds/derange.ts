import type { Random } from '@anagram/core';

/** Passes the texts at these places on among themselves so that none stays, or comes back, where it is right. */
export function derange(texts: string[], places: readonly number[], random: Random): void {
  const right = places.map((place) => texts[place]!);
  const order = random.shuffle([...right]);
  for (let i = 0; i < order.length; i++) {
    if (order[i] !== right[i]) continue;
    const fits = (j: number) => order[j] !== right[i] && order[i] !== right[j];
    const start = random.below(order.length);
    const j = order.findIndex((_, k) => fits((start + k) % order.length));
    if (j < 0) continue; // a single text, or one that more than half of the places share: it stays right, and truth says so
    const k = (start + j) % order.length;
    [order[i], order[k]] = [order[k]!, order[i]!];
  }
  places.forEach((place, i) => {
    texts[place] = order[i]!;
  });
}
