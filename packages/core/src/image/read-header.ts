/** What a file says of its picture before anything is decoded. */
export interface ImageHeader {
  readonly width: number;
  readonly height: number;
  /** Of a JPEG: 1 grey, 3 colours, 4 inks. Null where it is not looked for. */
  readonly components: number | null;
}

/** Reads the header of a PNG or JPEG; null for other formats and for what is damaged. */
export function readHeader(bytes: Uint8Array): ImageHeader | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length >= 24 && view.readUInt32BE(0) === 0x89504e47 && view.toString('latin1', 12, 16) === 'IHDR') {
    return { width: view.readUInt32BE(16), height: view.readUInt32BE(20), components: null };
  }
  return view.length >= 4 && view.readUInt16BE(0) === 0xffd8 ? frameOf(view) : null;
}

/** Walks over a JPEG's segments to the one that describes its frame. */
function frameOf(view: Buffer): ImageHeader | null {
  let at = 2;
  while (at + 10 <= view.length) {
    if (view[at] !== 0xff) return null;
    const marker = view[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    // 0xC0 … 0xCF describe frames but for the tables of Huffman and arithmetic coding, and a reserved one.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: view.readUInt16BE(at + 5), width: view.readUInt16BE(at + 7), components: view[at + 9]! };
    }
    if (marker === 0xda || marker === 0xd9) return null;
    at += marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8) ? 2 : 2 + view.readUInt16BE(at + 2);
  }
  return null;
}
