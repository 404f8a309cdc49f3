import { readdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { AnagramError } from '../errors.ts';
import { extensionOf, imageExtensions } from '../image/format.ts';
import type { ImageFile, Json, Source, SourceRecord } from '../pair.ts';
import { parseSettings } from '../settings.ts';
import { readTar, type TarEntry } from '../shard/tar.ts';
import { defineSource } from './define-source.ts';
import { maxImageBytes, refused } from './image-file.ts';
import { openFile, sourceFailed } from './open-file.ts';

export interface WebdatasetOptions {
  /** Key of `K.json` that holds the text where there is no `K.txt`. @default 'caption' */
  readonly text?: string;
}

const webdatasetOptions = z.strictObject({ text: z.string().min(1).default('caption') });
const pictures: ReadonlySet<string> = new Set(imageExtensions);
const maxTextBytes = 2 ** 20;

/**
 * WebDataset shards: files with one key, `K.jpg` (or png, webp, …), `K.txt`, `K.json`, make one record. Ids are `SHARD/KEY`.
 * Nothing is unpacked to the disk. Links, absolute names, names with `..` and overlong entries are refused, and their records
 * say so.
 * @param path A `.tar` or `.tar.gz`, a folder of them, or a pattern: `data/{00000..00041}.tar`, `data/train-*.tar`.
 * @throws AnagramError `invalid-options`; when read `source-failed`.
 */
export function webdataset(path: string, options: WebdatasetOptions = {}): Source {
  const { text } = parseSettings('webdataset', webdatasetOptions, options);
  return defineSource({
    name: basename(resolve(path)),
    settings: () => ({
      kind: 'webdataset',
      text,
      shards: findShards(path).map((shard) => ({ name: basename(shard), bytes: sizeOf(shard) })),
    }),
    async *records() {
      for (const shard of findShards(path)) yield* readShard(shard, text);
    },
  });
}

async function* readShard(path: string, textKey: string): AsyncGenerator<SourceRecord> {
  const shard = basename(path).replace(/\.(tar|tar\.gz|tgz)$/i, '');
  const packed = /gz$/i.test(path);
  const seen = new Set<string>();
  let open: OpenSample | null = null;
  let number = 0;
  const close = (sample: OpenSample): SourceRecord => {
    let id = `${shard}/${sample.key}`;
    while (seen.has(id)) id = `${id}#${sample.number}`;
    seen.add(id);
    return toRecord(id, sample, textKey);
  };
  const wanted = ({ name, type, size }: { name: string; type: string; size: number }) =>
    refusal(name, type, size) === null && (/\.(txt|json)$/i.test(name) || (packed && pictures.has(extensionOf(name))));
  try {
    for await (const entry of readTar(openFile(path), wanted)) {
      number++;
      if (entry.type === 'directory') continue;
      const reason = refusal(entry.name, entry.type, entry.size);
      // A name that may not be trusted is no key either.
      const safe = reason === null || isInside(entry.name);
      const { key, kind } = safe ? splitName(entry.name) : { key: `entry-${number}`, kind: '' };
      if (open && open.key !== key) {
        yield close(open);
        open = null;
      }
      open ??= { key, number, image: null, text: null, json: null, problems: [] };
      if (reason !== null) open.problems.push(`${JSON.stringify(entry.name)} was refused: ${reason}`);
      else addEntry(open, kind, entry, path, packed);
    }
  } catch (error) {
    throw sourceFailed(path, error);
  }
  if (open) yield close(open);
}

interface OpenSample {
  readonly key: string;
  readonly number: number;
  image: ImageFile | null;
  text: string | null;
  json: string | null;
  readonly problems: string[];
}

function addEntry(sample: OpenSample, kind: string, entry: TarEntry, path: string, packed: boolean): void {
  if (kind === 'txt') sample.text ??= entry.data!.toString('utf8');
  else if (kind === 'json') sample.json ??= entry.data!.toString('utf8');
  else if (pictures.has(kind)) {
    sample.image ??= packed
      ? { name: `${basename(path)}/${entry.name}`, bytes: async () => entry.data! }
      : imageInTar(path, entry);
  }
}

function toRecord(id: string, { image, text, json, problems }: OpenSample, textKey: string): SourceRecord {
  const said = [...problems];
  let meta: { readonly [key: string]: Json } | undefined;
  if (json !== null) {
    try {
      const parsed: Json = JSON.parse(json);
      if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) meta = parsed as typeof meta;
    } catch {
      said.push('its .json is not JSON');
    }
  }
  const inJson = meta && Object.hasOwn(meta, textKey) ? meta[textKey] : undefined;
  const words = (text ?? (typeof inJson === 'string' ? inJson : '')).trim();
  return {
    id,
    ...(image ? { image } : {}),
    ...(words === '' ? {} : { text: words }),
    ...(meta ? { meta } : {}),
    ...(said.length === 0 ? {} : { problem: said.join('; ') }),
  };
}

