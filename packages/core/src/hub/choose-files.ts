import { layoutFiles, layouts } from '../clip/layout-files.ts';

/** Files of a repository that make one model, by the first layout of those there. */
export interface ChosenFiles {
  /** Whatever is there of config, preprocessing and tokenizer. */
  readonly small: readonly string[];
  /** One file of weights, or the index that lists the shards. */
  readonly weights: string;
}

const tokenizerFiles = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.json',
  'merges.txt',
  'spiece.model',
];

/** What is read with a layout's config. */
const beside = { anagram: [], open_clip: [], transformers: ['preprocessor_config.json'] };

/**
 * @param names Of all files of the repository.
 * @param isTransformers Whether its `config.json` is of transformers: timm has one too, beside open_clip's.
 * @returns null where no layout has both its config and safetensors.
 */
export function chooseFiles(names: readonly string[], isTransformers: boolean): ChosenFiles | null {
  const there = new Set(names);
  for (const layout of layouts) {
    const { config, weights } = layoutFiles[layout];
    if (!there.has(config) || (layout === 'transformers' && !isTransformers)) continue;
    const found = [weights, `${weights}.index.json`].find((name) => there.has(name));
    if (found === undefined) continue;
    return { small: [config, ...beside[layout], ...tokenizerFiles].filter((name) => there.has(name)), weights: found };
  }
  return null;
}

/** Names of the shards that an index lists, each a plain name. @throws Error with one sentence. */
export function shardsOf(index: string): string[] {
  const { weight_map: map } = JSON.parse(index) as { weight_map?: unknown };
  if (typeof map !== 'object' || map === null) throw new Error('it has no weight_map');
  const shards = [...new Set<unknown>(Object.values(map))];
  const plain = shards.filter(
    (name): name is string => typeof name === 'string' && /^[\w.-]+\.safetensors$/.test(name),
  );
  if (plain.length < shards.length) throw new Error('it names shards that are no plain names of safetensors');
  return plain.sort();
}
