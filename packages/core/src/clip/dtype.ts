/** Bytes per element of the number formats that safetensors knows. */
export const elementSizes = new Map([
  ...['BOOL', 'U8', 'I8', 'F8_E5M2', 'F8_E4M3'].map((dtype) => [dtype, 1] as const),
  ...['I16', 'U16', 'F16', 'BF16'].map((dtype) => [dtype, 2] as const),
  ...['I32', 'U32', 'F32'].map((dtype) => [dtype, 4] as const),
  ...['I64', 'U64', 'F64'].map((dtype) => [dtype, 8] as const),
]);

/**
 * Little-endian numbers of a floating format, or of the counters that PyTorch's batch normalisation keeps as I64, as Float32,
 * rounded where it has more bits; null for other formats.
 */
export function toFloat32(dtype: string, bytes: Uint8Array): Float32Array | null {
  const { buffer, byteOffset, byteLength } = bytes;
  const size = elementSizes.get(dtype) ?? 1;
  const aligned = byteOffset % size === 0 ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
  const at = aligned === buffer ? byteOffset : 0;
  if (dtype === 'F32') return new Float32Array(aligned, at, byteLength / 4);
  if (dtype === 'F64') return Float32Array.from(new Float64Array(aligned, at, byteLength / 8));
  if (dtype === 'I64') return Float32Array.from(new BigInt64Array(aligned, at, byteLength / 8), Number);
  if (dtype !== 'F16' && dtype !== 'BF16') return null;
  const halves = new Uint16Array(aligned, at, byteLength / 2);
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = dtype === 'BF16' ? halves[i]! << 16 : float16Bits(halves[i]!);
  return new Float32Array(bits.buffer);
}

/** IEEE half precision to single, as bits. */
function float16Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  let fraction = half & 0x3ff;
  if (exponent === 0x1f) return (sign | 0x7f800000 | (fraction << 13)) >>> 0;
  if (exponent !== 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0;
  if (fraction === 0) return sign >>> 0;
  let shift = 113;
  while ((fraction & 0x400) === 0) {
    fraction <<= 1;
    shift--;
  }
  return (sign | (shift << 23) | ((fraction & 0x3ff) << 13)) >>> 0;
}
