import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contender } from './contender.ts';

/** NegCLIP's published negatives (Yuksekgonul et al. 2023), swaps of words of one part of speech, with their captions. */
export async function negclip(data: string): Promise<{ captions: readonly string[]; contender: Contender }> {
  const text = await readFile(join(data, 'negclip', 'valid_neg_clip.tsv'), 'utf8');
  const written = new Map<string, readonly string[]>();
  for (const line of text.split('\n').slice(1)) {
    const [, caption, , negatives] = line.split('\t');
    if (caption?.trim() && negatives) written.set(caption.trim(), readList(negatives));
  }
  return {
    captions: [...written.keys()],
    contender: {
      name: 'negclip',
      // All of its changes are exchanges within the caption.
      write: async (caption) =>
        (written.get(caption) ?? []).map((each) => ({
          category: 'swap-object',
          text: each,
          change: { from: '', to: '' },
        })),
    },
  };
}

/** Strings of a Python list: `['a', "it's"]`. */
function readList(list: string): string[] {
  return [...list.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map((match) =>
    (match[1] ?? match[2] ?? '').replace(/\\(.)/g, '$1').trim(),
  );
}
