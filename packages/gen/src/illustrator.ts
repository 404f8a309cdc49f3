import type { Illustrator, Json } from '@anagram/core';
import { generateImage } from 'ai';
import { attempt, failure, type WireOptions } from './attempt.ts';

export interface ImageOptions extends WireOptions {
  /** Width and height that are asked for, e.g. `512x512`; the server's own where it is not given. */
  readonly size?: `${number}x${number}`;
  /** Sends the seed as `seed`. Servers of open models take it; OpenAI's own refuses it. @default true */
  readonly sendSeed?: boolean;
  /** Goes into the request as it is, e.g. `{ num_inference_steps: 20 }`. */
  readonly parameters?: { readonly [name: string]: Json };
}

/** Pictures for lone texts, by a text-to-image model on OpenAI's `/images/generations`. */
export function illustrator(options: ImageOptions): Illustrator {
  return {
    id: imageId(options, 'illustrations@1'),
    async illustrate({ text, count, seed, signal }) {
      const pictures: Uint8Array[] = [];
      // One picture a request: with a seed, every picture of one request may be the same.
      for (let i = 0; i < count; i++) {
        const picture = await requestPicture(options, text, seed + i, signal);
        if (picture) pictures.push(picture);
      }
      return pictures;
    },
  };
}

/** @returns Null where the model gave no picture, however often it was asked. */
export async function requestPicture(
  options: ImageOptions,
  prompt: Parameters<typeof generateImage>[0]['prompt'],
  seed: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | null> {
  const { model, maxRetries = 2, size, sendSeed = true, parameters = {} } = options;
  for (let round = 0; round <= maxRetries; round++) {
    const answer = await attempt(options, signal, async (abortSignal) => {
      const { image } = await generateImage({
        ...{ model: model.image, prompt, n: 1, maxRetries, abortSignal },
        ...(size ? { size } : {}),
        // The SDK's own `seed` never reaches this wire.
        providerOptions: { [model.name]: { ...parameters, ...(sendSeed ? { seed: seed + round } : {}) } as never },
      });
      return image.uint8Array;
    });
    if ('value' in answer) return answer.value;
    if (answer.problem === 'busy') throw failure(model, 'is too busy', answer.message);
  }
  return null;
}

/** Everything that the pictures depend on. */
export function imageId({ model, size, sendSeed = true, parameters = {} }: ImageOptions, version: string): string {
  const sorted = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return [model.id, version, size ?? 'default', sendSeed ? 'seeded' : 'unseeded', JSON.stringify(sorted)].join('/');
}
