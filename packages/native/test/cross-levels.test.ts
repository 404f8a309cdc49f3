import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NativeClipConfig } from '../lib/binding.ts';
import { loadBinding } from '../lib/index.ts';
import type { NativeObjectiveConfig } from '../lib/objective-config.ts';
import type { NativeObjectiveResult } from '../lib/objective-input.ts';
import { readSafetensors } from './golden/read-safetensors.ts';
import { type Batch, batch, largestDifference, level, numbers, objective, plain } from './objective-batch.ts';
import { batchOfPairs, plain as plainTrainer, random, texts, tiny } from './tiny.ts';

const binding = loadBinding();
const term: NativeObjectiveConfig = { ...plain, contrastive: 0, crossLevels: 1 };
const cases = JSON.parse(readFileSync(new URL('golden/objective-levels.json', import.meta.url), 'utf8')) as (Batch & {
  name: string;
  config: Partial<NativeObjectiveConfig>;
  expected: NativeObjectiveResult;
})[];
const scaled = (rows: number[][]) => rows.map((row) => row.map((value) => value / 256));

it.each(cases)('holds what PyTorch makes of the formula: $name', async ({ expected, config, ...golden }) => {
  const { images, tags, ...rest } = golden.regions!;
  const given = { ...golden, images: scaled(golden.images), texts: scaled(golden.texts) };
  const regions = { ...rest, images: scaled(images), tags: scaled(tags) };
  const result = await objective({ ...given, regions }, { ...term, ...config });
  expect(Math.abs(result.loss - expected.loss)).toBeLessThan(1e-9);
  expect(Object.keys(result.terms)).toEqual(['crossLevels']);
  for (const name of ['imageGradients', 'textGradients', 'regionGradients', 'tagGradients'] as const) {
    expect(largestDifference(result[name], expected[name])).toBeLessThan(1e-8);
  }
  expect(Math.abs(result.logitScaleGradient - expected.logitScaleGradient)).toBeLessThan(1e-8);
});

describe('the cross level', () => {
  const even = level(5);
  const regions = { images: even.images, tags: even.texts, tagGroups: numbers(5), rows: [numbers(5)] };

  it('is ln K when all similarities are equal, less what is true', async () => {
    expect((await objective({ ...even, regions }, term)).loss).toBeCloseTo(Math.log(5), 6);
    // Two equal tags: two of five rows have one negative less on one of both sides.
    const equal = { ...regions, tagGroups: [0, 1, 2, 3, 0] };
    const expected = (Math.log(5) + (3 * Math.log(5) + 2 * Math.log(4)) / 5) / 2;
    expect((await objective({ ...even, regions: equal }, term)).loss).toBeCloseTo(expected, 6);
  });

  it('is left out of a batch in which no pair has regions, and stays finite for one', async () => {
    expect((await objective(even, term)).terms).toEqual({});
    const one = { images: [[1, 0, 0]], tags: [[0, 1, 0]], tagGroups: [0], rows: [[3]] };
    const result = await objective({ ...batch(5), regions: one }, term, false);
    expect(result.loss).toBe(0);
    expect([...result.regionGradients, ...result.tagGradients].every(Number.isFinite)).toBe(true);
  });

  it.each([
    ['rows', { rows: [[0, 1, 2, 3, 5]] }, /regions\.rows\[4\] must lie from 0 to 4, received 5/],
    ['rows', { rows: [[0, 1]] }, /regions\.rows must have V × 5 values, V at least 1, received 2/],
    ['tags', { tags: even.texts.slice(1) }, /expected regions and tags \(K, 3\)/],
  ])('refuses %s that fit no pair', async (_, wrong, message) => {
    await expect((async () => objective({ ...even, regions: { ...regions, ...wrong } }, term))()).rejects.toThrow(
      message,
    );
  });
});

