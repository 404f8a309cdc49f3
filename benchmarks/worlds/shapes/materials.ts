import type { Random } from '@anagram/core';

/** What a surface is like; `ray-cast.ts` and `shade.ts` say how each looks. */
export const materials = ['matt', 'shiny', 'striped', 'spotted', 'see-through'] as const;
export type Material = (typeof materials)[number];

/** Two different materials. */
export function drawMaterials(random: Random): [Material, Material] {
  const [a, b] = random.shuffle([...materials]);
  return [a!, b!];
}
