/** One emoji: a picture's name as people wrote it, and where it stands in Unicode's order of things. */
export interface Emoji {
  /** Code points in hexadecimal without variation selectors, e.g. `1F3C3-200D-2642`. */
  readonly hexcode: string;
  /** Lower-case CLDR short name, e.g. `grinning face`. */
  readonly name: string;
  readonly group: string;
  readonly subgroup: string;
}

/** Spelling of code points that all packages share: upper case, without the variation selector FE0F. */
export function hexcodeOf(codePoints: string): string {
  return codePoints.toUpperCase().replaceAll('-FE0F', '');
}

/**
 * Reads OpenMoji's table and keeps what has one plain name: no skin-tone variants, no flags, no OpenMoji extras, no parts
 * ("keycap: 1", "man: beard"), and the first of two with one name.
 */
export function parseEmojiNames(json: string): Emoji[] {
  const rows = JSON.parse(json) as {
    hexcode: string;
    group: string;
    subgroups: string;
    annotation: string;
    skintone: string | number;
  }[];
  const seen = new Set<string>();
  const emoji: Emoji[] = [];
  for (const { hexcode, group, subgroups, annotation, skintone } of rows) {
    const name = annotation.toLowerCase().replaceAll('’', "'").replaceAll(/[“”]/g, '"').trim();
    const plain =
      !skintone && group !== 'flags' && group !== 'component' && !group.startsWith('extras') && !name.includes(':');
    if (!plain || name === '' || seen.has(name)) continue;
    seen.add(name);
    emoji.push({ hexcode: hexcodeOf(hexcode), name, group, subgroup: subgroups });
  }
  return emoji;
}
