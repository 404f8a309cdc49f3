import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { encodeJpeg, encodePng, Random } from '@anagram/core';
import { drawScene } from './scene.ts';

const pictureSize = 64;
const perFolder = 1000;
/** One record in so many is hostile. */
const hostileEvery = 20;

/** What strangers put where a picture should be. `huge` can be decoded, into 288 MB. */
export const hostileKinds = [
  'truncated',
  'bomb',
  'flipped',
  'svg',
  'html',
  'empty',
  'missing',
  'pdf',
  'random',
  'no-json',
] as const;
type HostileKind = (typeof hostileKinds)[number] | 'huge';

export interface Corpus {
  /** JSONL with `id`, `image` and `text`. */
  readonly file: string;
  readonly records: number;
  readonly hostile: { readonly [kind: string]: number };
}

/**
 * Writes a noisy corpus of small pictures, PNG and JPEG, as one JSONL and a folder for each thousand. Of forty records two are
 * hostile (and of every ten thousand four more, side by side, just below the largest that are decoded), one is a lone picture,
 * one a lone text, two have a text of another picture, and one is a copy of an earlier one. The same count gives the same bytes.
 */
export async function writeCorpus(root: string, records: number): Promise<Corpus> {
  const huge = await flatPng(9800);
  const hostile: { [kind: string]: number } = {};
  const lines: string[] = [];
  for (let i = 0; i < records; i++) {
    const folder = `pictures/${String(Math.floor(i / perFolder)).padStart(3, '0')}`;
    if (i % perFolder === 0) await mkdir(join(root, folder), { recursive: true });
    const kind = hostileKind(i);
    if (kind !== null) hostile[kind] = (hostile[kind] ?? 0) + 1;
    if (kind === 'no-json') {
      lines.push(`{"id": "r${i}", "image": `);
      continue;
    }
    const part = i % 40;
    const same = part === 5 ? i - 4 : i;
    const { image, text } = drawScene(same, pictureSize);
    const good = same % 2 === 0 ? await encodePng(image) : await encodeJpeg(image);
    const bytes = kind === null ? good : kind === 'huge' ? huge : corrupt(kind, good, new Random('hostile', i));
    const name = `${folder}/${i}.${same % 2 === 0 ? 'png' : 'jpg'}`;
    if (part !== 2 && bytes) await writeFile(join(root, name), bytes);
    const wrong = part === 3 || part === 4 ? drawScene(i + records, 8).text : text;
    lines.push(JSON.stringify({ id: `r${i}`, ...(part !== 2 && { image: name }), ...(part !== 1 && { text: wrong }) }));
  }
  const file = join(root, 'corpus.jsonl');
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  return { file, records, hostile };
}

function hostileKind(i: number): HostileKind | null {
  if (i % 10_000 >= 1006 && i % 10_000 < 1010) return 'huge';
  return i % hostileEvery === 0 ? hostileKinds[(i / hostileEvery) % hostileKinds.length]! : null;
}

/** Null where there is no file at all. */
function corrupt(kind: Exclude<HostileKind, 'huge'>, good: Uint8Array, random: Random): Uint8Array | null {
  switch (kind) {
    case 'truncated':
      return good.subarray(0, good.length >> 1);
    case 'bomb':
      return bomb();
    case 'flipped':
      return good.map((byte, at) => (at > 40 && random.below(20) === 0 ? random.below(256) : byte));
    case 'svg':
      return Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><rect width="9" height="9"/></svg>',
      );
    case 'html':
      return Buffer.from('<!doctype html><html><body>404: this picture has moved</body></html>');
    case 'pdf':
      return Buffer.from('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF');
    case 'random':
      return Uint8Array.from({ length: 3000 }, () => random.below(256));
    case 'empty':
      return new Uint8Array();
    case 'missing':
    case 'no-json':
      return null;
  }
}

/** The header of a PNG of 50,000 × 50,000 pixels, with right checksums, and next to nothing in it. */
function bomb(): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(50_000, 0);
  header.writeUInt32BE(50_000, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(1000))), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

function flatPng(side: number): Promise<Uint8Array> {
  return encodePng({ width: side, height: side, data: new Uint8Array(side * side * 3).fill(90) });
}
