import { Heap } from './heap.ts';
import { normaliseText } from './normalise.ts';

/**
 * CLIP's pre-tokens: English contractions, runs of letters, single digits, runs of anything else. Blanks are Unicode's, as in
 * the regular expressions of Rust and Python: JavaScript's `\s` has U+FEFF too and lacks U+0085.
 */
export const preTokenPattern = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}]+/gu;
/** Marks the last symbol of a pre-token. */
export const endOfWord = '</w>';
export const startOfText = '<|startoftext|>';
export const endOfText = '<|endoftext|>';
/** 256 bytes, 256 bytes at the end of a word, start and end of text: the least that can spell everything. */
export const smallestVocabulary = 514;
/** Most symbols, and most merges, that are trained or read; CLIP has 49,408. */
export const largestVocabulary = 2 ** 16;

/** What byte-level BPE is: a number for each symbol, and which two symbols are merged, first things first. */
export interface Bpe {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [string, string])[];
}

/** GPT-2's printable stand-in for each byte. */
export const byteCharacters: readonly string[] = makeByteCharacters();

function makeByteCharacters(): string[] {
  const characters: string[] = new Array(256);
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    characters[byte] = String.fromCharCode(printable ? byte : next++);
  }
  return characters;
}

/** A pre-token as symbols, one per UTF-8 byte. */
export function spell(preToken: string): string[] {
  const symbols = Array.from(new TextEncoder().encode(preToken), (byte) => byteCharacters[byte]!);
  symbols[symbols.length - 1] += endOfWord;
  return symbols;
}

/**
 * Learns merges from texts: always the most frequent pair of neighbours, on equal counts the one with the smaller
 * numbers, so that the same texts give the same vocabulary. Pairs seen once are not merged, so a small corpus may end
 * below `vocabSize` (Sennrich et al. 2016, byte-level as in CLIP).
 * @param options.vocabSize From 514 (two symbols per byte, start and end of text) to 65,536.
 */
export function trainBpe(texts: Iterable<string>, { vocabSize }: { vocabSize: number }): Bpe {
  if (!Number.isInteger(vocabSize) || vocabSize < smallestVocabulary || vocabSize > largestVocabulary) {
    throw new RangeError(
      `vocabSize is ${vocabSize}. Expected an integer of at least ${smallestVocabulary} and at most ${largestVocabulary}.`,
    );
  }
  const names = byteAlphabet();
  const numberOf = new Map(names.map((name, number) => [name, number]));
  const words = countWords(texts).map(({ word, count }) => ({
    symbols: spell(word).map((symbol) => numberOf.get(symbol)!),
    count,
  }));
  const pairs = new PairCounts(vocabSize);
  words.forEach(({ symbols, count }, word) => {
    pairs.addAll(symbols, count, word);
  });

  const merges: [string, string][] = [];
  while (names.length + 2 < vocabSize) {
    const best = pairs.takeBest();
    if (!best || best.count < 2) break;
    const merged = names.length;
    merges.push([names[best.left]!, names[best.right]!]);
    names.push(names[best.left]! + names[best.right]!);
    for (const word of best.words) {
      const { symbols, count } = words[word]!;
      pairs.addAll(symbols, -count, word);
      mergeEverywhere(symbols, best.left, best.right, merged);
      pairs.addAll(symbols, count, word);
    }
  }
  names.push(startOfText, endOfText);
  return { vocabulary: new Map(names.map((name, number) => [name, number])), merges };
}

/** CLIP's order: the printable bytes, the others, then all of them again as ends of words. */
function byteAlphabet(): string[] {
  const bytes = byteCharacters.toSorted((a, b) => a.charCodeAt(0) - b.charCodeAt(0));
  return [...bytes, ...bytes.map((byte) => byte + endOfWord)];
}

function countWords(texts: Iterable<string>): { word: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const [word] of normaliseText(text).matchAll(preTokenPattern)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return Array.from(counts, ([word, count]) => ({ word, count }));
}

function mergeEverywhere(symbols: number[], left: number, right: number, merged: number): void {
  let to = 0;
  for (let from = 0; from < symbols.length; from++) {
    if (symbols[from] === left && symbols[from + 1] === right) {
      symbols[to++] = merged;
      from++;
    } else {
      symbols[to++] = symbols[from]!;
    }
  }
  symbols.length = to;
}

interface Pair {
  readonly left: number;
  readonly right: number;
  count: number;
  /** Count of its newest entry in the heap; entries with another count are stale. */
  queued: number;
  readonly words: Set<number>;
}

/** Counts of neighbours, most frequent first. */
class PairCounts {
  readonly #pairs = new Map<number, Pair>();
  readonly #changed = new Set<Pair>();
  readonly #heap = new Heap<{ pair: Pair; count: number }>(
    (a, b) =>
      a.count > b.count ||
      (a.count === b.count &&
        (a.pair.left < b.pair.left || (a.pair.left === b.pair.left && a.pair.right < b.pair.right))),
  );
  readonly #base: number;

  constructor(vocabSize: number) {
    this.#base = vocabSize;
  }

  addAll(symbols: readonly number[], count: number, word: number): void {
    for (let i = 0; i + 1 < symbols.length; i++) {
      const [left, right] = [symbols[i]!, symbols[i + 1]!];
      const key = left * this.#base + right;
      let pair = this.#pairs.get(key);
      if (!pair) {
        pair = { left, right, count: 0, queued: 0, words: new Set() };
        this.#pairs.set(key, pair);
      }
      pair.count += count;
      if (count > 0) pair.words.add(word);
      this.#changed.add(pair);
    }
  }

  /** The most frequent pair, with the words that it was seen in. */
  takeBest(): Pair | undefined {
    for (const pair of this.#changed) {
      if (pair.count > 0 && pair.count !== pair.queued) {
        pair.queued = pair.count;
        this.#heap.push({ pair, count: pair.count });
      }
    }
    this.#changed.clear();
    for (let entry = this.#heap.pop(); entry; entry = this.#heap.pop()) {
      if (entry.count === entry.pair.count) return entry.pair;
    }
    return undefined;
  }
}
