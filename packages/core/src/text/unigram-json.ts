import { JsonReader } from '../json-reader.ts';
import { largestVocabulary } from './bpe.ts';
import { type Piece, type PieceKind, pieceKinds } from './pieces.ts';
import { longestPiece, type SentencePieceModel } from './sentence-piece-model.ts';

/** Lists of normalisers within each other; there is one in real files. */
const deepest = 8;
const byteName = /^<0x[0-9A-F]{2}>$/;

/**
 * Reads a unigram model out of `tokenizer.json` (the format of Hugging Face's tokenizers), as open_clip's SigLIP models have
 * it: pieces, scores, rules of normalisation and special tokens; what else there is, is fixed for SigLIP.
 * @returns null where the file has another kind of model.
 * @throws Error with one sentence, without the path.
 */
export function parseUnigramJson(text: Buffer): SentencePieceModel | null {
  const json = new JsonReader(text);
  const special = new Set<number>();
  const model: { type?: string; unknown?: number; byteFallback?: boolean; vocab?: Piece[] } = {};
  let charsmap = '';
  json.object((field) => {
    if (field === 'model') readModel(json, model);
    else if (field === 'added_tokens') json.array(() => readSpecial(json, special));
    else if (field === 'normalizer') charsmap = findCharsmap(json);
    else json.skip();
  });
  json.end();
  if (model.type !== 'Unigram') return null;
  if (!model.vocab) throw new Error('its model has no vocab');
  const kindOf = (name: string, number: number): PieceKind => {
    if (number === model.unknown) return pieceKinds.unknown;
    if (special.has(number)) return pieceKinds.control;
    return model.byteFallback && byteName.test(name) ? pieceKinds.byte : pieceKinds.normal;
  };
  const pieces = model.vocab.map((piece, number) => ({ ...piece, kind: kindOf(piece.text, number) }));
  return {
    pieces,
    charsmap: Buffer.from(charsmap, 'base64'),
    addDummyPrefix: true,
    removeExtraWhitespaces: true,
    escapeWhitespaces: true,
    byteFallback: model.byteFallback ?? false,
  };
}

function readModel(
  json: JsonReader,
  model: { type?: string; unknown?: number; byteFallback?: boolean; vocab?: Piece[] },
): void {
  json.object((field) => {
    if (field === 'type') model.type = json.string();
    else if (field === 'unk_id') model.unknown = json.integer();
    else if (field === 'byte_fallback') model.byteFallback = json.boolean();
    // A BPE's vocabulary is an object.
    else if (field === 'vocab' && json.isArray()) model.vocab = readVocabulary(json);
    else json.skip();
  });
}

function readVocabulary(json: JsonReader): Piece[] {
  const vocabulary: Piece[] = [];
  json.array((index) => {
    if (index === largestVocabulary) json.fail(`it has more than ${largestVocabulary} pieces`);
    let text: string | undefined;
    let score: number | undefined;
    json.array((part) => {
      if (part === 0) text = json.string();
      else if (part === 1) score = Math.fround(json.number());
      else json.fail('a piece has more than a text and a score');
    });
    if (!text || score === undefined) return json.fail('a piece lacks its text or its score');
    if (Buffer.byteLength(text) > longestPiece) json.fail(`a piece has more than ${longestPiece} bytes`);
    vocabulary.push({ text, score, kind: pieceKinds.normal });
  });
  return vocabulary;
}

function readSpecial(json: JsonReader, special: Set<number>): void {
  json.object((field) => {
    if (field !== 'id') return json.skip();
    if (special.size === largestVocabulary) json.fail(`it has more than ${largestVocabulary} added tokens`);
    special.add(json.integer());
  });
}

/** The one `precompiled_charsmap` below here, empty where there is none. */
function findCharsmap(json: JsonReader): string {
  let found = '';
  const visit = (depth: number) => {
    if (json.isArray() && depth < deepest) json.array(() => visit(depth + 1));
    else if (!json.isObject() || depth === deepest) json.skip();
    else {
      json.object((field) => {
        if (field === 'normalizers') visit(depth + 1);
        else if (field === 'precompiled_charsmap' && json.isString()) found = json.string();
        else json.skip();
      });
    }
  };
  visit(0);
  return found;
}
