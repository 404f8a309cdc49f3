import type { TensorInfo } from '@anagram/native';
import { describe, expect, test } from 'vitest';
import { resolveSettings, type TrainSettings } from './settings.ts';
import { lockGroups, trainedParts } from './trained-parts.ts';

const of = (shapes: { [name: string]: number[] }): TensorInfo[] =>
  Object.entries(shapes).map(([name, shape]) => ({ name, shape, trainable: !name.includes('running') }));

const block = (prefix: string) => ({
  [`${prefix}.ln_1.weight`]: [8],
  [`${prefix}.attn.in_proj_weight`]: [24, 8],
  [`${prefix}.attn.out_proj.weight`]: [8, 8],
  [`${prefix}.mlp.c_proj.weight`]: [8, 32],
});
const text = {
  positional_embedding: [7, 8],
  text_projection: [8, 4],
  ...block('transformer.resblocks.0'),
  ...block('transformer.resblocks.1'),
  'token_embedding.weight': [9, 8],
  'ln_final.weight': [8],
};
const vit = of({
  logit_scale: [],
  'visual.class_embedding': [8],
  'visual.positional_embedding': [5, 8],
  'visual.proj': [8, 4],
  'visual.conv1.weight': [8, 3, 4, 4],
  'visual.ln_pre.weight': [8],
  ...block('visual.transformer.resblocks.0'),
  ...block('visual.transformer.resblocks.1'),
  'visual.ln_post.weight': [8],
  ...text,
});
const reader = {
  'knowledge.projection': [8, 4],
  ...block('knowledge.transformer.resblocks.0'),
  ...block('knowledge.transformer.resblocks.1'),
  ...block('knowledge.transformer.resblocks.2'),
  'knowledge.ln_final.weight': [8],
};
const reading = [...vit, ...of(reader)];
const withRegions = [...vit, ...of({ 'regions.projection': [6, 8] })];
const resNet = of({
  logit_scale: [],
  'visual.conv1.weight': [4, 3, 3, 3],
  'visual.bn1.weight': [4],
  'visual.bn1.running_mean': [4],
  'visual.layer1.0.conv1.weight': [4, 8, 1, 1],
  'visual.layer2.0.bn1.weight': [16],
  'visual.layer3.0.conv1.weight': [4, 8, 1, 1],
  'visual.layer4.0.conv1.weight': [4, 8, 1, 1],
  'visual.attnpool.positional_embedding': [5, 64],
  'visual.attnpool.q_proj.weight': [64, 64],
  'visual.attnpool.c_proj.weight': [4, 64],
  ...text,
});

const parts = (settings: Partial<TrainSettings>, tensors = vit) =>
  trainedParts(resolveSettings({ steps: 1, ...settings }), tensors);
const trained = (settings: Partial<TrainSettings>, tensors = vit) => {
  const frozen = new Set(parts(settings, tensors).frozen);
  return tensors.flatMap(({ name, trainable }) => (trainable && !frozen.has(name) ? name : []));
};

test('without settings everything is trained at the same rate', () => {
  expect(parts({})).toEqual({ frozen: [], rates: {}, lora: null, ema: null });
});