describe('a model that reads regions', () => {
  const golden = readSafetensors(new URL('golden/regions.safetensors', import.meta.url));
  const { embedDim, ...sizes } = JSON.parse(golden.metadata.shape!) as Record<
    'embedDim' | 'width' | 'heads' | 'mlpRatio' | 'layers',
    number
  >;
  const vision = tiny.vision as Extract<NativeClipConfig['vision'], { kind: 'transformer' }>;
  const config: NativeClipConfig = {
    ...tiny,
    quickGelu: false,
    embedDim,
    vision: { ...vision, ...sizes },
    regions: JSON.parse(golden.metadata.regions!) as { width: number; layers: number },
  };
  const counts = golden.integers('counts');
  const pairs = counts.length;

  async function modelOf(given: NativeClipConfig) {
    const model = await binding.createModel(given, 1, 'cpu');
    const names = golden.names.filter((name) => name.startsWith('weights/'));
    for (const name of names) await model.writeTensor(name.slice('weights/'.length), golden.floats(name));
    return model;
  }
  const tags = texts(pairs, config, random(5));
  const given = batchOfPairs(pairs, config, 2);
  const regions = {
    features: golden.floats('features'),
    counts,
    rows: Int32Array.from(numbers(pairs)),
    tags: tags.ids,
    tagLengths: tags.lengths,
    tagGroups: Int32Array.from(numbers(pairs)),
  };
  const settings = { ...plainTrainer, objective: { ...term, softenedShare: 0.2 } };
  const rowsOf = (values: Float32Array) =>
    Array.from({ length: values.length / embedDim }, (_, row) => [
      ...values.subarray(row * embedDim, (row + 1) * embedDim),
    ]);

  it("takes them for what PyTorch's encoder makes of them", async () => {
    const model = await modelOf(config);
    const expected = await objective(
      {
        ...level(pairs),
        images: rowsOf(await model.encodeImages(given.images, pairs)),
        texts: rowsOf(await model.encodeTexts(given.texts, given.textLengths)),
        logitScale: await model.logitScale(),
        regions: {
          images: rowsOf(golden.floats('regions')),
          tags: rowsOf(await model.encodeTexts(tags.ids, tags.lengths)),
          tagGroups: numbers(pairs),
          rows: [numbers(pairs)],
        },
      },
      settings.objective,
    );
    const trainer = await binding.createTrainer(model, settings);
    const { terms } = await trainer.step({ ...given, regions }, 1e-3);
    expect(terms.crossLevels).toBeCloseTo(expected.loss, 4);
    const moved = await model.readTensor('regions.projection');
    expect(largestDifference(moved, golden.floats('weights/regions.projection'))).toBeGreaterThan(1e-4);
    trainer.dispose();
    model.dispose();
  });

  it.each([
    ['features', { features: new Float32Array(6) }, /regions\.features must have 9 × 7 = 63 values/],
    ['counts', { counts: Int32Array.from([2, 0, 4, 2]) }, /regions\.counts\[1\] must lie from 1/],
    ['NaN', { features: new Float32Array(63).fill(Number.NaN) }, /regions\.features must be finite numbers/],
    ['tag lengths', { tagLengths: new Int32Array(pairs) }, /regions\.tagLengths\[0\] must lie from 1/],
  ])('refuses %s that fit no picture', async (_, wrong, message) => {
    const model = await modelOf(config);
    const trainer = await binding.createTrainer(model, settings);
    const step = async () => trainer.step({ ...given, regions: { ...regions, ...wrong } }, 1e-3);
    await expect(step()).rejects.toThrow(message);
    trainer.dispose();
    model.dispose();
  });

  it('is a vision transformer, and no other reads them', async () => {
    const { regions: _, ...none } = config;
    const model = await binding.createModel(none, 1, 'cpu');
    const trainer = await binding.createTrainer(model, settings);
    const step = async () => trainer.step({ ...given, regions }, 1e-3);
    await expect(step()).rejects.toThrow(/a model that reads no regions/);
    trainer.dispose();
    model.dispose();
    const resnet = { kind: 'resnet', imageSize: 32, width: 4, heads: 2, layers: [1, 1, 1, 1] } as const;
    const create = async () =>
      binding.createModel({ ...config, vision: { ...resnet, layers: [...resnet.layers] } }, 1, 'cpu');
    await expect(create()).rejects.toThrow(/regions are read by CLIP's vision transformer alone/);
    const deep = { ...config, regions: { width: 7, layers: 9 } };
    await expect((async () => binding.createModel(deep, 1, 'cpu'))()).rejects.toThrow(
      /layers from 1 to .* 3, received 9/,
    );
  });
});
