import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AnagramEvent } from '../events.ts';
import { decodeImage } from '../image/decode.ts';
import { encodePng } from '../image/encode.ts';
import { hashBytes, hashPixels } from '../image/hash.ts';
import type { ImageEditor, NegativeWriter } from '../models.ts';
import type { Pixels } from '../pair.ts';
import { readManifest } from '../shard/manifest.ts';
import { openPairs } from '../shard/open-pairs.ts';
import { pairSample } from '../shard/sample.ts';
import { shardName, writeShard } from '../shard/shard-writer.ts';
import { planNegatives } from './plan-negatives.ts';
import { ruleWriter } from './rule-writer.ts';
import { hasOldNegatives } from './run-settings.ts';
import { writeNegatives } from './write-negatives.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anagram-'));
});
afterEach(() => rm(dir, { recursive: true }));

const red = (level: number): Pixels => ({
  width: 8,
  height: 8,
  data: Uint8Array.from({ length: 192 }, (_, i) => (i % 3 === 0 ? 200 - level : (i * level) % 30)),
});
const captions = [
  'A red car to the left of a tree.',
  'Two dogs are sitting on a bench.',
  'A man is riding a horse.',
  'A small cat on a large sofa.',
  'Three dogs are sitting on a bench.',
];

/** Pictures 1 and 4 are the same. */
async function prepare(texts: readonly string[] = captions, to = dir): Promise<void> {
  const samples = await Promise.all(
    texts.map(async (text, i) => {
      const pixels = red(i === 4 ? 2 : i + 1);
      const image = await encodePng(pixels);
      const provenance = {
        ...({ id: String(i), source: 'test', route: 'keep', score: null, byTower: null, repaired: null } as const),
        ...{ sha256: hashBytes(image), pixelHash: hashPixels(pixels) },
      };
      return pairSample(String(i).padStart(9, '0'), { image, text, provenance });
    }),
  );
  await writeShard({ dir: to, name: shardName('pairs', 0), samples, stepKey: 'k' });
}

/** Asks the rules, counts the questions, and can be made to fail. */
function countingWriter(failAt = Number.POSITIVE_INFINITY): NegativeWriter & { asked: string[] } {
  const asked: string[] = [];
  const rules = ruleWriter();
  return {
    id: 'counting-1',
    asked,
    write(request) {
      if (asked.length === failAt) throw new Error('The writer broke.');
      asked.push(request.text);
      return rules.write(request);
    },
  };
}

