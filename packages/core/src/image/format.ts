/** Formats that are decoded, told by their first bytes. What a file's name says is not believed. */
export type ImageFormat = 'jpg' | 'png' | 'webp' | 'gif' | 'avif' | 'tif';

/** Formats that are known for pictures but not decoded, for the sentence that says so. */
export type RefusedFormat = 'svg' | 'pdf' | 'bmp' | 'heic' | 'jxl' | 'html';

export const imageExtensions = ['jpg', 'jpeg', 'png', 'webp', 'gif', 'avif', 'tif', 'tiff'] as const;

/** `photo.JPEG` → `jpeg`; the empty string where there is none. */
export function extensionOf(name: string): string {
  return /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
}

export function detectFormat(bytes: Uint8Array): ImageFormat | RefusedFormat | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 512)).toString('latin1');
  if (head.startsWith('\xff\xd8\xff')) return 'jpg';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return 'webp';
  if (head.startsWith('GIF8')) return 'gif';
  if (head.startsWith('II*\0') || head.startsWith('MM\0*')) return 'tif';
  if (head.startsWith('ftyp', 4)) return /avi[fs]/.test(head.slice(8, 40)) ? 'avif' : 'heic';
  if (head.startsWith('BM')) return 'bmp';
  if (head.startsWith('%PDF')) return 'pdf';
  if (head.startsWith('\xff\x0a') || head.startsWith('JXL ', 4)) return 'jxl';
  if (/<svg[\s>]/i.test(head) || (/^\s*(\xef\xbb\xbf)?\s*<\?xml/.test(head) && !/<html/i.test(head))) return 'svg';
  if (/<(!doctype html|html|head|body)/i.test(head)) return 'html';
  return null;
}

export function isDecoded(format: string | null): format is ImageFormat {
  return format !== null && ['jpg', 'png', 'webp', 'gif', 'avif', 'tif'].includes(format);
}
