import type { FilePart } from 'ai';

/** An encoded picture as a part of a message. */
export function imagePart(data: Uint8Array): FilePart {
  return { type: 'file', mediaType: mediaTypeOf(data), data };
}

/** By the first bytes; servers refuse what is called by a wrong name. */
function mediaTypeOf(data: Uint8Array): string {
  if (data[0] === 0xff && data[1] === 0xd8) return 'image/jpeg';
  if (data[0] === 0x52 && data[8] === 0x57) return 'image/webp';
  if (data[0] === 0x47 && data[1] === 0x49) return 'image/gif';
  return 'image/png';
}
