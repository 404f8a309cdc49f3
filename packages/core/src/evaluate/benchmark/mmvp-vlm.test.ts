import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mmvpVlmFiles } from '../../../test/fixtures/relation-benchmark-files.ts';
import {
  constantEmbedder,
  cosinesOf,
  randomEmbedder,
  writeTinyBenchmark,
} from '../../../test/fixtures/tiny-benchmark.ts';
import { mmvpVlm } from './mmvp-vlm.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mmvp-vlm-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('mmvpVlm', () => {
  it('lets each statement, put as "a photo of …", choose its picture, and files pairs by their place', async () => {
    const paths = await writeTinyBenchmark(join(folder, 'a'), mmvpVlmFiles.files, mmvpVlmFiles.pictures);
    const model = randomEmbedder(1);
    const { scores } = await mmvpVlm(paths).run({ model });
    const texts = Array.from({ length: 36 }, (_, k) => `a photo of a dog, number ${k + 1}`);
    const { textImage } = await cosinesOf(model, texts, 36);
    const hits = Array.from({ length: 18 }, (_, pair) => {
      const [a, b] = [2 * pair, 2 * pair + 1];
      const first = textImage(texts[a]!, a) > textImage(texts[a]!, b);
      const second = textImage(texts[b]!, b) > textImage(texts[b]!, a);
      return first && second ? 1 : 0;
    });
    expect(scores['all.macro.image']!.value).toBeCloseTo(hits.reduce<number>((sum, hit) => sum + hit, 0) / 18, 12);
    expect(scores['Quantity and Count.image']).toMatchObject({ value: (hits[6]! + hits[7]!) / 2, n: 2 });
    expect(Object.keys(scores)).toHaveLength(10);
  });

  it('scores a constant model 0 under either rule, as official ties choose the second picture', async () => {
    const paths = await writeTinyBenchmark(join(folder, 'b'), mmvpVlmFiles.files, mmvpVlmFiles.pictures);
    const report = await mmvpVlm({ ...paths, ties: 'official' }).run({ model: constantEmbedder() });
    expect(report.scores['all.macro.image']!.value).toBe(0);
  });

  it('refuses rows that are no pairs', async () => {
    const rows = (mmvpVlmFiles.files['Questions.csv'] as string).replace('\r\n2,', '\r\n3,');
    const paths = await writeTinyBenchmark(join(folder, 'c'), { 'Questions.csv': rows }, []);
    await expect(mmvpVlm(paths).run({ model: constantEmbedder() })).rejects.toThrow(
      /Questions\.csv, id 1: expected an odd id and the next even id/,
    );
  });
});
