/** Bytes of the longest text that a rule puts in place; NFKC's own longest has 33. */
const longestReplacement = 256;

/** What a rule does: the bytes in place, and how many bytes of the text they stand for. */
export interface Replacement {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/**
 * SentencePiece's precompiled rules, such as `nmt_nfkc`: of all the prefixes of a text that have a rule the longest is
 * replaced. At rest they are the size of a trie, the trie as a double array (Darts: Aoe 1989), and the replacements, each
 * ended by a zero byte.
 */
export class Charsmap {
  readonly #units: Uint32Array;
  readonly #replacements: Uint8Array;

  /** @throws RangeError where the bytes are no such rules. */
  constructor(bytes: Uint8Array) {
    const size = bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    if (size === 0 || size % 4 !== 0 || size > bytes.length - 4) {
      throw new RangeError(`its rules of normalisation have a trie of ${size} bytes in ${bytes.length}`);
    }
    // A copy: the file's bytes need not lie at a multiple of four.
    this.#units = new Uint32Array(Uint8Array.from(bytes.subarray(4, 4 + size)).buffer);
    this.#replacements = bytes.subarray(4 + size);
    for (let begin = 0; begin < this.#replacements.length; ) {
      const end = this.#endOf(begin);
      if (end - begin > longestReplacement) {
        throw new RangeError(`a rule of normalisation puts more than ${longestReplacement} bytes in place`);
      }
      begin = end + 1;
    }
  }

  /** The rule for the longest prefix of `text` from `at`, or null where there is none. */
  longest(text: Uint8Array, at: number): Replacement | null {
    const units = this.#units;
    let begin = -1;
    let length = 0;
    let node = offsetOf(units[0]!);
    for (let end = at; end < text.length; end++) {
      node ^= text[end]!;
      const unit = units[node];
      if (unit === undefined || labelOf(unit) !== text[end]) break;
      node ^= offsetOf(unit);
      if (!hasLeaf(unit) || units[node] === undefined) continue;
      begin = units[node]! & 0x7fffffff;
      length = end + 1 - at;
    }
    if (begin < 0 || begin >= this.#replacements.length) return null;
    return { bytes: this.#replacements.subarray(begin, this.#endOf(begin)), length };
  }

  #endOf(begin: number): number {
    const end = this.#replacements.indexOf(0, begin);
    return end < 0 ? this.#replacements.length : end;
  }
}

/** From a node to its children: their places are this, xor their byte. */
function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

/** The byte that leads to a node; no byte for a leaf, which has the highest bit. */
function labelOf(unit: number): number {
  return (unit & 0x800000ff) >>> 0;
}

function hasLeaf(unit: number): boolean {
  return (unit & 0x100) !== 0;
}
