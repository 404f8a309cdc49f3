import type { ImageModel, LanguageModel } from 'ai';
import type { Limits } from './meter/lane.ts';
import { Meter } from './meter/meter.ts';
import type { Prices } from './meter/spending.ts';
import { invalid } from './wire/address.ts';

/** A model behind a wire. What is made of it (`captioner`, `negativeWriter`, …) implements an interface of core. */
export interface ModelHandle {
  /** Service and model; part of every cache key. */
  readonly id: string;
  readonly name: string;
  /** Address without credentials and query, for errors. */
  readonly address: string;
  readonly language: LanguageModel;
  readonly image: ImageModel;
  /** Caches, limits and counts what is asked. Models of one run share one. */
  readonly meter: Meter;
  readonly limits: Limits;
  readonly prices: Prices;
  /** Takes the key, and whatever looks like one, out of a sentence. */
  redact(sentence: string): string;
}

/** What every kind of model takes. */
export interface HandleOptions {
  /** @default a meter of its own, without cache and budget */
  readonly meter?: Meter;
  readonly limits?: Limits;
  /** What the service charges; without it money is counted as 0. */
  readonly prices?: Prices;
}

/** A handle of the models that there are; asking for one that there is not says so. */
export function handleOf(
  what: { name: string; model: string; address: string; redact: (sentence: string) => string },
  models: { language?: LanguageModel; image?: ImageModel },
  { meter = new Meter(), limits = {}, prices = {} }: HandleOptions,
): ModelHandle {
  const { name, model, address, redact } = what;
  const id = `${name}/${model}`;
  const missing = (kind: string) => invalid(id, `Expected a model that ${kind}; the service ${name} offers none`);
  return {
    ...{ id, name, address, meter, limits, prices, redact },
    get language() {
      if (!models.language) throw missing('writes');
      return models.language;
    },
    get image() {
      if (!models.image) throw missing('draws');
      return models.image;
    },
  };
}
