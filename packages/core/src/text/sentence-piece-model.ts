import { type Piece, type PieceKind, type Pieces, PieceTable, pieceKinds } from './pieces.ts';
import { bytes, type Field, fieldsOf, float, integer } from './protobuf.ts';

/** The part of SentencePiece's `ModelProto` that says what the tokens of a text are. */
export interface SentencePieceModel {
  readonly pieces: Pieces;
  /** Characters are replaced by these rules first; empty = by none. See `charsmap.ts`. */
  readonly charsmap: Uint8Array;
  readonly addDummyPrefix: boolean;
  readonly removeExtraWhitespaces: boolean;
  readonly escapeWhitespaces: boolean;
  /** Unknown characters become their bytes. */
  readonly byteFallback: boolean;
}

/** Bytes of the largest `spiece.model` that is read; SigLIP's has 0.8 MB, the one with 250,000 pieces 4.3 MB. */
export const largestSentencePiece = 2 ** 23;
/** Most pieces that are read. */
const mostPieces = 2 ** 18;
/** Bytes of the longest piece; SentencePiece's trainer makes them up to 16 characters. */
export const longestPiece = 256;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const unigram = 1;
const kinds = new Set<number>(Object.values(pieceKinds));
/** Numbers of fields in the proto. */
const model = { piece: 1, trainer: 2, normalizer: 3 };
const piece = { text: 1, score: 2, kind: 3 };
const trainer = { modelType: 3, whitespaceAsSuffix: 24, byteFallback: 35 };
const normalizer = { charsmap: 2, addDummyPrefix: 3, removeExtraWhitespaces: 4, escapeWhitespaces: 5 };

/**
 * Reads a `spiece.model`.
 * @throws Error with one sentence, without the path, where it is no unigram model.
 */
export function parseSentencePiece(file: Buffer): SentencePieceModel {
  const pieces = new PieceTable();
  let charsmap: Uint8Array = new Uint8Array();
  const flags = { addDummyPrefix: true, removeExtraWhitespaces: true, escapeWhitespaces: true, byteFallback: false };
  const read: { readonly [number: number]: (message: Buffer) => void } = {
    [model.piece]: (message: Buffer) => {
      if (pieces.length === mostPieces) throw new RangeError(`it has more than ${mostPieces} pieces`);
      pieces.push(readPiece(message));
    },
    [model.trainer]: (message: Buffer) => {
      for (const { number, value } of fieldsOf(message)) {
        if (number === trainer.modelType && value !== unigram) {
          throw new RangeError(`its model is of type ${value} instead of unigram, ${unigram}`);
        }
        if (number === trainer.whitespaceAsSuffix && value !== 0)
          throw new RangeError('it has white space behind words');
        if (number === trainer.byteFallback) flags.byteFallback = value !== 0;
      }
    },
    [model.normalizer]: (message: Buffer) => {
      for (const { number, value } of fieldsOf(message)) {
        if (number === normalizer.charsmap) charsmap = bytesOf(value);
        if (number === normalizer.addDummyPrefix) flags.addDummyPrefix = value !== 0;
        if (number === normalizer.removeExtraWhitespaces) flags.removeExtraWhitespaces = value !== 0;
        if (number === normalizer.escapeWhitespaces) flags.escapeWhitespaces = value !== 0;
      }
    },
  };
  for (const { number, value } of fieldsOf(file)) read[number]?.(bytesOf(value));
  return { pieces, charsmap, ...flags };
}

function readPiece(message: Buffer): Piece {
  let text = '';
  let score = 0;
  let kind: number = pieceKinds.normal;
  for (const { number, value } of fieldsOf(message)) {
    if (number === piece.text) text = decodeText(bytesOf(value));
    else if (number === piece.score) score = numeric(value);
    else if (number === piece.kind) kind = numeric(value);
  }
  if (text === '') throw new RangeError('a piece has no text');
  if (!kinds.has(kind)) throw new RangeError(`a piece is of the unknown kind ${kind}`);
  if (!Number.isFinite(score)) throw new RangeError('the score of a piece is not finite');
  return { text, score, kind: kind as PieceKind };
}

function decodeText(encoded: Buffer): string {
  if (encoded.length > longestPiece) {
    throw new RangeError(`a piece has ${encoded.length} bytes, the most is ${longestPiece}`);
  }
  return utf8.decode(encoded);
}

function bytesOf(value: Field['value']): Buffer {
  if (typeof value === 'number') throw new RangeError('it has a number where it should have bytes');
  return value;
}

function numeric(value: Field['value']): number {
  if (typeof value !== 'number') throw new RangeError('it has bytes where it should have a number');
  return value;
}

/** A `spiece.model` with what decides the tokens of a text, which SentencePiece reads too. */
export function writeSentencePiece({ pieces, charsmap, ...flags }: SentencePieceModel): Buffer {
  return Buffer.concat([
    ...Array.from(pieces, ({ text, score, kind }) =>
      bytes(
        model.piece,
        Buffer.concat([
          bytes(piece.text, text),
          float(piece.score, score),
          ...(kind === pieceKinds.normal ? [] : [integer(piece.kind, kind)]),
        ]),
      ),
    ),
    bytes(
      model.trainer,
      Buffer.concat([integer(trainer.modelType, unigram), integer(trainer.byteFallback, Number(flags.byteFallback))]),
    ),
    bytes(
      model.normalizer,
      Buffer.concat([
        bytes(normalizer.charsmap, charsmap),
        integer(normalizer.addDummyPrefix, Number(flags.addDummyPrefix)),
        integer(normalizer.removeExtraWhitespaces, Number(flags.removeExtraWhitespaces)),
        integer(normalizer.escapeWhitespaces, Number(flags.escapeWhitespaces)),
      ]),
    ),
  ]);
}