describe('writeNegatives', () => {
  test('joins texts and pictures to the pairs that they belong to', async () => {
    await prepare();
    const written = await writeNegatives({ pairs: dir, categories: ['position', 'colour'], shardSize: 2 });
    const pairs = await openPairs(dir, { negatives: true });
    const { text, negatives } = await pairs.pair(0, 8);
    expect(text).toBe(captions[0]);
    const position = negatives.find((negative) => negative.category === 'position')!;
    expect(position.text).toBe('A red car to the right of a tree.');
    expect(position.imageKey).not.toBeNull();
    expect(negatives.find((negative) => negative.category === 'colour')?.image).not.toBeNull();
    expect(written).toMatchObject({
      dir: join(dir, 'negatives'),
      pairs: 5,
      coverage: 0.8,
      images: 2,
      detectability: null,
    });
    expect(written.byCategory).toMatchObject({ colour: { texts: 1, images: 1 }, position: { texts: 4, images: 1 } });
    const report = JSON.parse(await readFile(join(written.dir, 'report.json'), 'utf8'));
    expect({ dir: written.dir, ...report }).toEqual(written);
  });

  test('drops what is said of the same picture elsewhere, and what the scorer prefers', async () => {
    await prepare();
    const scorer = {
      id: 'likes-cats',
      score: async ({ text }: { text: string }) => (text !== captions[3] && text.includes('cat') ? 1 : 0),
    };
    await writeNegatives({ pairs: dir, categories: ['quantity', 'swap-object'], scorer, editor: null });
    const pairs = await openPairs(dir, { negatives: true });
    for (let seed = 1; seed < 12; seed++) {
      await writeNegatives({ pairs: dir, dir: join(dir, `${seed}`), categories: ['quantity'], seed });
      const shard = await readFile(join(dir, `${seed}`, 'negatives', 'negatives-00000.tar'), 'latin1');
      expect(shard).not.toMatch(/"text":"(Two|Three) dogs are sitting on a bench/);
    }
    expect((await pairs.pair(3, 8)).negatives).toEqual([]);
    expect((await pairs.pair(2, 8)).negatives).not.toEqual([]);
  });

  test('takes what a model edited where the picture is still the original elsewhere', async () => {
    await prepare();
    const editing = async (change: (pixels: Pixels) => void) => {
      const editor: ImageEditor = {
        id: 'model',
        async edit({ image }) {
          const { width, height, data } = await decodeImage(image);
          const pixels = { width, height, data: data.slice() };
          change(pixels);
          return encodePng(pixels);
        },
      };
      const to = join(dir, change.name);
      return writeNegatives({ pairs: dir, categories: ['colour', 'quantity', 'verb'], editor, dir: to });
    };
    const local = await editing(function local({ data }) {
      data.fill(0, 0, 60);
    });
    const whole = await editing(function whole({ data }) {
      data.forEach((value, at) => {
        data[at] = 255 - value;
      });
    });
    expect(local.negatives).toBeGreaterThan(2);
    expect([local.images, whole.images]).toEqual([local.negatives, 0]);
  });

  test('keeps at most as many as asked for, of different categories', async () => {
    await prepare();
    await writeNegatives({ pairs: dir, perPair: 2 });
    const pairs = await openPairs(dir, { negatives: true });
    const { negatives } = await pairs.pair(3, 8);
    expect(negatives).toHaveLength(2);
    expect(new Set(negatives.map((negative) => negative.category)).size).toBe(2);
  });

  test('leaves out negatives that give themselves away, and keeps the figures in the manifest', async () => {
    const colours = ['red', 'blue', 'green', 'black', 'brown'];
    const things = ['car', 'dog', 'house', 'tree', 'boat', 'cup', 'chair', 'bench'];
    await prepare(
      Array.from({ length: 160 }, (_, i) => `A ${colours[i % 5]} ${things[i % 8]} is near stand ${i % 32}.`),
    );
    const settings = { pairs: dir, categories: ['colour', 'negation'], editor: null } as const;
    const all = await writeNegatives({ ...settings, dir: join(dir, 'all'), maxDetectability: null });
    const balanced = await writeNegatives({ ...settings, dir: join(dir, 'balanced') });
    expect(all.negatives).toBeGreaterThan(250);
    expect(all.detectability!.paired).toBeGreaterThan(0.7);
    expect(balanced.beforeBalance.negatives).toBeGreaterThan(balanced.negatives);
    expect(balanced.scenes!.captions).toBe(balanced.pairs);
    expect(balanced.scenes!.objects).toBeGreaterThanOrEqual(1);
    expect(balanced.beforeBalance.detectability!.paired).toBeGreaterThan(0.7);
    expect(balanced.detectability!.auroc).toBeLessThanOrEqual(0.55);
    expect(balanced.detectability!.paired).toBeLessThanOrEqual(0.55);
    expect(balanced.byCategory.colour!.texts).toBeGreaterThan(balanced.byCategory.negation?.texts ?? 0);
    const files = (await readManifest(balanced.dir)).map(({ shard }) => shard);
    expect(files).toEqual(['balance-00000.jsonl', 'negatives-00000.tar']);
  });

  test('writes Korean negatives of Korean captions', async () => {
    await prepare(['고양이가 상자 안에 있다.', 'A cat is in a box.']);
    await writeNegatives({ pairs: dir, categories: ['position'] });
    const pairs = await openPairs(dir, { negatives: true });
    expect((await pairs.pair(0, 8)).negatives[0]!.text).toBe('고양이가 상자 밖에 있다.');
    expect((await pairs.pair(1, 8)).negatives[0]!.text).toMatch(/^A cat is (outside|behind|next to) a box\.$/);
  });

  test('goes on after a failure with the same result, and asks nothing twice', async () => {
    await prepare();
    const settings = { shardSize: 2, concurrency: 1, editor: null };
    const whole = await writeNegatives({ pairs: dir, dir: join(dir, 'whole'), writer: countingWriter(), ...settings });
    const broken = countingWriter(3);
    const parts = { pairs: dir, dir: join(dir, 'parts'), ...settings };
    await expect(writeNegatives({ ...parts, writer: broken })).rejects.toThrow('The writer broke.');
    const rest = countingWriter();
    const resumed = await writeNegatives({ ...parts, writer: rest });
    expect(resumed.manifestHash).toBe(whole.manifestHash);
    expect([...broken.asked, ...rest.asked]).toEqual(captions);
    const again = countingWriter();
    expect(await writeNegatives({ ...parts, writer: again })).toEqual(resumed);
    expect(again.asked).toEqual([]);
  });

  test('gives the same shards whatever the concurrency', async () => {
    await prepare();
    const hashes = [1, 3].map(async (concurrency) => {
      const { manifestHash } = await writeNegatives({ pairs: dir, dir: join(dir, `${concurrency}`), concurrency });
      return manifestHash;
    });
    const [one, three] = await Promise.all(hashes);
    expect(one).toBe(three);
  });

  test('stops at an abort with its reason, unlocks the folder and leaves no half files', async () => {
    await prepare();
    const controller = new AbortController();
    const onEvent = (event: AnagramEvent) => {
      if (event.type === 'shard-saved') controller.abort(new Error('enough'));
    };
    const running = writeNegatives({ pairs: dir, shardSize: 1, signal: controller.signal, onEvent });
    await expect(running).rejects.toThrow('enough');
    const left = await readdir(join(dir, 'negatives'));
    expect(left.sort()).toEqual(['balance-00000.jsonl', 'manifest.jsonl', 'negatives-00000.tar', 'settings.json']);
    const { coverage } = await writeNegatives({ pairs: dir, shardSize: 1 });
    expect(coverage).toBe(1);
  });

  test('refuses other settings and other pairs in the same folder', async () => {
    await prepare();
    await writeNegatives({ pairs: dir });
    await expect(writeNegatives({ pairs: dir, seed: 3 })).rejects.toMatchObject({
      code: 'run-options-changed',
      details: { changed: ['seed'] },
      message: expect.stringMatching(/Expected seed 0, received 3\. .* into another dir, or pass fresh: true/),
    });
    await rm(join(dir, 'manifest.jsonl'));
    await prepare(captions.slice(1));
    const refused = await writeNegatives({ pairs: dir }).catch((error: Error) => error);
    expect(refused).toMatchObject({ code: 'run-options-changed', details: { changed: ['parent'] } });
    expect((refused as Error).message).toContain(`those in ${dir} were prepared anew since. Pass fresh: true`);
    expect((refused as Error).message).not.toMatch(/[0-9a-f]{12}/);
  });

  test('says of negatives elsewhere only what their settings tell, and offers another folder first', async () => {
    const [first, second, to] = [join(dir, 'first'), join(dir, 'second'), join(dir, 'to')];
    await prepare(captions, first);
    await prepare(captions.slice(1), second);
    await writeNegatives({ pairs: first, dir: to });
    const refused = async (options: { pairs: string; dir?: string }) => {
      const error = await writeNegatives(options).catch((error: Error) => error);
      expect(error).toMatchObject({ code: 'run-options-changed' });
      return (error as Error).message;
    };
    const remedy = ' Write the negatives into another dir, or pass fresh: true';
    const negatives = join(to, 'negatives');
    expect(await refused({ pairs: second, dir: to })).toContain(
      `${negatives} holds negatives of other pairs than those in ${second}.${remedy}`,
    );
    const settings = join(negatives, 'settings.json');
    for (const damaged of ['null', '{', '{}']) {
      await writeFile(settings, damaged);
      expect(await refused({ pairs: first, dir: to })).toContain(`is missing or damaged.${remedy}`);
    }
    await writeNegatives({ pairs: first });
    await rm(join(first, 'negatives', 'settings.json'));
    expect(await refused({ pairs: first })).toContain(`is missing or damaged.${remedy}`);
  });

  test('begins anew where it is told to, and leaves what is not its own', async () => {
    await prepare();
    await writeNegatives({ pairs: dir, shardSize: 1 });
    await rm(join(dir, 'manifest.jsonl'));
    await prepare(captions.slice(3));
    await writeFile(join(dir, 'negatives', 'notes.txt'), 'mine');
    expect(await hasOldNegatives(await openPairs(dir))).toBe(true);
    expect(await planNegatives({ pairs: dir, shardSize: 1, fresh: true })).toMatchObject({ open: 2 });
    const { manifestHash } = await writeNegatives({ pairs: dir, shardSize: 1, fresh: true });
    expect(await hasOldNegatives(await openPairs(dir))).toBe(false);
    const left = await readdir(join(dir, 'negatives'));
    expect(left.filter((name) => /^negatives-|\.txt$/.test(name)).sort()).toEqual([
      'negatives-00000.tar',
      'negatives-00001.tar',
      'notes.txt',
    ]);
    expect((await openPairs(dir, { negatives: true })).length).toBe(2);
    await rm(join(dir, 'negatives'), { recursive: true });
    expect((await writeNegatives({ pairs: dir, shardSize: 1 })).manifestHash).toBe(manifestHash);
  });

  test('keeps the old ones until the first shard of the new ones can be written', async () => {
    await prepare();
    await writeNegatives({ pairs: dir, shardSize: 1 });
    const read = async () => {
      const names = (await readdir(join(dir, 'negatives'))).sort();
      return Promise.all(names.map(async (name) => [name, hashBytes(await readFile(join(dir, 'negatives', name)))]));
    };
    const before = await read();
    const writing = writeNegatives({ pairs: dir, writer: countingWriter(3), fresh: true });
    await expect(writing).rejects.toThrow('The writer broke.');
    const edit = () => Promise.reject(new Error('The editor broke.'));
    const editing = writeNegatives({ pairs: dir, editor: { id: 'broken', edit }, fresh: true });
    await expect(editing).rejects.toThrow('The editor broke.');
    expect(await read()).toEqual(before);
    expect((await openPairs(dir, { negatives: true })).length).toBe(5);
  });

  test('removes shards that no manifest names, as a stop between removals leaves them', async () => {
    await prepare();
    await writeNegatives({ pairs: dir, shardSize: 1 });
    await rm(join(dir, 'negatives', 'manifest.jsonl'));
    await writeNegatives({ pairs: dir });
    const left = await readdir(join(dir, 'negatives'));
    expect(left.filter((name) => name.endsWith('.tar'))).toEqual(['negatives-00000.tar']);
  });

  test('names an unknown option and the one that was meant', async () => {
    const wrong = { pairs: dir, perpair: 2 } as unknown as { pairs: string };
    await expect(writeNegatives(wrong)).rejects.toThrow('unknown key "perpair". Did you mean "perPair"?');
  });
});
