import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { ImageFile } from '../pair.ts';
import { writeAtomic } from '../shard/write-atomic.ts';
import { fileOnDisk } from '../source/image-file.ts';
import type { Validators } from './picture-fetcher.ts';

/** What became of a URL. */
export interface UrlFacts extends Validators {
  readonly url: string;
  readonly failure?: { readonly reason: string; readonly message: string };
}

const urlFacts = z.strictObject({
  url: z.string(),
  etag: z.string().exactOptional(),
  lastModified: z.string().exactOptional(),
  failure: z.strictObject({ reason: z.string(), message: z.string() }).exactOptional(),
});

/** A folder of fetched pictures, two files a URL: `ab/KEY.picture` and, once that is whole, `ab/KEY.json`. KEY is the URL's sha256. */
export class UrlCache {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Null where the URL was never asked for to the end. */
  async read(url: string): Promise<UrlFacts | null> {
    const text = await readFile(`${this.#stem(url)}.json`, 'utf8').catch(() => null);
    if (text === null) return null;
    const facts = urlFacts.safeParse(parseJson(text));
    return facts.success && facts.data.url === url ? facts.data : null;
  }

  picture(url: string): ImageFile {
    return fileOnDisk(`${this.#stem(url)}.picture`, url);
  }

  /** @throws AnagramError `write-failed`; errors of `chunks` pass through. */
  async savePicture(url: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const stem = this.#stem(url);
    let begun = false;
    const path = `${stem}.picture`;
    // The old facts must not speak for a new picture; before its first bytes are known to be good, nothing is lost.
    async function* once() {
      for await (const chunk of chunks) {
        if (!begun) await rm(`${stem}.json`, { force: true });
        begun = true;
        yield chunk;
      }
    }
    await writeAtomic(path, once());
  }

  /** @throws AnagramError `write-failed` */
  async saveFacts(facts: UrlFacts): Promise<void> {
    await writeAtomic(`${this.#stem(facts.url)}.json`, JSON.stringify(facts));
  }

  #stem(url: string): string {
    const key = createHash('sha256').update(url).digest('hex');
    return join(this.#dir, key.slice(0, 2), key);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
