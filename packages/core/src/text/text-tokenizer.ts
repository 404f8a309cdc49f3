/** A text as numbers. */
export interface EncodedText {
  /** (contextLength): the text with its end token, then padding. */
  readonly ids: Int32Array;
  /** Tokens up to and with the end token. */
  readonly length: number;
  /** Tokens of the text that were left out to fit; 0 for a text that is whole. */
  readonly lost: number;
}

/** What a model needs of a tokenizer: `Tokenizer` (byte-level BPE, CLIP) and `SentencePiece` (unigram, SigLIP) are the two there are. */
export interface TextTokenizer {
  readonly vocabSize: number;
  /** Where texts have one. */
  readonly startToken?: number;
  readonly endToken: number;
  /** Follows the end token; models that read past it, SigLIP's, are given this one. */
  readonly padToken: number;
  /** A text as the tokenizer reads it: texts equal in this form are one text. */
  normalise(text: string): string;
  /** @param contextLength Length of `ids`; a longer text is cut and keeps its end token. */
  encode(text: string, contextLength: number): EncodedText;
  /** Back to text, as far as its normal form; special tokens are left out. */
  decode(ids: Iterable<number>): string;
  /** Writes the tokenizer's files, and what transformers needs to know it by. */
  save(dir: string, options?: { contextLength?: number }): Promise<void>;
  /** Equal in two tokenizers that encode alike. */
  identity(): string | Uint8Array;
}
