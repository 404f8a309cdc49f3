import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AnagramError, type Knobs, type OnEvent, safeEmitter } from '@anagram/core';
import sharp from 'sharp';
import {
  type ArtworkPackage,
  type Attribution,
  artworkPackages,
  attributionOf,
  vendors as everyVendor,
  namesPackage,
  type Style,
  type Vendor,
} from './artwork-packages.ts';
import { type Emoji, hexcodeOf, parseEmojiNames } from './emoji-names.ts';
import { entriesOf, fetchPackage } from './fetch-package.ts';
import { readIfThere, readSprites, type SpriteSheet, spriteSize, writeSprites, writeWhole } from './sprite-file.ts';

/** Emoji pictures of several vendors, in memory. */
export interface Artwork {
  /** Hash of every picture and name; part of the fingerprint of whatever is made of them. */
  readonly fingerprint: string;
  /** Emoji that every style here has, in Unicode's order; names are unique. */
  readonly emoji: readonly Emoji[];
  readonly styles: readonly { readonly style: Style; readonly vendor: Vendor }[];
  readonly attributions: readonly Attribution[];
  /**
   * @param name A name out of `emoji`.
   * @returns Premultiplied RGBA, 8 bit, (64, 64, 4).
   * @throws AnagramError `invalid-options` for a style or a name that is not here.
   */
  picture(style: Style, name: string): Uint8Array;
}

export interface ArtworkOptions extends Knobs {
  /** Anagram's cache folder. Default: `ANAGRAM_CACHE`, else `anagram` in `XDG_CACHE_HOME`, else `~/.cache/anagram`. */
  readonly cacheDir?: string;
  /** Default: all four. */
  readonly vendors?: readonly Vendor[];
}

/**
 * Loads the artwork; at first use it is fetched from npm (164 MB in five packages), pinned and checked, and kept in the cache as
 * one small file a style. Interrupted, it goes on with the styles that are missing; two processes may do this at once.
 * @throws AnagramError `source-failed` when a package can't be had; `signal.reason` when aborted.
 */
export async function loadArtwork({
  cacheDir,
  vendors = everyVendor,
  signal,
  onEvent,
}: ArtworkOptions = {}): Promise<Artwork> {
  const unknown = vendors.filter((vendor) => !everyVendor.includes(vendor));
  if (unknown.length > 0 || vendors.length === 0) {
    throw new AnagramError(
      'invalid-options',
      `loadArtwork.vendors: expected some of ${everyVendor.join(', ')}, received ${JSON.stringify(vendors)}. Name at least one of them.`,
      { where: 'loadArtwork.vendors' },
    );
  }
  signal?.throwIfAborted();
  const dir = artworkDir(cacheDir);
  const work = { dir, signal, emit: safeEmitter(onEvent) };
  await mkdir(dir, { recursive: true });
  await removeStaleDownloads(dir);
  const emoji = await loadNames(work);
  const sheets = new Map<Style, SpriteSheet>();
  const packages = artworkPackages.filter(({ vendor }) => vendors.includes(vendor));
  const kept = await Promise.all(packages.map((from) => readSprites(spritesPath(dir, from))));
  for (const [i, from] of packages.entries()) {
    signal?.throwIfAborted();
    sheets.set(from.style, kept[i] ?? (await fetchSprites(from, emoji, work)));
  }
  return assembleArtwork({
    emoji,
    sheets,
    styles: packages.map(({ style, vendor }) => ({ style, vendor })),
    attributions: packages.map(attributionOf),
  });
}

/** Puts an artwork together out of its parts; emoji that a style lacks are left out. */
export function assembleArtwork(parts: {
  readonly emoji: readonly Emoji[];
  readonly sheets: ReadonlyMap<Style, SpriteSheet>;
  readonly styles: Artwork['styles'];
  readonly attributions: readonly Attribution[];
}): Artwork {
  const { styles, sheets, attributions } = parts;
  const emoji = parts.emoji.filter(({ hexcode }) => styles.every(({ style }) => sheets.get(style)?.has(hexcode)));
  const hexcodes = new Map(emoji.map(({ name, hexcode }) => [name, hexcode]));
  const hash = createHash('sha256').update(JSON.stringify({ styles, emoji }));
  for (const { style } of styles) for (const { hexcode } of emoji) hash.update(sheets.get(style)!.get(hexcode)!);
  return {
    fingerprint: hash.digest('hex'),
    emoji,
    styles,
    attributions,
    picture(style, name) {
      const found = sheets.get(style)?.get(hexcodes.get(name) ?? '');
      if (found) return found;
      throw new AnagramError(
        'invalid-options',
        `The artwork has no picture "${name}" in style ${style}. Expected one of its ${emoji.length} names and of the styles ${styles
          .map((each) => each.style)
          .join(', ')}. Load the artwork with the vendors that are used.`,
        { where: 'artwork.picture' },
      );
    },
  };
}