describe('freeze', () => {
  test('a locked image tower leaves the text tower and the logit scale', () => {
    expect(trained({ freeze: { image: true } })).toEqual(['logit_scale', ...Object.keys(text)]);
    expect(trained({ freeze: { image: true }, logitScale: { trainable: false } })).toEqual(Object.keys(text));
  });

  test.each([
    [1, ['visual.proj']],
    [2, ['visual.proj', ...Object.keys(block('visual.transformer.resblocks.1')), 'visual.ln_post.weight']],
    [4, vit.map(({ name }) => name).filter((name) => name.startsWith('visual.'))],
  ])('with %i groups of the image tower unlocked, open_clip trains the same', (unlocked, expected) => {
    const own = trained({ freeze: { image: { unlocked } } }).filter((name) => name.startsWith('visual.'));
    expect(own.sort()).toEqual([...expected].sort());
  });

  test("the text tower's groups are its embeddings, its blocks and its projection", () => {
    expect(lockGroups(Object.keys(text))).toEqual([
      ['positional_embedding', 'token_embedding.weight'],
      Object.keys(block('transformer.resblocks.0')),
      [...Object.keys(block('transformer.resblocks.1')), 'ln_final.weight'],
      ['text_projection'],
    ]);
  });

  test('a reader of triples is trained with the last group of the text tower, and frozen with all of it', () => {
    expect(lockGroups([...Object.keys(text), ...Object.keys(reader)])).toEqual([
      ...lockGroups(Object.keys(text)).slice(0, -1),
      ['text_projection', ...Object.keys(reader)],
    ]);
    expect(parts({ freeze: { text: true } }, reading).frozen).toEqual(expect.arrayContaining(Object.keys(reader)));
  });

  test("a ResNet's groups are its stem, its stages and its attention pool", () => {
    const names = resNet.flatMap(({ name, trainable }) => (trainable && name.startsWith('visual.') ? name : []));
    expect(lockGroups(names).map((group) => group[0])).toEqual([
      'visual.conv1.weight',
      'visual.layer1.0.conv1.weight',
      'visual.layer2.0.bn1.weight',
      'visual.layer3.0.conv1.weight',
      'visual.layer4.0.conv1.weight',
      'visual.attnpool.positional_embedding',
    ]);
  });

  test('more groups than there are, and nothing left to train, are refused by name', () => {
    expect(() => parts({ freeze: { text: { unlocked: 5 } } })).toThrow(
      /train.freeze.text.unlocked.*4 groups.*received 5/,
    );
    const all = { freeze: { image: true, text: true }, logitScale: { trainable: false } };
    expect(() => parts(all)).toThrow('every parameter is frozen');
  });

  test.each([
    [{ freeze: { images: true } }, 'Did you mean "image"'],
    [{ freeze: { image: 3 } }, 'train.freeze.image'],
    [{ lora: { ranks: 3 } }, 'Did you mean "rank"'],
    [{ lora: { towers: ['text', 'text'] } }, 'stands twice'],
    [{ learningRates: { image: 0 } }, 'train.learningRates.image'],
    [{ ema: { decay: 1 } }, 'train.ema.decay'],
  ])('%j is refused', (settings, message) => {
    expect(() => parts(settings as never)).toThrow(message);
  });
});

test("a tower's rate is that of its projection too, and not the logit scale's", () => {
  const { rates } = parts({ learningRates: { image: 0.1 } });
  expect(rates).toMatchObject({ 'visual.proj': 0.1, 'visual.conv1.weight': 0.1 });
  expect(Object.keys(rates).every((name) => name.startsWith('visual.'))).toBe(true);
});

describe('lora', () => {
  test('freezes both towers and adapts a third each of the joint projection, and the way out', () => {
    const { frozen, lora } = parts({ lora: { rank: 4 }, seed: 7 });
    expect(frozen).toHaveLength(vit.length - 1);
    expect(lora).toMatchObject({ rank: 4, alpha: 4, seed: 7 });
    expect(lora!.adapters).toHaveLength(2 * 2 * 4);
    const matrix = 'transformer.resblocks.1.attn.in_proj_weight';
    expect(lora!.adapters.filter((adapter) => adapter.matrix === matrix)).toEqual([
      { name: 'transformer.resblocks.1.attn.q_proj', matrix, begin: 0, rows: 8 },
      { name: 'transformer.resblocks.1.attn.k_proj', matrix, begin: 8, rows: 8 },
      { name: 'transformer.resblocks.1.attn.v_proj', matrix, begin: 16, rows: 8 },
    ]);
  });

  test('of one tower leaves the other free, and unlocked groups are trained beside it, without adapters', () => {
    const settings = {
      lora: { towers: ['image' as const], targets: ['q' as const] },
      freeze: { image: { unlocked: 2 } },
    };
    expect(trained(settings)).toEqual(expect.arrayContaining(['visual.proj', ...Object.keys(text)]));
    expect(parts(settings).lora!.adapters.map(({ name }) => name)).toEqual([
      'visual.transformer.resblocks.0.attn.q_proj',
    ]);
  });

  test("takes the projections of a ResNet's attention pool", () => {
    const { adapters } = parts({ lora: { towers: ['image'] } }, resNet).lora!;
    expect(adapters.map(({ name }) => name)).toEqual(['visual.attnpool.q_proj', 'visual.attnpool.c_proj']);
  });

  test('of the text tower is refused where it reads triples, of the image tower it is not', () => {
    const image = parts({ freeze: { image: true } }, withRegions).frozen;
    expect(image).toContain('visual.proj');
    expect(image).not.toContain('regions.projection');
    expect(() => parts({ lora: {} }, withRegions)).toThrow(/train\.lora: .*reader of regions.*towers: \["text"\]/);
    expect(() => parts({ lora: {} }, reading)).toThrow(/train\.lora: .*reader of triples.*towers: \["image"\]/);
    expect(parts({ lora: { towers: ['image'] } }, reading).frozen.every((name) => name.startsWith('visual.'))).toBe(
      true,
    );
  });

  test('that finds nothing frozen to adapt is refused', () => {
    expect(() => parts({ lora: { towers: ['image'] }, freeze: { image: false } })).toThrow('train.lora: no frozen');
  });
});
