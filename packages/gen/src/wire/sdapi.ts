import type { ImageModelV4, ImageModelV4CallOptions } from '@ai-sdk/provider';
import { type HandleOptions, handleOf, type ModelHandle } from '../model-handle.ts';
import { requireAddress, requireName } from './address.ts';
import { WireFault } from './fault.ts';
import { fetchPicture, fromBase64, isAddress } from './picture-bytes.ts';
import { redactor } from './redact.ts';
import { wireFetch } from './wire-fetch.ts';

export interface SdapiOptions extends HandleOptions {
  /** Address of the server, e.g. `http://127.0.0.1:7860`. */
  readonly baseUrl: string;
  /** Checkpoint to draw with; the loaded one where it is not given. */
  readonly model?: string;
  /** Name of the service. @default 'sdapi' */
  readonly name?: string;
  /** `user:password` of `--api-auth`. */
  readonly apiKey?: string;
}

/**
 * Draws over AUTOMATIC1111's API (`/sdapi/v1/txt2img`, `img2img`), which Forge, SD.Next and stable-diffusion.cpp's `sd-server` speak
 * too. `parameters` go into the request: `steps`, `cfg_scale`, `negative_prompt`, `denoising_strength`, …
 * @throws AnagramError `invalid-options`.
 */
export function sdapi(options: SdapiOptions): ModelHandle {
  const { baseUrl, model = 'loaded', name = 'sdapi', apiKey } = options;
  const url = requireAddress('sdapi', baseUrl);
  requireName('sdapi.name', name);
  const authorization = apiKey === undefined ? undefined : `Basic ${Buffer.from(apiKey).toString('base64')}`;
  const send = wireFetch();
  const image: ImageModelV4 = {
    specificationVersion: 'v4',
    provider: name,
    modelId: model,
    maxImagesPerCall: 1,
    async doGenerate(request) {
      const source = sourceOf(request);
      const address = `${baseUrl.replace(/\/$/, '')}/sdapi/v1/${source ? 'img2img' : 'txt2img'}`;
      const [width, height] = request.size?.split('x').map(Number) ?? [];
      const response = await send(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        ...(request.abortSignal && { signal: request.abortSignal }),
        body: JSON.stringify({
          prompt: request.prompt ?? '',
          batch_size: 1,
          ...(width && { width, height }),
          ...(source && { init_images: [source] }),
          ...(options.model !== undefined && { override_settings: { sd_model_checkpoint: model } }),
          ...request.providerOptions[name],
        }),
      });
      const { images } = (await response.json()) as { images?: unknown };
      if (!Array.isArray(images)) throw new WireFault('broken-json', 'an answer without images');
      const pictures = await Promise.all(
        images
          .filter((value): value is string => typeof value === 'string' && value !== '')
          .slice(0, 1)
          .map((value) =>
            /^https?:\/\//i.test(value) && isAddress(value)
              ? fetchPicture(value, baseUrl, request.abortSignal)
              : fromBase64(value),
          ),
      );
      return answerOf(pictures, model);
    },
  };
  return handleOf(
    { name, model, address: `${url.origin}${url.pathname}`, redact: redactor([apiKey, authorization?.slice(6)]) },
    { image },
    options,
  );
}

/** The picture to edit, in base64; undefined where there is none. */
export function sourceOf({ files }: Pick<ImageModelV4CallOptions, 'files'>): string | undefined {
  const file = files?.[0];
  if (file?.type !== 'file') return undefined;
  return typeof file.data === 'string' ? file.data : Buffer.from(file.data).toString('base64');
}

export function answerOf(images: Uint8Array[], modelId: string) {
  return { images, warnings: [], response: { timestamp: new Date(0), modelId, headers: undefined } };
}
