import { join } from 'node:path';
import { writeAtomic } from '../shard/write-atomic.ts';
import { Charsmap } from './charsmap.ts';
import { type Pieces, pieceKinds } from './pieces.ts';
import { parseSentencePiece, type SentencePieceModel, writeSentencePiece } from './sentence-piece-model.ts';
import type { EncodedText, TextTokenizer } from './text-tokenizer.ts';

/** SentencePiece's stand-in for a blank. */
const blank = '▁';
/** By how much an unknown character is worse than the worst piece. */
const unknownPenalty = 10;
/** What transformers puts before a text and takes off again, so that its first blank is kept. */
const guard = '<unk>';

/** Python's `string.punctuation`, and what its `\s` and `strip` take for white space. */
const punctuation = /[!-/:-@[-`{-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are white space there
const whiteSpace = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;

/**
 * SentencePiece's unigram model as SigLIP uses it: lower case, ASCII punctuation away, white space collapsed, then the
 * model's own rules of normalisation and its most probable pieces (Kudo 2018); the end token, and that token again as
 * padding. Gives what transformers' SiglipTokenizer gives for the same `spiece.model`, but that what looks like a special
 * token in a text is spelled here (as with `split_special_tokens` there).
 */
export class SentencePiece implements TextTokenizer {
  readonly vocabSize: number;
  readonly endToken: number;
  readonly padToken: number;
  readonly #pieces: Pieces;
  readonly #model: SentencePieceModel;
  readonly #charsmap: Charsmap | null;
  readonly #unknown: number;
  /** Pieces that a text may have, by their text. */
  readonly #numbers: ReadonlyMap<string, number>;
  /** Of pieces that are taken whole, whatever the rules say; longest first. */
  readonly #userDefined: readonly string[];
  readonly #bytes: readonly number[];
  readonly #longest: number;
  readonly #unknownScore: number;
  readonly #bestScore: number;
  readonly #guardLength: number;
  /** The `spiece.model`; made when it is asked for where there was none. */
  #file: Buffer | undefined;

  /**
   * @param source The bytes of a `spiece.model`, or what such a file says.
   * @throws Error with one sentence where it is none, is no unigram model, or has no end or unknown piece.
   */
  constructor(source: Buffer | SentencePieceModel) {
    const isFile = Buffer.isBuffer(source);
    const model = isFile ? parseSentencePiece(source) : source;
    if (isFile) this.#file = source;
    const { pieces } = model;
    this.#model = model;
    this.#pieces = pieces;
    this.#charsmap = model.charsmap.length > 0 ? new Charsmap(model.charsmap) : null;
    this.vocabSize = pieces.length;
    let [endToken, unknown] = [-1, -1];
    const numbers = new Map<string, number>();
    const userDefined: string[] = [];
    const bytes = new Map<string, number>();
    let [longest, worst, best, number] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1];
    for (const { text, score, kind } of pieces) {
      number++;
      if (kind === pieceKinds.control && text === '</s>' && endToken < 0) endToken = number;
      if (kind === pieceKinds.unknown && unknown < 0) unknown = number;
      if (kind === pieceKinds.byte && !bytes.has(text)) bytes.set(text, number);
      if (kind === pieceKinds.userDefined) userDefined.push(text);
      if (kind !== pieceKinds.normal && kind !== pieceKinds.userDefined) continue;
      if (numbers.has(text)) throw new RangeError(`the piece ${JSON.stringify(text)} stands in it twice`);
      numbers.set(text, number);
      longest = Math.max(longest, text.length);
      if (kind === pieceKinds.userDefined) continue;
      worst = Math.min(worst, score);
      best = Math.max(best, score);
    }
    if (endToken < 0 || unknown < 0) throw new RangeError('it lacks the end </s> or the unknown piece');
    this.endToken = endToken;
    this.padToken = endToken;
    this.#unknown = unknown;
    this.#numbers = numbers;
    this.#longest = longest;
    this.#unknownScore = Math.fround(worst - unknownPenalty);
    this.#bestScore = best;
    this.#userDefined = userDefined.sort((a, b) => b.length - a.length);
    this.#bytes = model.byteFallback ? Array.from({ length: 256 }, (_, byte) => bytes.get(byteName(byte)) ?? -1) : [];
    if (this.#bytes.includes(-1)) throw new RangeError('it falls back to bytes and lacks some of them');
    this.#guardLength = this.#segment(guard).length;
  }

  /** Lower case, no ASCII punctuation, single blanks, as SigLIP's authors clean a text. */
  normalise(text: string): string {
    return canonical(text);
  }

  encode(text: string, contextLength: number): EncodedText {
    const ids = new Int32Array(contextLength).fill(this.padToken);
    // transformers puts a blank before the text, which the text's own ones follow.
    const tokens = this.#segment(guard + canonical(blank + text.replaceAll(blank, ' '))).slice(this.#guardLength);
    const length = Math.min(tokens.length + 1, contextLength);
    ids.set(tokens.slice(0, length - 1));
    ids[length - 1] = this.endToken;
    return { ids, length, lost: tokens.length + 1 - length };
  }

  decode(ids: Iterable<number>): string {
    const parts: (string | number)[] = [];
    for (const id of ids) {
      const piece = this.#pieces.at(id);
      if (!piece) throw new RangeError(`Token ${id} is outside the vocabulary of ${this.vocabSize}.`);
      if (piece.kind === pieceKinds.control) continue;
      if (piece.kind === pieceKinds.unknown) parts.push(' ⁇ ');
      else parts.push(piece.kind === pieceKinds.byte ? this.#bytes.indexOf(id) : piece.text);
    }
    const bytes = parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part)));
    return Buffer.concat(bytes).toString().replaceAll(blank, ' ').trim();
  }

  /** Writes `spiece.model`, and `tokenizer_config.json` by which transformers knows its SiglipTokenizer. */
  async save(dir: string, { contextLength = 64 }: { contextLength?: number } = {}): Promise<void> {
    await writeAtomic(join(dir, 'spiece.model'), this.identity());
    const end = '</s>';
    const config = {
      tokenizer_class: 'SiglipTokenizer',
      model_max_length: contextLength,
      do_lower_case: true,
      eos_token: end,
      pad_token: end,
      unk_token: this.#pieces.at(this.#unknown)!.text,
    };
    await writeAtomic(join(dir, 'tokenizer_config.json'), `${JSON.stringify(config, null, 2)}\n`);
  }

  identity(): Uint8Array {
    this.#file ??= writeSentencePiece(this.#model);
    return this.#file;
  }

  /** Numbers of the most probable pieces; a run of unknown characters is one. */
  #segment(text: string): number[] {
    const letters = this.#normaliseByRules(text.toWellFormed());
    // best[i]: of the pieces that end before unit i, with the sum of scores up to there, in floats as SentencePiece adds.
    const score = new Float32Array(letters.length + 1);
    const from = new Int32Array(letters.length + 1).fill(-1);
    const number = new Int32Array(letters.length + 1);
    const offer = (begin: number, end: number, piece: number, gain: number) => {
      const candidate = Math.fround(gain + score[begin]!);
      if (from[end] !== -1 && candidate <= score[end]!) return;
      score[end] = candidate;
      from[end] = begin;
      number[end] = piece;
    };
    for (let begin = 0; begin < letters.length; ) {
      const next = begin + widthAt(letters, begin);
      let whole = false;
      for (let end = next; end <= Math.min(begin + this.#longest, letters.length); end += widthAt(letters, end)) {
        const text = letters.slice(begin, end);
        const found = this.#numbers.get(text);
        if (found !== undefined) {
          offer(begin, end, found, this.#gain(found, text));
          whole ||= end === next;
        }
        if (end === letters.length) break;
      }
      if (!whole) offer(begin, next, this.#unknown, this.#unknownScore);
      begin = next;
    }
    return this.#path(letters, from, number);
  }

  #gain(number: number, text: string): number {
    const { kind, score } = this.#pieces.at(number)!;
    return kind === pieceKinds.userDefined ? Buffer.byteLength(text) * this.#bestScore - 0.1 : score;
  }

  /** Back along the best pieces. */
  #path(letters: string, from: Int32Array, number: Int32Array): number[] {
    const backwards: number[] = [];
    let wasUnknown = false;
    for (let end = letters.length; end > 0; end = from[end]!) {
      const isUnknown = number[end] === this.#unknown;
      if (isUnknown && this.#bytes.length > 0) {
        const bytes = Buffer.from(letters.slice(from[end]!, end));
        backwards.push(...Array.from(bytes, (byte) => this.#bytes[byte]!).reverse());
      } else if (!isUnknown || !wasUnknown) backwards.push(number[end]!);
      wasUnknown = isUnknown;
    }
    return backwards.reverse();
  }

  /** The model's own normalisation: its rules, longest first, and what it does with blanks. */
  #normaliseByRules(text: string): string {
    const { addDummyPrefix, removeExtraWhitespaces, escapeWhitespaces } = this.#model;
    const bytes = Buffer.from(text);
    const space = escapeWhitespaces ? blank : ' ';
    const parts: string[] = [];
    let afterBlank = removeExtraWhitespaces;
    for (let at = 0; at < bytes.length; ) {
      const { part, length } = this.#prefix(bytes, at);
      const kept = afterBlank ? part.replace(/^ +/, '') : part;
      if (kept !== '') {
        parts.push(kept.replaceAll(' ', space));
        afterBlank = removeExtraWhitespaces && kept.endsWith(' ');
      }
      at += length;
    }
    if (parts.length > 0 && addDummyPrefix) parts.unshift(space);
    const normal = parts.join('');
    let end = normal.length;
    if (removeExtraWhitespaces) while (end > 0 && normal[end - 1] === space) end--;
    return normal.slice(0, end);
  }

  /** What becomes of the text's next bytes, and how many they are. */
  #prefix(bytes: Buffer, at: number): { part: string; length: number } {
    for (const text of this.#userDefined) {
      const length = Buffer.byteLength(text);
      if (bytes.toString('utf8', at, at + length) === text) return { part: text, length };
    }
    const rule = this.#charsmap?.longest(bytes, at);
    if (rule) return { part: Buffer.from(rule.bytes).toString(), length: rule.length };
    const length = utf8Length(bytes[at]!);
    return { part: bytes.toString('utf8', at, at + length), length };
  }
}

function canonical(text: string): string {
  const clean = text.toLowerCase().replace(punctuation, '').replace(whiteSpace, ' ');
  return clean.replace(/^ | $/g, '');
}

function byteName(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}

/** Units of the character at a place: two for what UTF-16 writes as a pair. */
function widthAt(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1;
}

/** Bytes of the character that begins with this one. */
function utf8Length(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}
