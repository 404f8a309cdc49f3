export const towers = ['image', 'text'] as const;
export type Tower = (typeof towers)[number];

/** The tower that a tensor is part of, by its name here and in open_clip; null for the logit scale, which stands between them. */
export function towerOf(name: string): Tower | null {
  if (name.startsWith('logit_')) return null;
  return /^(visual|regions)\./.test(name) ? 'image' : 'text';
}
