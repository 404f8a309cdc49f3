import { describe, expect, it } from 'vitest';
import { colours } from './colours.ts';
import { objects } from './objects.ts';
import { paintScene } from './paint.ts';
import { type Scene, sceneCategories, type Thing } from './scene.ts';
import { emojiSceneGallery } from './scene-gallery.ts';
import { emojiSceneItems } from './scene-items.ts';
import { emojiScenes } from './scenes.ts';
import { syntheticArtwork } from './synthetic-artwork.ts';

const artwork = syntheticArtwork();
const training = { artwork, vendors: ['noto', 'openmoji', 'fluent'], split: 'train', seed: 5 } as const;
const hex = (pixels: { data: Uint8Array }) => Buffer.from(pixels.data).toString('base64');

describe('emojiScenes', () => {
  it('gives the same pair for the same index, whatever was read before and however many there are', async () => {
    const few = emojiScenes({ ...training, count: 40 });
    const many = emojiScenes({ ...training, count: 4000 });
    await many.pair(3000, 56);
    expect(await many.pair(17, 56)).toEqual(await few.pair(17, 56));
    expect(await many.pair(18, 56)).not.toEqual(await few.pair(17, 56));
  });

  it('gives each pair one negative of its category, with a caption, a picture and keys of its own', async () => {
    const set = emojiScenes({ ...training, count: 64 });
    const keys = new Set<string>();
    for (let i = 0; i < set.length; i++) {
      const { image, text, imageKey, negatives } = await set.pair(i, 56);
      const [negative] = negatives;
      expect(negatives.length).toBe(1);
      expect(negative!.category).toBe(set.category(i));
      expect(negative!.text).not.toBe(text);
      expect(hex(negative!.image!)).not.toBe(hex(image));
      expect([image.width, image.height, image.data.length]).toEqual([56, 56, 56 * 56 * 3]);
      keys.add(imageKey).add(negative!.imageKey!);
    }
    expect(keys.size).toBe(2 * set.length);
  });

  it('holds the categories asked for in equal shares', () => {
    const set = emojiScenes({ ...training, count: 30, categories: ['verb', 'colour', 'quantity'] });
    const counts = new Map<string | null, number>();
    for (let i = 0; i < set.length; i++) counts.set(set.category(i), (counts.get(set.category(i)) ?? 0) + 1);
    expect([...counts]).toEqual([
      ['verb', 10],
      ['colour', 10],
      ['quantity', 10],
    ]);
  });

  it('has a fingerprint that tells apart whatever changes a pixel or a caption', () => {
    const prints = [
      emojiScenes({ ...training, count: 10 }),
      emojiScenes({ ...training, count: 11 }),
      emojiScenes({ ...training, count: 10, seed: 6 }),
      emojiScenes({ ...training, count: 10, split: 'validation' }),
      emojiScenes({ ...training, count: 10, vendors: ['noto'] }),
      emojiScenes({ ...training, count: 10, categories: ['verb'] }),
    ].map(({ fingerprint }) => fingerprint);
    expect(new Set(prints).size).toBe(prints.length);
    expect(emojiScenes({ ...training, count: 10 }).fingerprint).toBe(prints[0]);
  });

  it('lists the captions of pairs and negatives', async () => {
    const set = emojiScenes({ ...training, count: 9 });
    const texts = [...(set.texts() as Iterable<string>)];
    const pairs = await Promise.all(Array.from({ length: 9 }, (_, i) => set.pair(i, 8)));
    expect(texts).toEqual(pairs.flatMap(({ text, negatives }) => [text, negatives[0]!.text]));
  });

  it('refuses a vendor that was not loaded', () => {
    const loaded = syntheticArtwork({ vendors: ['noto'] });
    expect(() => emojiScenes({ ...training, artwork: loaded, count: 1 })).toThrow(/expected some of noto, received/);
  });
});

describe('emojiSceneItems', () => {
  const items = emojiSceneItems({ artwork, vendor: 'twemoji', split: 'test', perCategory: 30, seed: 2 });

  it('has as many items of each category as asked, each with its own id', () => {
    expect(new Set(items.map(({ id }) => id)).size).toBe(30 * sceneCategories.length);
    for (const category of sceneCategories) expect(items.filter((item) => item.category === category).length).toBe(30);
  });

  it('has two texts and two visibly different pictures in every item', () => {
    for (const { images, texts, id } of items) {
      expect(texts[0], id).not.toBe(texts[1]);
      let differing = 0;
      for (let i = 0; i < images[0].data.length; i++)
        if (Math.abs(images[0].data[i]! - images[1].data[i]!) > 24) differing++;
      expect(differing, id).toBeGreaterThan(100);
    }
  });

  it('says no pair of texts twice where there are enough', () => {
    const pairs = items.filter(({ category }) => category !== 'verb').map(({ texts }) => [...texts].sort().join('|'));
    expect(new Set(pairs).size).toBe(pairs.length);
  });
});

