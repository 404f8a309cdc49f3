import { debianEntries, fetchDebianPackage } from './debian-package.ts';

/** Tux Paint's rubber stamps, which people described in many languages (GPL-2+; nothing of them is kept here). */
export const stampsPackage = {
  name: 'tuxpaint-stamps-default',
  sha256: '6db6c1bfc870a47f1499d6203b083522eacb57c5f9c87d468f2e92eb6d9d5f34',
} as const;

export interface Stamp {
  /** Path below `stamps/`, without extension, e.g. `animals/birds/cartoon/penguin`. */
  readonly id: string;
  readonly en: string;
  /** Null where nobody has translated it. */
  readonly ko: string | null;
}

const folder = './usr/share/tuxpaint/stamps/';

/** Descriptions of all stamps, sorted by id. @param deb The package's file; fetched with apt where it is left out. */
export async function readStamps(deb?: string): Promise<Stamp[]> {
  const path = deb ?? (await fetchDebianPackage(stampsPackage));
  const stamps: Stamp[] = [];
  for await (const { path: name, bytes } of debianEntries(
    path,
    (each) => each.startsWith(folder) && each.endsWith('.txt'),
  )) {
    const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
    const korean = lines.find((line) => /^ko(_KR)?\.utf8=/.test(line))?.replace(/^[^=]*=/, '');
    const en = (lines[0] ?? '').trim();
    if (en !== '')
      stamps.push({ id: name.slice(folder.length, -'.txt'.length), en, ko: korean?.normalize('NFC').trim() || null });
  }
  return stamps.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * Pictures of stamps, one after another, in the package's order; some stamps have both a PNG and an SVG.
 * @param deb The package's file; fetched with apt where it is left out.
 */
export async function* readStampPictures(
  deb?: string,
): AsyncGenerator<{ id: string; format: 'png' | 'svg'; bytes: Uint8Array }> {
  const path = deb ?? (await fetchDebianPackage(stampsPackage));
  for await (const { path: name, bytes } of debianEntries(
    path,
    (each) => each.startsWith(folder) && /\.(png|svg)$/.test(each),
  )) {
    const format = name.endsWith('.png') ? 'png' : 'svg';
    yield { id: name.slice(folder.length, -4), format, bytes };
  }
}