/** WebDataset's rule: the key is the path up to the first dot of the file's name. */
function splitName(name: string): { key: string; kind: string } {
  const path = name.replace(/^(\.\/)+/, '');
  const dot = path.indexOf('.', path.lastIndexOf('/') + 1);
  return dot < 0 ? { key: path, kind: '' } : { key: path.slice(0, dot), kind: path.slice(dot + 1).toLowerCase() };
}

function refusal(name: string, type: string, size: number): string | null {
  if (!isInside(name)) return 'its name leads out of the archive';
  if (type === 'link' || type === 'symlink') return 'it is a link';
  if (type !== 'file' && type !== 'contiguous-file' && type !== 'directory') return `it is a ${type}`;
  const limit = /\.(txt|json)$/i.test(name) ? maxTextBytes : maxImageBytes;
  return size > limit ? `its ${size} bytes are more than the ${limit} that are read` : null;
}

function isInside(name: string): boolean {
  return !/^([/\\]|[A-Za-z]:)/.test(name) && !name.split(/[/\\]/).includes('..') && !name.includes('\0');
}

/** Read again when it is wanted, so that records can be collected without their pictures. */
function imageInTar(path: string, { name, offset, size }: TarEntry): ImageFile {
  const label = `${basename(path)}/${name}`;
  return {
    name: label,
    async bytes() {
      try {
        const file = await open(path, 'r');
        try {
          const data = Buffer.alloc(size);
          const { bytesRead } = await file.read(data, 0, size, offset);
          return data.subarray(0, bytesRead);
        } finally {
          await file.close();
        }
      } catch (error) {
        return refused(label, (error as Error).message).bytes();
      }
    },
  };
}

function findShards(path: string): string[] {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return matching(path, /\.(tar|tar\.gz|tgz)$/i);
    const range = /^(.*)\{(\d+)\.\.(\d+)\}(.*)$/.exec(path);
    if (range) return expandRange(range);
    if (!path.includes('*')) return [path];
    const pattern = basename(path)
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*');
    return matching(dirname(path), new RegExp(`^${pattern}$`));
  } catch (error) {
    throw sourceFailed(path, error);
  }
}

function matching(dir: string, pattern: RegExp): string[] {
  const names = readdirSync(dir).filter((name) => pattern.test(name) && !name.startsWith('.'));
  if (names.length > 0) return names.sort((a, b) => (a < b ? -1 : 1)).map((name) => join(dir, name));
  throw new AnagramError(
    'source-failed',
    `${dir} holds no shards. Expected files whose names match ${pattern}. Give a .tar file, a folder of them or a pattern.`,
    { path: dir },
  );
}

function expandRange(range: RegExpExecArray): string[] {
  const [, before = '', first = '', last = '', after = ''] = range;
  const shards: string[] = [];
  for (let index = Number(first); index <= Number(last); index++) {
    shards.push(`${before}${String(index).padStart(first.length, '0')}${after}`);
  }
  return shards;
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    throw sourceFailed(path, error);
  }
}
