import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Architecture } from '../src/clip/architecture.ts';
import type { AnagramEvent } from '../src/events.ts';
import { encodePng } from '../src/image/encode.ts';
import { hashPixels } from '../src/image/hash.ts';
import type { Pixels, SourceRecord } from '../src/pair.ts';
import { prepare } from '../src/prepare/prepare.ts';
import { Random } from '../src/random.ts';
import { defineSource } from '../src/source/define-source.ts';
import { calibrate } from '../src/verify/calibrate.ts';
import { auroc, ratesAt } from '../src/verify/metrics.ts';
import { buildNeighbourBank, Neighbours } from '../src/verify/neighbours.ts';
import type { TrainVerifierOptions } from '../src/verify/train-verifier.ts';
import { Verifier } from '../src/verify/verifier.ts';

const colours = { red: [220, 40, 40], green: [40, 170, 60], blue: [50, 80, 220], yellow: [235, 210, 50] } as const;
const shapes = {
  square: (x: number, y: number) => Math.max(Math.abs(x), Math.abs(y)) < 0.8,
  circle: (x: number, y: number) => x * x + y * y < 0.8,
  ring: (x: number, y: number) => x * x + y * y < 0.9 && x * x + y * y > 0.35,
  cross: (x: number, y: number) => Math.min(Math.abs(x), Math.abs(y)) < 0.25,
} as const;
type Name = `${keyof typeof colours} ${keyof typeof shapes}`;

/** "red ring", somewhere on a pale ground. */
function paint(name: Name, seed: number): Pixels {
  const random = new Random('shape', name, seed);
  const [colour, shape] = name.split(' ') as [keyof typeof colours, keyof typeof shapes];
  const radius = 9 + random.below(5);
  const [cx, cy] = [14 + random.below(5), 14 + random.below(5)];
  const ground = 200 + random.below(50);
  const data = new Uint8Array(32 * 32 * 3).fill(ground);
  for (let y = 0; y < 32; y++) {
    for (let x = 0; x < 32; x++) {
      if (Math.max(Math.abs(x - cx), Math.abs(y - cy)) > radius) continue;
      if (shapes[shape]((x - cx) / radius, (y - cy) / radius)) data.set(colours[colour], (y * 32 + x) * 3);
    }
  }
  return { width: 32, height: 32, data };
}

const names = Object.keys(colours).flatMap((colour) =>
  Object.keys(shapes).map((shape) => `${colour} ${shape}` as Name),
);
const random = new Random('corpus');
const records = Array.from({ length: 480 }, (_, i) => {
  const name = names[i % names.length]!;
  const right = random.float() >= 0.3;
  const others = names.filter((other) => other !== name);
  return { id: `pair-${i}`, name, right, text: `a ${right ? name : random.pick(others)}`, image: paint(name, i) };
});
const source = defineSource({
  name: 'shapes',
  settings: { version: 1 },
  *records() {
    for (const { id, text, image } of records) {
      yield { id, text, image: { name: `${id}.png`, bytes: () => encodePng(image) } } satisfies SourceRecord;
    }
    for (const [i, name] of names.entries()) {
      const image = paint(name, 10_000);
      yield { id: `lone-${i}`, image: { name, bytes: () => encodePng(image) } } satisfies SourceRecord;
    }
  },
});
const pairs = records.map(({ image, text }) => ({ image, text, imageHash: hashPixels(image) }));
const right = records.map((record) => record.right);

const text = { context_length: 12, width: 32, heads: 2, layers: 1 };
const vit: Architecture = {
  embed_dim: 32,
  vision_cfg: { image_size: 32, layers: 1, width: 48, head_width: 16, patch_size: 8, stem: 'conv' },
  text_cfg: text,
};
const cnn: Architecture = {
  embed_dim: 32,
  vision_cfg: { image_size: 32, layers: [1, 1, 1, 1], width: 8 },
  text_cfg: text,
};
const settings = {
  towers: { vit, cnn },
  folds: 2,
  epochs: 8,
  imageSize: 32,
  batchSize: 32,
  learningRate: 3e-3,
  vocabSize: 560,
};

let dir: string;
let verifier: Verifier;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-verifier-'));
  verifier = await Verifier.train({ source, dir: join(dir, 'verifier'), ...settings });
});
afterAll(async () => {
  verifier?.dispose();
  await rm(dir, { recursive: true, force: true });
});

