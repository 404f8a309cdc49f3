/** The four kinds of fields that protocol buffers still have (https://protobuf.dev/programming-guides/encoding). */
const [varint, fixed64, lengthDelimited, fixed32] = [0, 1, 2, 5];

/** One field of a message; `bytes` for strings, bytes and messages, `number` for everything else. */
export type Field =
  | { readonly number: number; readonly value: number }
  | { readonly number: number; readonly value: Buffer };

/**
 * The fields of a message, in order; views, not copies. Integers are read up to 2^53, and negative ones, which take ten
 * bytes, come out too large to mistake. A float's bits come as `readFloatLE` of a fixed 32-bit value.
 * @throws RangeError where the bytes are no message.
 */
export function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const take = (count: number) => {
    if (count > message.length - at)
      throw new RangeError(`a field ends behind the ${message.length} bytes of its message`);
    at += count;
    return message.subarray(at - count, at);
  };
  const integer = () => {
    let value = 0;
    for (let byte = 0; byte < 10; byte++) {
      if (at === message.length) take(1);
      const bits = message[at++]!;
      value += (bits & 0x7f) * 2 ** (7 * byte);
      if (bits < 0x80) return value;
    }
    throw new RangeError('a number has more than ten bytes');
  };
  while (at < message.length) {
    const tag = integer();
    const [number, kind] = [Math.floor(tag / 8), tag % 8];
    if (kind === varint) yield { number, value: integer() };
    else if (kind === lengthDelimited) yield { number, value: take(integer()) };
    else if (kind === fixed32) yield { number, value: take(4).readFloatLE() };
    else if (kind === fixed64) yield { number, value: take(8).readDoubleLE() };
    else throw new RangeError(`a field is of the unknown kind ${kind}`);
  }
}

/** Bytes of a field that holds bytes, a text or a message. */
export function bytes(number: number, value: Uint8Array | string): Buffer {
  const content = Buffer.from(value as Uint8Array);
  return Buffer.concat([encode(number * 8 + lengthDelimited), encode(content.length), content]);
}

/** Bytes of a field that holds a whole number of at least 0. */
export function integer(number: number, value: number): Buffer {
  return Buffer.concat([encode(number * 8 + varint), encode(value)]);
}

/** Bytes of a field that holds a 32-bit float. */
export function float(number: number, value: number): Buffer {
  const content = Buffer.alloc(4);
  content.writeFloatLE(value);
  return Buffer.concat([encode(number * 8 + fixed32), content]);
}

/** Seven bits a byte, lowest first; the highest bit says that more follow. */
function encode(value: number): Buffer {
  const low = value % 128;
  return value < 128 ? Buffer.of(low) : Buffer.concat([Buffer.of(low + 128), encode(Math.floor(value / 128))]);
}
