import { expect, test } from 'vitest';
import { fromTheirs, toTheirs } from './layout.ts';

const shapes: [string, number[]][] = [
  ['logit_scale', []],
  ['visual.class_embedding', [4]],
  ['visual.conv1.weight', [4, 3, 2, 2]],
  ['visual.positional_embedding', [5, 4]],
  ['visual.ln_pre.weight', [4]],
  ['visual.transformer.resblocks.0.attn.in_proj_weight', [12, 4]],
  ['visual.transformer.resblocks.0.attn.in_proj_bias', [12]],
  ['visual.transformer.resblocks.0.attn.out_proj.weight', [4, 4]],
  ['visual.transformer.resblocks.0.ln_1.bias', [4]],
  ['visual.transformer.resblocks.11.mlp.c_fc.weight', [16, 4]],
  ['visual.proj', [4, 3]],
  ['token_embedding.weight', [7, 6]],
  ['positional_embedding', [8, 6]],
  ['transformer.resblocks.1.mlp.c_proj.bias', [6]],
  ['ln_final.weight', [6]],
  ['text_projection', [6, 3]],
];
const tensors = shapes.map(([name, shape]) => ({ name, shape, trainable: true }));
const values = new Map(
  shapes.map(([name, shape], at) => [
    name,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => at * 1000 + i),
  ]),
);

test("tensors survive the way to transformers' names and back", async () => {
  const there = new Map(
    toTheirs(tensors, async (name) => values.get(name)!, 'clip').map((tensor) => [tensor.name, tensor]),
  );
  const { needed, read } = fromTheirs(tensors, (name) => there.get(name)!.read(), 'clip');
  expect(needed.map(({ name }) => name).sort()).toEqual([...there.keys()].sort());
  for (const { name, shape } of needed) expect(there.get(name)!.shape).toEqual(shape);
  for (const { name } of tensors) expect(await read(name)).toEqual(values.get(name));
});

test('the names are those of CLIPModel, query, key and value apart, projections transposed', async () => {
  const there = toTheirs(tensors, async (name) => values.get(name)!, 'clip');
  const names = there.map(({ name }) => name);
  for (const name of [
    'vision_model.pre_layrnorm.weight',
    'vision_model.encoder.layers.0.self_attn.k_proj.weight',
    'vision_model.encoder.layers.11.mlp.fc1.weight',
    'text_model.encoder.layers.1.mlp.fc2.bias',
    'text_model.final_layer_norm.weight',
    'text_model.embeddings.position_embedding.weight',
  ]) {
    expect(names).toContain(name);
  }
  const projection = there.find(({ name }) => name === 'text_projection.weight')!;
  expect(projection.shape).toEqual([3, 6]);
  expect((await projection.read()).slice(0, 3)).toEqual(Float32Array.of(15000, 15003, 15006));
  const key = there.find(({ name }) => name.endsWith('k_proj.bias'))!;
  expect(await key.read()).toEqual(Float32Array.of(6004, 6005, 6006, 6007));
});

test('a tensor that transformers has no place for is named', () => {
  expect(() =>
    toTheirs([{ name: 'visual.stem.0.weight', shape: [1], trainable: true }], async () => new Float32Array(1), 'clip'),
  ).toThrow('visual.stem.0.weight');
});