describe('a verifier trained on the noisy corpus itself', () => {
  test('finds the wrong pairs, by every tower and better by all', async () => {
    const scores = await verifier.score(pairs);
    expect(verifier.towers).toEqual(['vit', 'cnn', 'neighbours']);
    const byTower = verifier.towers.map((tower) =>
      auroc(
        scores.map((score) => score.byTower[tower]!),
        right,
      ),
    );
    for (const value of byTower) expect(value).toBeGreaterThan(0.75);
    expect(
      auroc(
        scores.map(({ probability }) => probability),
        right,
      ),
    ).toBeGreaterThan(0.93);
  });

  test('gives all combinations the scores that it gives pairs', async () => {
    const some = pairs.slice(0, 7);
    const scores = await verifier.score(some);
    const logOdds = await verifier.logOdds(
      some,
      some.map(({ text }) => text),
    );
    for (const [i, { score }] of scores.entries()) expect(logOdds[i * 7 + i]).toBeCloseTo(score, 3);
  });

  test('a neighbour whose text is not believed says nothing', async () => {
    const texts = ['ring', 'cross', 'star', 'moon'];
    const pictures = texts.map((_, i) => ({ image: paint('red ring', i), imageHash: `picture ${i}` }));
    const bank = buildNeighbourBank(pictures, texts);
    const query = { image: paint('red ring', 1), imageHash: 'query' }; // as the cross is painted
    const crosses = async (weights: readonly number[]) => {
      const space = new Neighbours({ ...bank, weights });
      const [row, cross] = [await space.embedImages([query]), await space.embedTexts(['cross'])];
      return row.reduce((sum, value, k) => sum + value * cross[k]!, 0);
    };
    expect(await crosses([1, 1, 1, 1])).toBeGreaterThan(0.1);
    expect(await crosses([1, 0, 1, 1])).toBe(0);
  });

  test('towers that begin with those of another corpus are better after little training', async () => {
    const few = defineSource({
      name: 'few shapes',
      settings: { version: 1 },
      *records() {
        for (const [i, { id, name, right, text }] of records.slice(0, 120).entries()) {
          const image = { name: `${id}.png`, bytes: () => encodePng(paint(name, 20_000 + i)) };
          yield { id, text: right ? `${name}, painted` : `${text}, painted`, image };
        }
      },
    });
    const judged = async (name: string, start?: string) => {
      const options = {
        source: few,
        dir: join(dir, name),
        ...settings,
        epochs: 1,
        ...(start !== undefined && { start }),
      };
      await using trained = await Verifier.train(options);
      const scores = await trained.score(
        pairs.slice(0, 120).map(({ text, ...pair }) => ({ ...pair, text: `${text}, painted` })),
      );
      return auroc(
        scores.map(({ byTower }) => byTower.vit! + byTower.cnn!),
        right.slice(0, 120),
      );
    };
    const begun = await judged('begun', join(dir, 'verifier'));
    expect(begun).toBeGreaterThan((await judged('fresh')) + 0.1);
    const other = { ...settings, source: few, dir: join(dir, 'other'), start: join(dir, 'verifier') };
    await expect(Verifier.train({ ...other, towers: { vit: cnn } })).rejects.toMatchObject({ code: 'model-mismatch' });
    await expect(Verifier.train({ ...other, dir: join(dir, 'more'), towers: { vit, third: cnn } })).rejects.toThrow(
      'no tower third',
    );
  });

  test('loaded again it is the same, and the same call finds it finished', async () => {
    await using loaded = await Verifier.load(verifier.dir);
    expect(loaded.id).toBe(verifier.id);
    expect(await loaded.score(pairs.slice(0, 3))).toEqual(await verifier.score(pairs.slice(0, 3)));
    await using again = await Verifier.train({ source, dir: verifier.dir, ...settings });
    expect(again.id).toBe(verifier.id);
  });

  test('other settings for the same folder are refused', async () => {
    const options: TrainVerifierOptions = { source, dir: verifier.dir, ...settings, epochs: 9 };
    await expect(Verifier.train(options)).rejects.toMatchObject({
      code: 'run-options-changed',
      details: { changed: ['epochs'] },
    });
  });

  test('a source that could not be read does not bind the folder to it', async () => {
    const own = await mkdtemp(join(tmpdir(), 'anagram-'));
    const misread = defineSource({
      name: 'shapes',
      settings: { version: 0 },
      // biome-ignore lint/correctness/useYield: it fails before the first record.
      *records() {
        throw new Error('no such column');
      },
    });
    await expect(Verifier.train({ source: misread, dir: own, ...settings })).rejects.toThrow('no such column');
    // Another source is read: it has too few pairs, and that is all that is wrong.
    const few = defineSource({ name: 'shapes', settings: { version: 2 }, *records() {} });
    await expect(Verifier.train({ source: few, dir: own, ...settings })).rejects.toMatchObject({
      code: 'not-enough-data',
    });
    await rm(own, { recursive: true });
  });

  test('stopped half-way and called again, it ends with the same weights', async () => {
    const parts = join(dir, 'parts');
    const stop = new AbortController();
    const onEvent: TrainVerifierOptions['onEvent'] = (event) => {
      if (event.type === 'stage-progress' && event.stage === 'verifier-round-1' && event.done > 150) {
        stop.abort(new Error('stopped'));
      }
    };
    const options = { source, dir: parts, ...settings };
    await expect(Verifier.train({ ...options, signal: stop.signal, onEvent })).rejects.toThrow('stopped');
    await using again = await Verifier.train(options);
    expect(again.id).toBe(verifier.id);
  });

  test('a folder without a verifier is refused', async () => {
    await expect(Verifier.load(join(dir, 'nothing'))).rejects.toMatchObject({ code: 'model-mismatch' });
  });
});

