import { join } from 'node:path';
import { ask, unpacked } from './debian-tool.ts';

const linkGrammar = ['link-grammar', 'liblink-grammar5', 'link-grammar-dictionaries-en', 'libhunspell-1.7-0'];
const hunspell = ['hunspell', 'libhunspell-1.7-0', 'hunspell-ko'];
const batch = 400;

/**
 * Which English texts the link grammar parser finds a complete linkage for, as they stand or behind `I see` (captions are
 * often noun phrases). Capitals and the last mark are evened out, because its dictionary takes capitals for names.
 */
export async function parses(texts: readonly string[]): Promise<boolean[]> {
  const root = await unpacked(linkGrammar);
  const plain = texts.map((text) =>
    text
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/[.!?\s]+$/, '')
      .replace(/ ([,.;:])/g, '$1'),
  );
  const lowered = plain.map((text) =>
    text === text.toUpperCase() ? text.toLowerCase() : text.charAt(0).toLowerCase() + text.slice(1),
  );
  const alone = await linkages(
    root,
    lowered.map((text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`),
  );
  const open = alone.flatMap((parsed, i) => (parsed ? [] : [i]));
  const seen = await linkages(
    root,
    open.map((i) => `I see ${lowered[i]}.`),
  );
  const found = [...alone];
  open.forEach((i, k) => {
    found[i] = seen[k]!;
  });
  return found;
}

async function linkages(root: string, texts: readonly string[]): Promise<boolean[]> {
  const args = [
    join(root, 'usr/share/link-grammar/en'),
    '-verbosity=1',
    '-graphics=0',
    '-limit=100',
    '-timeout=10',
    '-null=0',
  ];
  const found: boolean[] = [];
  for (let first = 0; first < texts.length; first += batch) {
    const some = texts.slice(first, first + batch);
    const said = await ask(root, 'link-parser', args, some);
    // A line `Found 188 linkages (0 of …)` only explains the line `No complete linkages` before it.
    const verdicts = [...said.matchAll(/^(?:Found \d+ linkages? \([1-9]|No complete linkages found)/gm)].map((match) =>
      match[0].startsWith('Found'),
    );
    if (verdicts.length !== some.length)
      throw new Error(
        `link-parser judged ${verdicts.length} texts where ${some.length} were given, from "${some[0]}" on.`,
      );
    found.push(...verdicts);
  }
  return found;
}

/** Which Korean texts consist of words that hunspell's dictionary (hunspell-ko) builds: stems, endings, particles in their form. */
export async function spells(texts: readonly string[]): Promise<boolean[]> {
  const root = await unpacked(hunspell);
  const words = [...new Set(texts.flatMap(wordsOf))];
  const said = await ask(root, 'hunspell', ['-d', join(root, 'usr/share/hunspell/ko'), '-i', 'utf-8', '-l'], words);
  // hunspell lists what it does not know, decomposed as it was not given.
  const unknown = new Set(said.split('\n').map((word) => word.normalize('NFC').trim()));
  return texts.map((text) => wordsOf(text).every((word) => !unknown.has(word)));
}

const wordsOf = (text: string): string[] => text.normalize('NFC').match(/\p{Script=Hangul}+/gu) ?? [];
