import type { NativeLoraConfig, NativeTrainerConfig, TensorInfo } from '@anagram/native';
import { type Tower, towerOf, towers } from '../clip/tower.ts';
import { AnagramError } from '../errors.ts';
import type { LoraProjection } from './part-settings.ts';
import type { ResolvedSettings } from './settings.ts';

type Parts = Pick<NativeTrainerConfig, 'frozen' | 'rates' | 'lora' | 'ema'>;

const knowledge = 'knowledge.';
const regions = 'regions.';

/**
 * Which of a model's tensors a run trains, and how.
 * @param tensors The model's, by open_clip's names.
 * @throws AnagramError `invalid-options` where nothing would be trained, or a setting finds no tensor.
 */
export function trainedParts(settings: ResolvedSettings, tensors: readonly TensorInfo[]): Parts {
  const parameters = tensors.filter(({ trainable }) => trainable);
  const frozen = new Set(frozenNames(settings, parameters));
  const lora = settings.lora && loraConfig(settings.lora, settings.seed, parameters, frozen);
  if (frozen.size === parameters.length && !lora) {
    throw refused(
      'freeze',
      'every parameter is frozen. Expected something to train; leave a tower or the logit scale free',
    );
  }
  return {
    frozen: [...frozen],
    rates: Object.fromEntries(parameters.flatMap(({ name }) => rateOf(name, settings))),
    lora: lora ?? null,
    ema: settings.ema ?? null,
  };
}

function rateOf(name: string, { learningRates }: ResolvedSettings): [string, number][] {
  const tower = towerOf(name);
  const rate = tower && learningRates[tower];
  return rate === null || rate === undefined ? [] : [[name, rate]];
}

function frozenNames({ freeze, lora, logitScale }: ResolvedSettings, parameters: readonly TensorInfo[]): string[] {
  const names = parameters.map(({ name }) => name);
  const ofTowers = towers.flatMap((tower) => {
    const own = names.filter((name) => towerOf(name) === tower);
    const how = freeze[tower] ?? lora?.towers.includes(tower) ?? false;
    if (how === false) return [];
    // A fresh reader of regions that stood still would pull the texts towards nothing.
    return how === true ? own.filter((name) => !name.startsWith(regions)) : locked(own, tower, how.unlocked);
  });
  return logitScale.trainable ? ofTowers : [...ofTowers, ...names.filter((name) => towerOf(name) === null)];
}

/** What stays frozen when the last `unlocked` groups of a tower are trained. */
function locked(names: readonly string[], tower: Tower, unlocked: number): string[] {
  const groups = lockGroups(names);
  if (unlocked > groups.length) {
    throw refused(
      `freeze.${tower}.unlocked`,
      `the tower has ${groups.length} groups. Expected at most that many, received ${unlocked}`,
    );
  }
  return groups.slice(0, groups.length - unlocked).flat();
}

/**
 * A tower's tensors in the groups in which open_clip locks them, first to last: what makes tokens (with positions and the
 * first norm), each block, and the way into the shared space. The norm behind the last block goes with it. A ResNet's groups
 * are its stem, its four stages and its attention pool. A reader of triples, or of regions, goes with the last.
 */
export function lockGroups(names: readonly string[]): string[][] {
  const depth = Math.max(-1, ...names.map((name) => blockOf(name) ?? -1)) + 1;
  const groups: string[][] = Array.from({ length: depth + 2 }, () => []);
  for (const name of names) {
    const block = blockOf(name);
    if (block !== undefined) groups[block + 1]!.push(name);
    else if (/^(visual\.)?(ln_post|ln_final)\./.test(name)) groups[depth]!.push(name);
    else groups[isBeforeBlocks(name) ? 0 : depth + 1]!.push(name);
  }
  return groups.filter((group) => group.length > 0);
}

/** Number of the block, or of a ResNet's stage. */
function blockOf(name: string): number | undefined {
  if (name.startsWith(knowledge)) return undefined;
  const [, block, stage] = /\.(?:resblocks|blocks)\.(\d+)\.|^visual\.layer(\d)\./.exec(name) ?? [];
  if (block !== undefined) return Number(block);
  return stage === undefined ? undefined : Number(stage) - 1;
}

function isBeforeBlocks(name: string): boolean {
  return /^(visual\.)?(.*_embedding|.*embed|conv\d|bn\d|stem|ln_pre)(\.|$)/.test(name) && !name.includes('pool.');
}

function loraConfig(
  { rank, alpha = rank, targets, towers }: NonNullable<ResolvedSettings['lora']>,
  seed: number,
  parameters: readonly TensorInfo[],
  frozen: ReadonlySet<string>,
): NativeLoraConfig {
  if (towers.includes('text') && parameters.some(({ name }) => name.startsWith(knowledge))) {
    throw refused(
      'lora',
      'adapters of the text tower cannot hold a reader of triples, which is trained as a whole. Expected towers: ["image"], or a model without `knowledge`',
    );
  }
  if (towers.includes('image') && parameters.some(({ name }) => name.startsWith(regions))) {
    throw refused(
      'lora',
      'adapters of the image tower cannot hold a reader of regions, which is trained as a whole. Expected towers: ["text"], or a model without `regions`',
    );
  }
  const adapters = parameters.flatMap(({ name, shape }) => {
    const tower = towerOf(name);
    // What is trained itself needs no adapter.
    if (tower === null || !towers.includes(tower) || !frozen.has(name)) return [];
    return targets.flatMap((target) => adapterOf(name, shape[0]!, target));
  });
  if (adapters.length === 0) {
    throw refused('lora', `no frozen attention projection ${targets.join(', ')} was found in ${towers.join(' or ')}`);
  }
  return { rank, alpha, seed, adapters };
}

/** The adapter of one projection in a matrix, if it is there: in a joint projection query, key and value are a third each. */
function adapterOf(matrix: string, rows: number, target: LoraProjection): NativeLoraConfig['adapters'] {
  const joint = /^(.*)\.in_proj_weight$/.exec(matrix)?.[1];
  if (joint !== undefined && target !== 'out') {
    const third = rows / 3;
    return [{ name: `${joint}.${target}_proj`, matrix, begin: ['q', 'k', 'v'].indexOf(target) * third, rows: third }];
  }
  const own = /^(.*\.(?:(q|k|v)_proj|out_proj|attnpool\.c_proj))\.weight$/.exec(matrix);
  return own && (own[2] ?? 'out') === target ? [{ name: own[1]!, matrix, begin: 0, rows }] : [];
}

function refused(setting: string, why: string): AnagramError<'invalid-options'> {
  return new AnagramError('invalid-options', `train.${setting}: ${why}.`, { where: `train.${setting}` });
}
