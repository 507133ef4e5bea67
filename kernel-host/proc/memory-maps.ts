/** /proc/<pid>/maps and statm (proc(5)), of processes whose memory the kernel knows. */
import { PAGE_SIZE, PROT_EXEC, PROT_READ, PROT_WRITE } from '../abi/memory.js';
import { FileMapping } from '../file/mapped-files.js';
import type { Kernel } from '../kernel.js';
import { type Mapping, pageUp } from '../memory/mapping.js';
import type { Process } from '../process/process.js';
import { placeName } from './place-name.js';

/** Where Linux begins the last column of a line. */
const NAME_COLUMN = 73;

const hex = (value: number, digits = 8): string => value.toString(16).padStart(digits, '0');

function line(start: number, end: number, access: string, offset: number, device: number, inode: number, name: string) {
  // dev_t of one byte each, as all of ours are.
  const numbers = `${hex(device >>> 8, 2)}:${hex(device & 0xff, 2)} ${inode}`;
  const fields = `${hex(start)}-${hex(end)} ${access} ${hex(offset)} ${numbers}`;
  return `${name === '' ? `${fields} ` : fields.padEnd(NAME_COLUMN) + name}\n`;
}

function mappingLine(kernel: Kernel, mapping: Mapping): string {
  const { start, end, protection, backing, offset } = mapping;
  const access = [
    (protection & PROT_READ) !== 0 ? 'r' : '-',
    (protection & PROT_WRITE) !== 0 ? 'w' : '-',
    (protection & PROT_EXEC) !== 0 ? 'x' : '-',
    backing?.object ? 's' : 'p',
  ].join('');
  if (!backing) return line(start, end, access, 0, 0, 0, '');
  if (!(backing instanceof FileMapping))
    return line(start, end, access, offset, 0, 0, backing.label ?? '/dev/zero (deleted)');
  const { ino } = kernel.vfs.attributes(backing.place);
  // A name may hold a line's end: Linux writes that as an escape.
  const name = new TextDecoder().decode(placeName(kernel, backing.place)).replaceAll('\n', '\\012');
  return line(start, end, access, offset, backing.place.fileSystem.device, ino, name);
}

/** Empty for a zombie, and for a process whose memory is its own worker's. */
export function maps(kernel: Kernel, process: Process): string {
  const space = process.status === null ? process.addressSpace : null;
  if (!space) return '';
  const { heap, mappings } = space;
  const program = new TextDecoder().decode(placeName(kernel, process.executable)).replaceAll('\n', '\\012');
  const { ino } = kernel.vfs.attributes(process.executable);
  return [
    line(0, heap.start, 'rw-p', 0, process.executable.fileSystem.device, ino, program),
    ...(heap.end > heap.start ? [line(heap.start, pageUp(heap.end), 'rw-p', 0, 0, 0, '[heap]')] : []),
    ...mappings.map((mapping) => mappingLine(kernel, mapping)),
  ].join('');
}

/** In pages: size, resident, shared, text, library, data, dirty. All that is mapped is in memory. */
export function statm(process: Process): string {
  const space = process.status === null ? process.addressSpace : null;
  if (!space) return '0 0 0 0 0 0 0\n';
  const size = space.size / PAGE_SIZE;
  const shared = space.mappings.reduce(
    (sum, { start, end, backing }) => sum + (backing?.object ? (end - start) / PAGE_SIZE : 0),
    0,
  );
  return `${size} ${size} ${shared} 0 0 ${size - shared} 0\n`;
}
