import type { Layout } from './clip-config.ts';

/** By which file a layout is known, and where its weights lie, in the order in which they are looked for. */
export const layoutFiles: { readonly [layout in Layout]: { readonly config: string; readonly weights: string } } = {
  anagram: { config: 'anagram_config.json', weights: 'model.safetensors' },
  open_clip: { config: 'open_clip_config.json', weights: 'open_clip_model.safetensors' },
  transformers: { config: 'config.json', weights: 'model.safetensors' },
};
export const layouts = Object.keys(layoutFiles) as Layout[];
