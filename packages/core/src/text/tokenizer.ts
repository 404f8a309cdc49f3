import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../shard/write-atomic.ts';
import { readSmallFile } from '../small-file.ts';
import {
  type Bpe,
  byteCharacters,
  endOfText,
  endOfWord,
  preTokenPattern,
  spell,
  startOfText,
  trainBpe,
} from './bpe.ts';
import { Heap } from './heap.ts';
import { normaliseText } from './normalise.ts';
import type { EncodedText, TextTokenizer } from './text-tokenizer.ts';
import { largestTokenizer, parseTokenizerJson, tokenizerJson } from './tokenizer-json.ts';
import { usableTokenizer } from './usable-tokenizer.ts';
import { largestVocabularyFile, parseMerges, parseVocabulary } from './vocabulary-files.ts';

const expected =
  "a byte-level BPE with CLIP's </w>: tokenizer.json, as Tokenizer.save writes it, or vocab.json beside merges.txt";

const longestCachedWord = 64;
const largestCache = 1 << 16;

/**
 * Byte-level BPE in CLIP's manner: NFC, lower case, CLIP's pre-tokens, `</w>` at the end of each. Every text can be
 * spelled; what looks like a special token in a text is spelled too. Gives what transformers' CLIPTokenizer gives for
 * the same files, but for such texts and for characters that are younger than either's Unicode. open_clip's tokenizer
 * (and OpenAI's) first mends a text with ftfy and resolves HTML entities twice: where that is wanted, do it to the texts.
 */
export class Tokenizer implements TextTokenizer {
  readonly vocabSize: number;
  readonly startToken: number;
  readonly endToken: number;
  /** The end token again, as transformers' CLIPTokenizer has it. */
  readonly padToken: number;
  readonly #bpe: Bpe;
  readonly #symbols: readonly string[];
  /** Rank of each merge and the symbol that it makes, by left · vocabSize + right. */
  readonly #merges: ReadonlyMap<number, { rank: number; merged: number }>;
  readonly #cache = new Map<string, readonly number[]>();

