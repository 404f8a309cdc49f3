import { isDeepStrictEqual } from 'node:util';
import type { Architecture } from '../clip/architecture.ts';
import { ClipModel, type CreateOptions } from '../clip/clip-model.ts';
import { AnagramError } from '../errors.ts';
import { Tokenizer } from '../text/tokenizer.ts';

const embeddings = 'token_embedding.weight';

/**
 * A tower of another corpus with a tokenizer of this one: all weights are taken over, and of the token embeddings those of the
 * symbols that both have; the others begin as in a fresh model.
 * @param from Folder of the other tower.
 * @throws AnagramError `model-mismatch` where it is of another architecture.
 */
export async function startTower(from: string, options: CreateOptions & { tokenizer: Tokenizer }): Promise<ClipModel> {
  await using old = await ClipModel.load(from, options.imageSize === undefined ? {} : { imageSize: options.imageSize });
  const model = await ClipModel.create(options);
  try {
    const { config, tokenizer } = old;
    const same = isDeepStrictEqual(
      withoutVocabulary(config.architecture),
      withoutVocabulary(model.config.architecture),
    );
    if (!same || !(tokenizer instanceof Tokenizer)) throw otherArchitecture(from);
    for (const { name } of model.native.tensors()) {
      const values = await old.native.readTensor(name);
      const taken = name.endsWith(embeddings)
        ? shared(tokenizer, values, options.tokenizer, await model.native.readTensor(name))
        : values;
      await model.native.writeTensor(name, taken);
    }
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** A model that was read names the size of its vocabulary. */
function withoutVocabulary({ text_cfg, ...rest }: Architecture): object {
  const { vocab_size: _, ...text } = text_cfg as typeof text_cfg & { vocab_size?: number };
  return { ...rest, text_cfg: text };
}

/** @param fresh (vocabulary, width), of which the rows of known symbols are replaced. */
function shared(oldTokenizer: Tokenizer, old: Float32Array, tokenizer: Tokenizer, fresh: Float32Array): Float32Array {
  const width = fresh.length / tokenizer.vocabSize;
  const places = new Map(oldTokenizer.symbols.map((symbol, at) => [symbol, at]));
  for (const [at, symbol] of tokenizer.symbols.entries()) {
    const place = places.get(symbol);
    if (place !== undefined) fresh.set(old.subarray(place * width, (place + 1) * width), at * width);
  }
  return fresh;
}

function otherArchitecture(from: string): AnagramError {
  return new AnagramError(
    'model-mismatch',
    `${from} is a tower of another architecture. Expected the one that Verifier.train was given. Start from a verifier with the same towers, or train without start.`,
    { path: from },
  );
}
