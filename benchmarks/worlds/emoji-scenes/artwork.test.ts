import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activities, actors } from './activities.ts';
import { artworkDir, loadArtwork } from './artwork.ts';
import { artworkPackages } from './artwork-packages.ts';
import { parseEmojiNames } from './emoji-names.ts';
import { objects } from './objects.ts';
import { readSprites, spriteBytes, writeSprites } from './sprite-file.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'artwork-test-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const row = (hexcode: string, annotation: string, more = {}) => ({
  hexcode,
  annotation,
  group: 'animals-nature',
  subgroups: 'animal-mammal',
  skintone: '',
  ...more,
});
const table = JSON.stringify([
  row('1F408', 'cat'),
  row('1F415', 'Dog'),
  row('1F44B-1F3FB', 'waving hand: light skin tone', { skintone: 1 }),
  row('1F1E6-1F1F9', 'flag: Austria', { group: 'flags' }),
  row('E000', 'ship in a bottle', { group: 'extras-openmoji' }),
  row('0031-FE0F-20E3', 'keycap: 1'),
  row('1F45F', 'man’s shoe'),
]);
const sprite = (value: number) => new Uint8Array(spriteBytes).fill(value);

describe('parseEmojiNames', () => {
  it('keeps plain names in lower case and leaves out skin tones, flags, extras and parts', () => {
    expect(parseEmojiNames(table).map(({ name, hexcode }) => [name, hexcode])).toEqual([
      ['cat', '1F408'],
      ['dog', '1F415'],
      ["man's shoe", '1F45F'],
    ]);
  });
});

describe('a file of sprites', () => {
  it('comes back as it was written, also when several write it at once', async () => {
    const path = join(dir, 'sprites.gz');
    const sheet = new Map([
      ['1F408', sprite(7)],
      ['1F415', sprite(9)],
    ]);
    await Promise.all(Array.from({ length: 5 }, () => writeSprites(path, sheet)));
    const back = await readSprites(path);
    expect([...back!].map(([hexcode, bytes]) => [hexcode, Buffer.compare(bytes, sheet.get(hexcode)!)])).toEqual([
      ['1F408', 0],
      ['1F415', 0],
    ]);
    expect(await readdir(dir)).toEqual(['sprites.gz']);
  });

  it('counts as missing when it is damaged or absent', async () => {
    const path = join(dir, 'damaged.gz');
    await writeFile(path, 'not gzip');
    expect(await readSprites(path)).toBeNull();
    expect(await readSprites(join(dir, 'absent.gz'))).toBeNull();
  });
});

describe('loadArtwork', () => {
  it('reads what the cache holds without fetching, and offers the emoji that every style has', async () => {
    const cacheDir = join(dir, 'cache');
    const [noto, openmoji] = artworkPackages;
    const at = (name: string) => join(artworkDir(cacheDir), name);
    await writeSprites(at(`noto-${noto!.version}-64px.gz`), new Map([['1F408', sprite(1)]]));
    const both = new Map([
      ['1F408', sprite(2)],
      ['1F415', sprite(3)],
    ]);
    await writeSprites(at(`openmoji-${openmoji!.version}-64px.gz`), both);
    await writeFile(at(`names-${openmoji!.version}.json`), table);

    const artwork = await loadArtwork({ cacheDir, vendors: ['noto', 'openmoji'] });
    expect(artwork.emoji.map(({ name }) => name)).toEqual(['cat']);
    expect(artwork.picture('openmoji', 'cat')[0]).toBe(2);
    expect(artwork.attributions.map(({ licence }) => licence)).toEqual([
      expect.stringContaining('Apache-2.0'),
      'CC BY-SA 4.0',
    ]);
    expect(() => artwork.picture('openmoji', 'dog')).toThrow(/no picture "dog" in style openmoji/);
    const alone = await loadArtwork({ cacheDir, vendors: ['openmoji'] });
    expect(alone.emoji.length).toBe(2);
    expect(alone.fingerprint).not.toBe(artwork.fingerprint);
  });

  it('refuses vendors that nobody may use here', async () => {
    await expect(loadArtwork({ cacheDir: dir, vendors: ['apple' as 'noto'] })).rejects.toThrow(/expected some of noto/);
  });

  it('rejects with the reason when it is aborted', async () => {
    const reason = new Error('enough');
    await expect(loadArtwork({ cacheDir: dir, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  const cached = artworkPackages.every(({ style, version }) =>
    existsSync(join(artworkDir(), `${style}-${version}-64px.gz`)),
  );
  it.skipIf(!cached)('has every object and every doing in every style once it is fetched', async () => {
    const artwork = await loadArtwork();
    expect(artwork.emoji.length).toBeGreaterThan(1500);
    const needed = [
      ...objects.map(({ emoji }) => emoji),
      ...actors.flatMap((actor) => activities.map(({ emoji }) => emoji(actor))),
    ];
    for (const { style } of artwork.styles) {
      for (const name of needed)
        expect(
          artwork.picture(style, name).some((value) => value > 128),
          `${style} ${name}`,
        ).toBe(true);
    }
  });
});
