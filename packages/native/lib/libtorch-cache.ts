import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Written last into an unpacked libtorch; a folder without it is not finished. */
export const RECEIPT = 'anagram.json';

export interface Receipt {
  version: string;
  /** `cpu`, `cu130`. */
  variant: string;
  /** Of the archive that it was unpacked from. */
  sha256: string;
  /** URL, or `pip: FILE`. */
  source: string;
  /** Folder with include/ and lib/, relative to the receipt's. */
  folder: string;
}

export function libtorchRoot(cache: string): string {
  return join(cache, 'libtorch');
}

/** The finished libtorch of this version in the cache: one with CUDA before one without. */
export async function cachedLibtorch(cache: string, version: string, variant?: string): Promise<string | undefined> {
  const root = libtorchRoot(cache);
  const names = await readdir(root).catch(() => []);
  const candidates = names.filter((name) => name.startsWith(`${version}-`) && (!variant || name.endsWith(variant)));
  for (const name of candidates.sort((a, b) => Number(a.endsWith('cpu')) - Number(b.endsWith('cpu')))) {
    const receipt = await readReceipt(join(root, name));
    if (receipt) return join(root, name, receipt.folder);
  }
  return undefined;
}

async function readReceipt(folder: string): Promise<Receipt | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, RECEIPT), 'utf8')) as Receipt;
  } catch {
    return undefined;
  }
}
