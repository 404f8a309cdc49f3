import { isUtf8 } from 'node:buffer';

/** Deepest nesting that is skipped; files that describe models nest four or five deep. */
const deepest = 64;
/** Bytes of the longest string that is kept. */
const longestString = 2 ** 20;

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const closers = new Map([
  [0x7b, 0x7d],
  [0x5b, 0x5d],
]);
const blanks = new Set(Buffer.from(' \t\n\r'));
const zero = 0x30;
const unwhole = new Set<number | undefined>(Buffer.from('.eE'));
const escapable = new Set(Buffer.from('"\\/bfnrt'));
const word = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;

/**
 * Reads a JSON text value by value, as its caller expects it (RFC 8259), for files that may be hostile: nothing is built
 * but what is asked for, the first value of another kind ends it, and a name that stands twice in one object is found
 * however it is escaped. `JSON.parse` takes up to twenty times the text's size before anything can be checked, and keeps
 * the last of equal names.
 *
 * Every method throws a SyntaxError that says at which byte what was expected.
 */
export class JsonReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    if (!isUtf8(bytes)) throw new SyntaxError('it is not valid UTF-8');
  }

  /** `each` has to read the value of its name. */
  object(each: (name: string) => void): void {
    const names = new Set<string>();
    this.#list('{', 'an object', () => {
      const name = this.string();
      if (names.has(name)) this.fail(`the name ${JSON.stringify(shortened(name))} stands twice in one object`);
      names.add(name);
      if (this.#peek() !== colon) this.fail('expected a colon');
      this.#at++;
      each(name);
    });
  }

  /** `each` has to read one element. */
  array(each: (index: number) => void): void {
    this.#list('[', 'an array', each);
  }

  /** A well-formed string of at most 1 MiB. */
  string(): string {
    const begin = this.#at + this.#blanks();
    const escaped = this.#skipString();
    const length = this.#at - begin;
    if (length > longestString) this.fail(`a string takes ${length} bytes, the most is ${longestString}`);
    if (!escaped) return this.#bytes.toString('utf8', begin + 1, this.#at - 1);
    const text = JSON.parse(this.#bytes.toString('utf8', begin, this.#at)) as string;
    return text.isWellFormed() ? text : this.fail('a string has half of a surrogate pair');
  }

  /** A whole number from 0 to 2^53 − 1, written without sign, point and exponent. */
  integer(): number {
    const first = this.#peek();
    let value = 0;
    let at = this.#at;
    for (; isDigit(this.#bytes[at]) && value <= Number.MAX_SAFE_INTEGER; at++)
      value = value * 10 + (this.#bytes[at]! - zero);
    const digits = at - this.#at;
    // A leading zero, a point and an exponent are refused alike.
    const plain =
      (digits === 1 || (digits > 1 && first !== zero)) && !isDigit(this.#bytes[at]) && !unwhole.has(this.#bytes[at]);
    if (!plain || value > Number.MAX_SAFE_INTEGER) this.fail('expected a whole number below 2^53');
    this.#at = at;
    return value;
  }

  /** A finite number. */
  number(): number {
    this.#peek();
    const value = Number(this.#match(word) ?? Number.NaN);
    return Number.isFinite(value) ? value : this.fail('expected a finite number');
  }

  /** Whether an array comes next, for values of more than one kind. */
  isArray(): boolean {
    return this.#peek() === 0x5b;
  }

  isObject(): boolean {
    return this.#peek() === 0x7b;
  }

  isString(): boolean {
    return this.#peek() === quote;
  }

  boolean(): boolean {
    this.#peek();
    const found = this.#match(word);
    return found === 'true' || found === 'false' ? found === 'true' : this.fail('expected true or false');
  }

  /** Passes over any value, at most 64 levels deep. */
  skip(depth = 0): void {
    const next = this.#peek();
    if (depth > deepest) this.fail(`values are nested more than ${deepest} levels deep`);
    if (next === quote) this.#skipString();
    else if (next === 0x5b) this.#list('[', 'an array', () => this.skip(depth + 1));
    else if (next === 0x7b) {
      this.#list('{', 'an object', () => {
        this.#peek();
        this.#skipString();
        if (this.#peek() !== colon) this.fail('expected a colon');
        this.#at++;
        this.skip(depth + 1);
      });
    } else if (this.#match(word) === null) this.fail('expected a value');
  }

  /** Nothing but blanks may follow. */
  end(): void {
    if (this.#peek() !== undefined) this.fail('expected the end');
  }

  /** For what the caller finds wrong in a value just read. */
  fail(why: string): never {
    throw new SyntaxError(`${why}, at byte ${this.#at}`);
  }

  #list(opener: '{' | '[', what: string, each: (index: number) => void): void {
    const open = opener.charCodeAt(0);
    const close = closers.get(open);
    if (this.#peek() !== open) this.fail(`expected ${what}`);
    this.#at++;
    if (this.#peek() === close) {
      this.#at++;
      return;
    }
    for (let index = 0; ; index++) {
      each(index);
      const next = this.#peek();
      if (next !== comma && next !== close) this.fail(`expected a comma or the end of ${what}`);
      this.#at++;
      if (next === close) return;
    }
  }

  /** @returns whether it has escapes. */
  #skipString(): boolean {
    const bytes = this.#bytes;
    if (this.#peek() !== quote) this.fail('expected a string');
    let escaped = false;
    for (let at = this.#at + 1; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === quote) {
        this.#at = at + 1;
        return escaped;
      }
      if (byte < 0x20) this.fail('a string has a control character');
      if (byte !== backslash) continue;
      escaped = true;
      const isHex = bytes[at + 1] === 0x75 && /^[\da-fA-F]{4}$/.test(bytes.toString('latin1', at + 2, at + 6));
      if (!isHex && !escapable.has(bytes[at + 1]!)) this.fail('a string has an escape that JSON does not know');
      at++;
    }
    return this.fail('a string does not end');
  }

  /** The next byte that is no blank; undefined at the end. */
  #peek(): number | undefined {
    this.#at += this.#blanks();
    return this.#bytes[this.#at];
  }

  #blanks(): number {
    let at = this.#at;
    while (at < this.#bytes.length && blanks.has(this.#bytes[at]!)) at++;
    return at - this.#at;
  }

  /** What the sticky pattern finds here, at most 64 bytes of it; no number or word of these files is longer. */
  #match(pattern: RegExp): string | null {
    pattern.lastIndex = 0;
    const found = pattern.exec(this.#bytes.toString('latin1', this.#at, this.#at + 64))?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }
}

function shortened(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64)}…` : name;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= zero + 9;
}