  constructor(bpe: Bpe) {
    const number = (symbol: string) => {
      const found = bpe.vocabulary.get(symbol);
      if (found === undefined) {
        throw new RangeError(`The vocabulary lacks the symbol ${JSON.stringify(symbol.slice(0, 64))}.`);
      }
      return found;
    };
    const symbols: string[] = new Array(bpe.vocabulary.size);
    for (const [symbol, at] of bpe.vocabulary) {
      if (at >= symbols.length || symbols[at] !== undefined) {
        throw new RangeError(`The ${symbols.length} symbols are not numbered from 0 to ${symbols.length - 1}.`);
      }
      symbols[at] = symbol;
    }
    for (const byte of byteCharacters) {
      number(byte);
      number(byte + endOfWord);
    }
    this.#bpe = bpe;
    this.#symbols = symbols;
    this.vocabSize = symbols.length;
    this.startToken = number(startOfText);
    this.endToken = number(endOfText);
    this.padToken = this.endToken;
    this.#merges = new Map(
      bpe.merges.map(([left, right], rank) => [
        number(left) * symbols.length + number(right),
        { rank, merged: number(left + right) },
      ]),
    );
  }

  /** Learns a vocabulary of at most `vocabSize` symbols (at least 514) from a corpus. */
  static train(texts: Iterable<string>, options: { vocabSize: number }): Tokenizer {
    return new Tokenizer(trainBpe(texts, options));
  }

  /**
   * Reads `tokenizer.json` (the format of Hugging Face's tokenizers), CLIP's own among them; where there is none, `vocab.json` and
   * `merges.txt`.
   * @throws AnagramError `model-mismatch` where they are missing or are no BPE in CLIP's manner.
   */
  static async load(dir: string): Promise<Tokenizer> {
    const [whole, vocab, merges] = ['tokenizer.json', 'vocab.json', 'merges.txt'].map((name) => join(dir, name));
    if (existsSync(whole!) || !existsSync(vocab!)) {
      return usableTokenizer(
        whole!,
        expected,
        async () => new Tokenizer(parseTokenizerJson(await readSmallFile(whole!, largestTokenizer))),
      );
    }
    const parsed = await usableTokenizer(merges!, expected, async () =>
      parseMerges(await readSmallFile(merges!, largestVocabularyFile)),
    );
    return usableTokenizer(vocab!, expected, async () => {
      const vocabulary = parseVocabulary(await readSmallFile(vocab!, largestVocabularyFile));
      return new Tokenizer({ vocabulary, merges: parsed });
    });
  }

  /** Writes `tokenizer.json`, readable by Hugging Face's tokenizers, and `tokenizer_config.json` by which transformers knows it. */
  async save(dir: string, { contextLength = 77 }: { contextLength?: number } = {}): Promise<void> {
    await writeAtomic(join(dir, 'tokenizer.json'), this.toJson());
    // Where a folder has one, it is the tokenizer.
    await rm(join(dir, 'spiece.model'), { force: true });
    const config = {
      tokenizer_class: 'CLIPTokenizer',
      model_max_length: contextLength,
      bos_token: startOfText,
      eos_token: endOfText,
      unk_token: endOfText,
      pad_token: endOfText,
    };
    await writeAtomic(join(dir, 'tokenizer_config.json'), `${JSON.stringify(config, null, 2)}\n`);
  }

  /** By number; bytes are spelled as characters, and `</w>` ends a word. */
  get symbols(): readonly string[] {
    return this.#symbols;
  }

  identity(): string {
    return this.toJson();
  }

  normalise(text: string): string {
    return normaliseText(text);
  }

  /** The text of `tokenizer.json`: the same tokenizer gives the same bytes. */
  toJson(): string {
    return tokenizerJson(this.#bpe);
  }

  /** @param contextLength Length of `ids`; a longer text is cut and keeps its end token. An empty text is start, end. */
  encode(text: string, contextLength: number): EncodedText {
    const ids = new Int32Array(contextLength);
    ids[0] = this.startToken;
    let count = 0;
    for (const [word] of normaliseText(text).matchAll(preTokenPattern)) {
      for (const token of this.#encodeWord(word)) {
        count++;
        if (count <= contextLength - 2) ids[count] = token;
      }
    }
    const length = Math.min(count + 2, contextLength);
    ids[length - 1] = this.endToken;
    return { ids, length, lost: count + 2 - length };
  }

  /** Back to text: lower case, one blank between pre-tokens. Start and end tokens are left out. */
  decode(ids: Iterable<number>): string {
    const bytes: number[] = [];
    for (const id of ids) {
      if (id === this.startToken || id === this.endToken) continue;
      const symbol = this.#symbols[id];
      if (symbol === undefined) throw new RangeError(`Token ${id} is outside the vocabulary of ${this.vocabSize}.`);
      const ends = symbol.endsWith(endOfWord);
      for (const character of ends ? symbol.slice(0, -endOfWord.length) : symbol) bytes.push(byteOf.get(character)!);
      if (ends) bytes.push(32);
    }
    return new TextDecoder().decode(Uint8Array.from(bytes)).trimEnd();
  }

  #encodeWord(word: string): readonly number[] {
    const known = this.#cache.get(word);
    if (known) return known;
    const tokens = this.#mergeWord(spell(word).map((symbol) => this.#bpe.vocabulary.get(symbol)!));
    if (word.length <= longestCachedWord && this.#cache.size < largestCache) this.#cache.set(word, tokens);
    return tokens;
  }

  /** Applies merges, lowest rank first, leftmost first. A heap keeps this O(n log n) for words of any length. */
  #mergeWord(symbols: number[]): number[] {
    const next = symbols.map((_, i) => i + 1);
    const previous = symbols.map((_, i) => i - 1);
    const heap = new Heap<{ rank: number; at: number; left: number; right: number; merged: number }>(
      (a, b) => a.rank < b.rank || (a.rank === b.rank && a.at < b.at),
    );
    const offer = (at: number) => {
      const [left, right] = [symbols[at], symbols[next[at]!]];
      if (left === undefined || right === undefined) return;
      const merge = this.#merges.get(left * this.vocabSize + right);
      if (merge) heap.push({ ...merge, at, left, right });
    };
    for (let at = 0; at + 1 < symbols.length; at++) offer(at);
    for (let merge = heap.pop(); merge; merge = heap.pop()) {
      const { at } = merge;
      const after = next[at]!;
      if (symbols[at] !== merge.left || symbols[after] !== merge.right) continue;
      symbols[at] = merge.merged;
      symbols[after] = -1;
      next[at] = next[after]!;
      if (next[at]! < symbols.length) previous[next[at]!] = at;
      if (previous[at]! >= 0) offer(previous[at]!);
      offer(at);
    }
    return symbols.filter((symbol) => symbol >= 0);
  }
}

const byteOf = new Map(byteCharacters.map((character, byte) => [character, byte]));