describe('calibrated on labels', () => {
  test('its threshold keeps the precision that it promises, and prepare repairs and captions by it', async () => {
    const labels = join(dir, 'labels.jsonl');
    const lines = records.slice(0, 160).map(({ id, right: is }) => `${JSON.stringify({ id, right: is })}\n`);
    await writeFile(labels, lines.join(''));
    const report = await calibrate({ verifier, source, labels, target: { precision: 0.9 } });
    expect(report).toMatchObject({ labels: 160 });
    expect(report.threshold).toBe(verifier.threshold);
    expect(report.baseRate).toBeGreaterThan(0.6);
    expect(report.baseRate).toBeLessThan(0.8);

    const unseen = (await verifier.score(pairs)).slice(160).map(({ probability }) => probability);
    const rates = ratesAt(unseen, right.slice(160), report.threshold);
    expect(rates.precision).toBeGreaterThan(0.87);
    expect(rates.recall).toBeGreaterThan(0.7);

    const prepared = await prepare({ source, verifier, dir: join(dir, 'prepared') });
    const truth = new Map<string, string>(records.map(({ id, name }) => [id, `a ${name}`]));
    for (const [i, name] of names.entries()) truth.set(`lone-${i}`, `a ${name}`);
    const samples = await Array.fromAsync(prepared.samples());
    const changed = samples.filter(({ provenance }) => provenance.repaired);
    const good = (some: typeof samples) =>
      some.filter((sample) => sample.text === truth.get(sample.provenance.id)).length / some.length;
    expect(changed.length).toBeGreaterThan(40);
    expect(good(changed)).toBeGreaterThan(0.85);
    expect(good(samples)).toBeGreaterThan(0.88);
  });

  test('too few labels are refused', async () => {
    const labels = { 'pair-0': true, 'pair-1': false };
    await expect(calibrate({ verifier, source, labels })).rejects.toMatchObject({ code: 'not-enough-data' });
  });

  test('labels whose ids are not in the source are counted, with an id of each side', async () => {
    const known = records.slice(0, 60).map(({ id, right: is }) => [id, is] as const);
    const strange = records.slice(60, 70).map(({ id, right: is }) => [`photos/${id}.png`, is] as const);
    const sentence = (count: number, of: number) =>
      `${count} of ${of} labels have an id that is not in the source, e.g. "${strange[0]![0]}"; ids of the source look like "${records[0]!.id}".`;
    await expect(calibrate({ verifier, source, labels: new Map(strange) })).rejects.toThrow(sentence(10, 10));
    const warnings: string[] = [];
    const onEvent = (event: AnagramEvent) => void (event.type === 'warning' && warnings.push(event.message));
    const report = await calibrate({ verifier, source, labels: new Map([...known, ...strange]), onEvent });
    expect(report.labels).toBe(60);
    expect(warnings).toEqual([sentence(10, 70)]);
  });
});
