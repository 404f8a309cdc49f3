import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '@anagram/core';
import { readStamps } from '@anagram/worlds/tuxpaint';

/** Captions of COCO val2017 as SugarCrepe's seven files hold them: `count` of the distinct ones, evenly spread. */
export async function cocoCaptions(data: string, count: number): Promise<string[]> {
  const folder = join(data, 'sugarcrepe');
  const all = new Set<string>();
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()) {
    const rows = JSON.parse(await readFile(join(folder, file), 'utf8')) as { [key: string]: { caption: string } };
    for (const { caption } of Object.values(rows)) all.add(caption.replace(/\s+/g, ' ').trim());
  }
  const sorted = [...all].sort();
  const step = Math.floor(sorted.length / count);
  return sorted.filter((_, i) => i % step === 0).slice(0, count);
}

/** Distinct Korean descriptions of Tux Paint's stamps that say something (letters and coins aside). */
export async function stampCaptions(): Promise<string[]> {
  const texts = (await readStamps()).flatMap(({ ko }) => (ko ? [ko] : []));
  return [...new Set(texts)].filter((text) => !/글자|수화|['"‘“]/.test(text)).sort();
}

/** Korean sentences written for the rules' tests, by the one who wrote the rules. */
export async function writtenCaptions(): Promise<string[]> {
  const path = new URL('../../packages/core/src/negatives/fixtures/captions-ko.txt', import.meta.url);
  return (await readFile(path, 'utf8')).trim().split('\n');
}

export function drawn<T>(items: readonly T[], count: number, name: string): T[] {
  return new Random('benchmarks/negatives', name).shuffle([...items]).slice(0, count);
}
