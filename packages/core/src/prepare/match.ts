/** A lone picture with the texts that may be its own. */
export interface LonePicture {
  readonly id: string;
  readonly texts: readonly { readonly text: string; readonly probability: number }[];
}

export interface Match {
  readonly image: string;
  /** Record of the lone text. */
  readonly text: string;
  readonly probability: number;
}

/**
 * Pairs lone pictures with lone texts, one to one: of all combinations at or above the threshold the most probable goes
 * first, then the most probable of what is left. Ties go by id, so that the order of the input does not matter.
 * @param loneTexts Record ids by text.
 */
export function matchLone(
  pictures: readonly LonePicture[],
  loneTexts: ReadonlyMap<string, string>,
  threshold: number,
): Match[] {
  const possible = pictures.flatMap(({ id, texts }) =>
    texts.flatMap(({ text, probability }): Match[] => {
      const record = loneTexts.get(text);
      return record !== undefined && probability >= threshold ? [{ image: id, text: record, probability }] : [];
    }),
  );
  possible.sort((a, b) => b.probability - a.probability || compare(a.image, b.image) || compare(a.text, b.text));
  const taken = new Set<string>();
  const matches: Match[] = [];
  for (const match of possible) {
    const [image, text] = [`image ${match.image}`, `text ${match.text}`];
    if (taken.has(image) || taken.has(text)) continue;
    taken.add(image).add(text);
    matches.push(match);
  }
  return matches;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