interface Work {
  readonly dir: string;
  readonly signal: AbortSignal | undefined;
  readonly emit: OnEvent;
}

/** Where the artwork lies. @param cacheDir Anagram's cache folder; default as in `loadArtwork`. */
export function artworkDir(cacheDir?: string): string {
  const { ANAGRAM_CACHE, XDG_CACHE_HOME } = process.env;
  return join(cacheDir ?? (ANAGRAM_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'anagram')), 'artwork');
}

const spritesPath = (dir: string, { style, version }: ArtworkPackage) =>
  join(dir, `${style}-${version}-${spriteSize}px.gz`);
const namesFrom = artworkPackages.find(({ style }) => style === namesPackage.style)!;
const namesPath = (dir: string) => join(dir, `names-${namesFrom.version}.json`);

async function loadNames(work: Work): Promise<Emoji[]> {
  const kept = await readIfThere(namesPath(work.dir));
  if (kept) return parseEmojiNames(kept.toString('utf8'));
  return withTarball(namesFrom, work, async (tarball) => {
    const names = await readNames(tarball, work);
    await fetchSprites(namesFrom, names, work, tarball); // the download is at hand, so its pictures are kept too
    return names;
  });
}

async function readNames(tarball: string, { dir, signal }: Work): Promise<Emoji[]> {
  for await (const { bytes } of entriesOf(tarball, (path) => path === namesPackage.path, signal)) {
    await writeWhole(namesPath(dir), bytes);
    return parseEmojiNames(bytes.toString('utf8'));
  }
  throw new AnagramError('source-failed', `${namesFrom.name}@${namesFrom.version} holds no ${namesPackage.path}.`, {
    path: namesFrom.name,
  });
}

/** Decodes the pictures of one package into its file in the cache. */
async function fetchSprites(
  from: ArtworkPackage,
  emoji: readonly Emoji[],
  work: Work,
  tarball?: string,
): Promise<SpriteSheet> {
  if (tarball === undefined) return withTarball(from, work, (path) => fetchSprites(from, emoji, work, path));
  const wanted = new Set(emoji.map(({ hexcode }) => hexcode));
  const hexcodeAt = (path: string) => hexcodeOf(from.picture.exec(path)?.[1] ?? '');
  const stage = `decode ${from.style}`;
  work.emit({ type: 'stage-start', stage, total: wanted.size });
  const sheet = new Map<string, Uint8Array>();
  for await (const { path, bytes } of entriesOf(tarball, (each) => wanted.has(hexcodeAt(each)), work.signal)) {
    sheet.set(hexcodeAt(path), await decodeSprite(bytes, from.density));
    if (sheet.size % 100 === 0) work.emit({ type: 'stage-progress', stage, done: sheet.size, total: wanted.size });
  }
  await writeSprites(spritesPath(work.dir, from), sheet);
  work.emit({ type: 'stage-end', stage, done: sheet.size });
  return sheet;
}

async function withTarball<T>(
  from: ArtworkPackage,
  { dir, signal, emit }: Work,
  use: (tarball: string) => Promise<T>,
): Promise<T> {
  const stage = `fetch ${from.name}`;
  const scratch = await mkdtemp(join(dir, 'download-'));
  try {
    emit({ type: 'stage-start', stage, total: from.bytes });
    const tarball = await fetchPackage(from, scratch, signal);
    emit({ type: 'stage-end', stage, done: from.bytes });
    return await use(tarball);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Downloads of processes that were killed; a living process finishes one in far less than a day. */
async function removeStaleDownloads(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    if (!name.startsWith('download-') && !name.endsWith('.tmp')) continue;
    const found = await stat(join(dir, name)).catch(() => null); // another process may have removed it
    if (found && Date.now() - found.mtimeMs > 86_400_000) await rm(join(dir, name), { recursive: true, force: true });
  }
}

/** @returns Premultiplied RGBA, 8 bit, (64, 64, 4). */
async function decodeSprite(bytes: Uint8Array, density: number): Promise<Uint8Array> {
  const { data } = await sharp(bytes, { density })
    .resize(spriteSize, spriteSize, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]! / 255;
    for (let c = 0; c < 3; c++) data[i + c] = Math.round(data[i + c]! * alpha);
  }
  return data;
}