describe('emojiSceneGallery', () => {
  it('has distinct captions and distinct pictures', () => {
    const gallery = emojiSceneGallery({ artwork, vendor: 'twemoji', count: 300, seed: 3 });
    expect(new Set(gallery.map(({ text }) => text)).size).toBe(300);
    expect(new Set(gallery.map(({ image }) => hex(image))).size).toBe(300);
    expect(new Set(gallery.map(({ category }) => category)).size).toBe(sceneCategories.length);
  });

  it('says how many it can tell apart when more are asked for', () => {
    expect(() => emojiSceneGallery({ artwork, vendor: 'twemoji', count: 50, seed: 3, categories: ['verb'] })).toThrow(
      /only 11 scenes/,
    );
  });
});

describe('paintScene', () => {
  const thing: Thing = { emoji: 'cat face', style: 'noto', x: 0.35, y: 0.6, size: 0.5, colour: null, mirrored: false };
  const sceneOf = (...things: Thing[]): Scene => ({ background: [250, 250, 250], things });

  /** Bounds and centre of what differs from the background, in shares of the side. */
  function extent(scene: Scene, size: number) {
    const { data } = paintScene(scene, artwork, size);
    const [xs, ys]: [number[], number[]] = [[], []];
    for (let i = 0; i < size * size; i++) {
      if ([0, 1, 2].every((c) => Math.abs(data[i * 3 + c]! - 250) < 40)) continue;
      xs.push(i % size);
      ys.push(Math.floor(i / size));
    }
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs) + 1, Math.min(...ys), Math.max(...ys) + 1];
    return {
      x: (left + right) / 2 / size,
      y: (top + bottom) / 2 / size,
      size: Math.max(right - left, bottom - top) / size,
    };
  }

  it.each([32, 56, 224])('puts a thing where the scene says, as big as it says, at %i pixels', (size) => {
    const found = extent(sceneOf(thing), size);
    expect(Math.abs(found.x - thing.x)).toBeLessThan(1.5 / size);
    expect(Math.abs(found.y - thing.y)).toBeLessThan(1.5 / size);
    expect(Math.abs(found.size - thing.size)).toBeLessThan(2.5 / size);
  });

  it('mirrors a thing about its own middle', () => {
    const centred = { ...thing, x: 0.5 };
    const plain = paintScene(sceneOf(centred), artwork, 40).data;
    const mirrored = paintScene(sceneOf({ ...centred, mirrored: true }), artwork, 40).data;
    for (let i = 0; i < 1600; i++) {
      const opposite = i - (i % 40) + 39 - (i % 40);
      for (let c = 0; c < 3; c++)
        expect(Math.abs(mirrored[i * 3 + c]! - plain[opposite * 3 + c]!)).toBeLessThanOrEqual(1);
    }
  });

  it('leaves the background alone where nothing is', () => {
    const { data } = paintScene(sceneOf(), artwork, 8);
    expect([...data]).toEqual(Array.from({ length: 192 }, () => 250));
  });

  it('tints every object so that its colour is the nearest of all named ones', () => {
    const named = Object.entries(colours);
    for (const { emoji } of objects.slice(0, 40)) {
      for (const [name] of named) {
        const scene = sceneOf({ ...thing, emoji, x: 0.5, y: 0.5, size: 0.4, colour: name as keyof typeof colours });
        const { data } = paintScene(scene, artwork, 56);
        const sum = [0, 0, 0];
        let inked = 0;
        for (let i = 0; i < data.length; i += 3) {
          if (data[i] === 250 && data[i + 1] === 250 && data[i + 2] === 250) continue;
          inked++;
          for (let c = 0; c < 3; c++) sum[c]! += data[i + c]!;
        }
        const mean = sum.map((value) => value / inked);
        const distance = (rgb: readonly number[]) =>
          Math.hypot(...chroma(rgb).map((value, c) => value - chroma(mean)[c]!));
        const nearest = named.toSorted((a, b) => distance(a[1]) - distance(b[1]))[0]!;
        expect(nearest[0], `${name} ${emoji}`).toBe(name);
      }
    }
  });
});

/** Red, green and blue as differences from their mean, scaled to length 1 unless grey. */
function chroma(rgb: readonly number[]): number[] {
  const mean = (rgb[0]! + rgb[1]! + rgb[2]!) / 3;
  const apart = rgb.map((value) => value - mean);
  const length = Math.max(Math.hypot(...apart), 40);
  return apart.map((value) => value / length);
}
