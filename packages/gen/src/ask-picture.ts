import { decodeImage, hashBytes, isAnagramError, type Json } from '@anagram/core';
import { generateImage, NoImageGeneratedError } from 'ai';
import { asFault, tooBusy, type WireOptions } from './ask-text.ts';
import { estimateTokens, nothing } from './meter/spending.ts';
import { WireFault } from './wire/fault.ts';

export interface ImageOptions extends WireOptions {
  /** Width and height that are asked for, e.g. `512x512`; the server's own where it is not given. */
  readonly size?: `${number}x${number}`;
  /** Sends the seed as `seed`. Servers of open models take it; OpenAI's own refuses it. @default true */
  readonly sendSeed?: boolean;
  /** Goes into the request as it is, e.g. `{ num_inference_steps: 20 }`. */
  readonly parameters?: { readonly [name: string]: Json };
}

/** Asks an image model for one picture. @returns Null where it gave none that can be used, however often it was asked. */
export async function askPicture(
  options: ImageOptions,
  request: { readonly version: string; readonly text: string; readonly image?: Uint8Array },
  seed: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | null> {
  const { model, maxRetries = 2, timeoutMs = 120_000, size, sendSeed = true, parameters = {} } = options;
  const { version, text, image } = request;
  for (let round = 0; round <= maxRetries; round++) {
    // A service that takes no seed still gives another picture when asked again.
    const ownSeed = seed + round;
    const key: Json = ['picture', imageId(options, version), text, image ? hashBytes(image) : null, ownSeed];
    const asked = await model.meter.ask({
      ...{ model, maxRetries, timeoutMs, signal, question: key },
      expected: { inputTokens: estimateTokens(text), outputTokens: 0, pictures: 1 },
      async call(abortSignal) {
        const answer = await draw(() =>
          generateImage({
            ...{ model: model.image, n: 1, maxRetries: 0, abortSignal },
            prompt: image ? { text, images: [image] } : text,
            ...(size ? { size } : {}),
            // The SDK's own `seed` never reaches OpenAI's wire.
            providerOptions: { [model.name]: { ...parameters, ...(sendSeed ? { seed: ownSeed } : {}) } as never },
          }),
        );
        const drawn = answer.length > 0;
        return {
          answer,
          amount: drawn ? { inputTokens: estimateTokens(text), outputTokens: 0, pictures: 1 } : nothing,
        };
      },
    });
    if ('problem' in asked) {
      if (asked.problem !== 'busy') return null;
      throw tooBusy(model, asked.message);
    }
    const flaw = await flawOf(asked.answer, size);
    if (flaw === null) return asked.answer;
    model.meter.note(model, flaw.kind, flaw.message);
    if (flaw.kind === 'refusal') return null;
  }
  return null;
}

/** Everything that the pictures depend on, but for what they shall show. */
export function imageId({ model, size, sendSeed = true, parameters = {} }: ImageOptions, version: string): string {
  const sorted = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return [model.id, version, size ?? 'default', sendSeed ? 'seeded' : 'unseeded', JSON.stringify(sorted)].join('/');
}

const refused = Buffer.from('refused');

/** No picture is an answer too, and kept: none at all, or a refusal. */
async function draw(ask: () => Promise<{ image: { uint8Array: Uint8Array } }>): Promise<Uint8Array> {
  try {
    return (await ask()).image.uint8Array;
  } catch (error) {
    if (error instanceof WireFault && error.kind === 'refusal') return refused;
    if (NoImageGeneratedError.isInstance(error)) return new Uint8Array();
    throw asFault(error);
  }
}

/** What is wrong with a picture. One of another size but the same shape will do: every later step fits pictures itself. */
async function flawOf(bytes: Uint8Array, size: ImageOptions['size']) {
  if (refused.equals(bytes)) return { kind: 'refusal', message: 'the service declined to draw' } as const;
  if (bytes.length === 0) return { kind: 'empty-picture', message: 'an answer without a picture' } as const;
  try {
    const { width, height } = await decodeImage(bytes);
    const [wantedWidth, wantedHeight] = (size ?? `${width}x${height}`).split('x').map(Number) as [number, number];
    const stretch = (width * wantedHeight) / (height * wantedWidth);
    if (Math.abs(Math.log(stretch)) <= Math.log(1.02)) return null;
    return { kind: 'wrong-size', message: `a picture of ${width}x${height} in place of ${size}` } as const;
  } catch (error) {
    if (isAnagramError(error, 'image-unreadable')) {
      return { kind: 'empty-picture', message: 'bytes that are no picture' } as const;
    }
    throw error;
  }
}
