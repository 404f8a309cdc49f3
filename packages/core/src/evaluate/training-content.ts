import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type Knobs, safeEmitter } from '../events.ts';
import { decodeImage } from '../image/decode.ts';
import { hashBytes } from '../image/hash.ts';
import { NearIndex } from '../image/near-index.ts';
import { textKey } from '../negatives/screen.ts';
import type { ImageFile } from '../pair.ts';
import { readManifest } from '../shard/manifest.ts';
import { openPairs, type PreparedPairs } from '../shard/open-pairs.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import { pictureHashes, type TrainingContent } from './contamination.ts';

const stage = 'trained-on';
const readAtOnce = 16;

const hashesSchema = z.strictObject({
  texts: z.array(z.string()),
  bytes: z.array(z.string()),
  pixels: z.array(z.string()),
  near: z.array(z.string()),
});
type Hashes = z.output<typeof hashesSchema>;

/**
 * Reads what stands in prepared pairs, their negatives among it: every text, and every picture by the hash of its bytes, of its pixels
 * and of its looks.
 * @param sets Prepared pairs, or their folders.
 * @param options.dir Keeps the hashes there, for every picture has to be decoded for them.
 * @throws AnagramError `source-failed`, `shard-corrupt`
 */
export async function readTrainingContent(
  sets: PreparedPairs | string | readonly (PreparedPairs | string)[],
  { dir, ...knobs }: Knobs & { dir?: string } = {},
): Promise<TrainingContent> {
  const opened = await Promise.all([sets].flat().map((set) => (typeof set === 'string' ? openWhole(set) : set)));
  const hash = createHash('sha256').update('training-content 1');
  for (const { fingerprint } of opened) hash.update(fingerprint);
  const fingerprint = hash.digest('hex');
  const path = dir === undefined ? undefined : join(dir, `trained-on-${fingerprint.slice(0, 16)}.json`);
  let hashes = await readHashes(path);
  if (!hashes) {
    hashes = await hashSets(opened, knobs);
    if (path !== undefined) await writeAtomic(path, JSON.stringify(hashes));
  }
  return content(
    opened.map(({ name }) => name),
    fingerprint,
    hashes,
  );
}

function content(names: readonly string[], fingerprint: string, hashes: Hashes): TrainingContent {
  const [texts, bytes, pixels] = [new Set(hashes.texts), new Set(hashes.bytes), new Set(hashes.pixels)];
  const near = new NearIndex<true>(3);
  for (const hash of hashes.near) near.add(hash, true);
  return {
    names,
    fingerprint,
    hasText: (text) => texts.has(textKey(text)),
    async findPicture(image) {
      let decoded = image;
      if ('bytes' in decoded) {
        const file = await decoded.bytes();
        if (bytes.has(hashBytes(file))) return 'bytes';
        decoded = await decodeImage(file, decoded.name);
      }
      const own = pictureHashes(decoded);
      if (pixels.has(own.pixels)) return 'pixels';
      return near.find(own.near) ? 'near' : null;
    },
  };
}

async function openWhole(dir: string): Promise<PreparedPairs> {
  const negatives = (await readManifest(join(dir, 'negatives'))).length > 0;
  return openPairs(dir, { negatives });
}

async function hashSets(sets: readonly PreparedPairs[], { signal, onEvent }: Knobs): Promise<Hashes> {
  const emit = safeEmitter(onEvent);
  const total = sets.reduce((sum, { length }) => sum + length, 0);
  emit({ type: 'stage-start', stage, total });
  const texts = new Set<string>();
  const bytes = new Set<string>();
  const pixels = new Set<string>();
  const near = new Set<string>();
  const add = async (file: ImageFile) => {
    const content = await file.bytes();
    const hash = hashBytes(content);
    if (bytes.has(hash)) return;
    bytes.add(hash);
    const own = pictureHashes(await decodeImage(content, file.name));
    pixels.add(own.pixels);
    if (own.near !== null) near.add(own.near);
  };
  let done = 0;
  for (const set of sets) {
    for (let at = 0; at < set.length; at += readAtOnce) {
      signal?.throwIfAborted();
      const part = Array.from({ length: Math.min(readAtOnce, set.length - at) }, (_, k) => set.sample(at + k));
      const pictures: ImageFile[] = [];
      for (const { text, image, negatives } of await Promise.all(part)) {
        for (const each of [text, ...negatives.map((negative) => negative.text)]) texts.add(textKey(each));
        pictures.push(image, ...negatives.flatMap((negative) => negative.image ?? []));
      }
      await Promise.all(pictures.map(add));
      done += part.length;
      emit({ type: 'stage-progress', stage, done, total });
    }
  }
  emit({ type: 'stage-end', stage, done });
  return { texts: [...texts], bytes: [...bytes], pixels: [...pixels], near: [...near] };
}

/** What an earlier run found out; null where it did not, or the file is damaged. */
async function readHashes(path: string | undefined): Promise<Hashes | null> {
  if (path === undefined || !existsSync(path)) return null;
  try {
    return hashesSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}
