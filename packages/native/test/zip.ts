import { createHash } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';

/** A zip with these files, deflated; the writer that the unpacker is tested against. */
export function zip(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const raw = Buffer.from(content);
    const packed = deflateRawSync(raw);
    const path = Buffer.from(name);
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(crc32(raw), 0);
    sizes.writeUInt32LE(packed.length, 4);
    sizes.writeUInt32LE(raw.length, 8);
    const fields = Buffer.concat([u16(20, 0x800, 8, 0, 0x21), sizes, u16(path.length, 0)]);
    const local = Buffer.concat([u32(0x04034b50), fields, path, packed]);
    directory.push(u32(0x02014b50), u16(0x031e), fields, u16(0, 0, 0), u32((0o100644 << 16) >>> 0), u32(offset), path);
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const count = Object.keys(files).length;
  return Buffer.concat([
    ...locals,
    central,
    u32(0x06054b50),
    u16(0, 0, count, count),
    u32(central.length),
    u32(offset),
    u16(0),
  ]);
}

/** A wheel: the files and a RECORD with their checksums. */
export function wheel(name: string, files: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries(files).map(([path, content]) => {
    return `${path},sha256=${createHash('sha256').update(content).digest('base64url')},${content.length}`;
  });
  return zip({ ...files, [`${name}.dist-info/RECORD`]: `${lines.join('\n')}\n` });
}

/** The files that make a folder look like a libtorch. */
export function libtorchFiles(top: string, version = '2.13.0'): Record<string, string> {
  const [major, minor, patch] = version.split('.');
  return {
    [`${top}/include/torch/csrc/api/include/torch/torch.h`]: '#pragma once\n',
    [`${top}/include/ATen/ATen.h`]: '#pragma once\n',
    [`${top}/include/torch/headeronly/version.h`]: `#define TORCH_VERSION_MAJOR ${major}\n#define TORCH_VERSION_MINOR ${minor}\n#define TORCH_VERSION_PATCH ${patch}\n`,
    [`${top}/lib/libtorch_cpu.${process.platform === 'darwin' ? 'dylib' : 'so'}`]: 'library'.repeat(20_000),
  };
}

function u16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, index * 2);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
