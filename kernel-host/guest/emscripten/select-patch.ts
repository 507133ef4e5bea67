/**
 * PHP's web builds replace select(2) by a loop that sleeps, then asks for each descriptor in turn whether it can be read *or*
 * written, and never clears a bit: a server waiting for a slow upload spins, and stream_select() answers at once. Nothing that
 * an import does can mend that, so that the one function's body is replaced, before the module is first compiled, by a call to an
 * import: `__syscall_fchownat`, which has select's five parameters, told apart by a bit that no descriptor has.
 */

/** The function that the linker put in place of select (`--wrap=select`). */
const WRAPPED = '__wrap_select';
/** An import of the type (i32, i32, i32, i32, i32) -> i32 that every build has. */
const CARRIER = '__syscall_fchownat';
/** Set in the carrier's first argument when it carries a select. */
export const SELECT_MARK = 0x40000000;

const SECTION_TYPE = 1;
const SECTION_IMPORT = 2;
const SECTION_EXPORT = 7;
const SECTION_CODE = 10;
const KIND_FUNCTION = 0;
const I32 = 0x7f;
const HEADER = 8;

interface Section {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** A cursor over a module (WebAssembly core specification, chapter 5, binary format). */
class Reader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    return this.#bytes[this.at++] ?? 0;
  }

  /** Unsigned LEB128. */
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  name(): string {
    const length = this.u32();
    this.at += length;
    return new TextDecoder().decode(this.#bytes.subarray(this.at - length, this.at));
  }
}

/** The module with select mended; null when it is not a build that this knows how to mend. */
export function patchSelect(module: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const sections = sectionsOf(module);
  const section = (id: number): Section | undefined => sections.find((found) => found.id === id);
  const [types, imports, exports, code] = [SECTION_TYPE, SECTION_IMPORT, SECTION_EXPORT, SECTION_CODE].map(section);
  if (!types || !imports || !exports || !code) return null;
  const carrier = findImport(module, imports, typesLikeSelect(module, types));
  const wrapped = findExport(module, exports);
  if (!carrier || wrapped === null) return null;
  return replaceBody(module, code, wrapped - carrier.functions, bodyCalling(carrier.index));
}

function sectionsOf(module: Uint8Array): Section[] {
  const sections: Section[] = [];
  const reader = new Reader(module, HEADER);
  while (reader.at < module.length) {
    const id = reader.byte();
    const size = reader.u32();
    sections.push({ id, start: reader.at, end: reader.at + size });
    reader.at += size;
  }
  return sections;
}

/** Indices of the types (i32 x 5) -> i32. */
function typesLikeSelect(module: Uint8Array, section: Section): Set<number> {
  const found = new Set<number>();
  const reader = new Reader(module, section.start);
  const count = reader.u32();
  for (let index = 0; index < count; index++) {
    reader.byte();
    const parameters = Array.from({ length: reader.u32() }, () => reader.byte());
    const results = Array.from({ length: reader.u32() }, () => reader.byte());
    const matches =
      parameters.length === 5 && results.length === 1 && [...parameters, ...results].every((type) => type === I32);
    if (matches) found.add(index);
  }
  return found;
}

function findImport(
  module: Uint8Array,
  section: Section,
  types: ReadonlySet<number>,
): { index: number; functions: number } | null {
  const reader = new Reader(module, section.start);
  const count = reader.u32();
  let index: number | null = null;
  for (let i = 0; i < count; i++) {
    reader.name();
    const name = reader.name();
    // Any other kind would need its own parsing; these builds import functions only.
    if (reader.byte() !== KIND_FUNCTION) return null;
    const type = reader.u32();
    if (name === CARRIER && types.has(type)) index = i;
  }
  return index === null ? null : { index, functions: count };
}

function findExport(module: Uint8Array, section: Section): number | null {
  const reader = new Reader(module, section.start);
  for (let left = reader.u32(); left > 0; left--) {
    const name = reader.name();
    const kind = reader.byte();
    const index = reader.u32();
    if (name === WRAPPED && kind === KIND_FUNCTION) return index;
  }
  return null;
}

/** `carrier(nfds | SELECT_MARK, readfds, writefds, exceptfds, timeout)`, without locals. */
function bodyCalling(carrier: number): number[] {
  const [LOCAL_GET, I32_CONST, I32_OR, CALL, END] = [0x20, 0x41, 0x72, 0x10, 0x0b] as const;
  const parameters = [1, 2, 3, 4].flatMap((parameter) => [LOCAL_GET, parameter]);
  return [0, LOCAL_GET, 0, I32_CONST, ...signed(SELECT_MARK), I32_OR, ...parameters, CALL, ...unsigned(carrier), END];
}

function replaceBody(
  module: Uint8Array,
  code: Section,
  wanted: number,
  body: readonly number[],
): Uint8Array<ArrayBuffer> | null {
  const reader = new Reader(module, code.start);
  const count = reader.u32();
  for (let i = 0; i < count; i++) {
    const start = reader.at;
    const size = reader.u32();
    const end = reader.at + size;
    if (i === wanted) {
      const entry = [...unsigned(body.length), ...body];
      const head = module.subarray(0, sizeFieldOf(module, code));
      const size = unsigned(code.end - code.start - (end - start) + entry.length);
      return concatenate(head, size, module.subarray(code.start, start), entry, module.subarray(end));
    }
    reader.at = end;
  }
  return null;
}

/** Where a section's size field begins: behind its id. */
function sizeFieldOf(module: Uint8Array, section: Section): number {
  let at = section.start - 1;
  // All bytes of a LEB128 number but the last have the high bit.
  while ((module[at - 1] ?? 0) >= 0x80) at--;
  return at;
}

function concatenate(...parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left];
    bytes.push((left % 128) | 0x80);
  }
}

/** Signed LEB128 of a number at or above 0. */
function signed(value: number): number[] {
  const bytes = unsigned(value);
  const last = bytes.length - 1;
  if (((bytes[last] ?? 0) & 0x40) === 0) return bytes;
  bytes[last] = (bytes[last] ?? 0) | 0x80;
  return [...bytes, 0];
}
