/** Pictures as PNG files (ISO/IEC 15948): as much as drawing an icon and telling the size of one takes. */
import { deflateSync } from 'node:zlib';
import { crc32 } from '../../../kernel-host/image/crc32.js';

/** Section 5.2. */
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const BYTES_A_PIXEL = 4;

/** Red, green, blue and opacity, each from 0 to 255. */
export type Pixel = readonly [red: number, green: number, blue: number, alpha: number];

/** A square picture of `size` by `size` pixels. */
export function encodePng(size: number, pixel: (x: number, y: number) => Pixel): Buffer {
  // Section 9: each row begins with the number of its filter, of which 0 is none.
  const row = 1 + size * BYTES_A_PIXEL;
  const rows = Buffer.alloc(size * row);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) rows.set(pixel(x, y), y * row + 1 + x * BYTES_A_PIXEL);
  }
  // Section 11.2.2: eight bits a sample, true colour with opacity, and the only compression, filtering and interlacing there are.
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0]);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Width and height of a PNG file; undefined for any other. */
export function pngSize(file: Buffer): { readonly width: number; readonly height: number } | undefined {
  // Section 5.6: the header's chunk is the first, behind its length and its name.
  if (file.length < 24 || !file.subarray(0, 8).equals(SIGNATURE)) return undefined;
  return { width: file.readUInt32BE(16), height: file.readUInt32BE(20) };
}

/** Section 5.3: length, name, data, and the checksum of the name and the data. */
function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, checksum]);
}
