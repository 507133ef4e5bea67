/**
 * What a posix program declares of itself, in a custom section that `portside cc` writes: the version of the ABI it was built for,
 * and the size of the memory it imports, which no JavaScript API tells.
 * Little-endian u32 words; later versions may add more behind them.
 */
export const DECLARATION_SECTION = 'portside';

/** Changes with anything that programs are compiled against: what `kernel.syscall` means, struct layouts, the entry. */
export const ABI_VERSION = 2;

const SIZE = 12;
/** wasm32: 4 GiB. */
const LARGEST_PAGES = 65536;

export interface Declaration {
  readonly version: number;
  /** Of the memory, in wasm pages; 0 where another version may mean something else by the bytes. */
  readonly initial: number;
  readonly maximum: number;
}

/** null: there is none, or it makes no sense. */
export function readDeclaration(module: WebAssembly.Module): Declaration | null {
  const [section, ...others] = WebAssembly.Module.customSections(module, DECLARATION_SECTION);
  if (!section || others.length > 0 || section.byteLength < 4) return null;
  const view = new DataView(section);
  const version = view.getUint32(0, true);
  if (version !== ABI_VERSION) return { version, initial: 0, maximum: 0 };
  if (section.byteLength < SIZE) return null;
  const initial = view.getUint32(4, true);
  const maximum = view.getUint32(8, true);
  return initial > 0 && initial <= maximum && maximum <= LARGEST_PAGES ? { version, initial, maximum } : null;
}

/** The section's bytes, its id and length included, to be put behind a module. */
export function declarationSection({ version, initial, maximum }: Declaration): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(DECLARATION_SECTION);
  // The length fits one byte of LEB128.
  const section = new Uint8Array(3 + name.length + SIZE);
  section.set([0, section.length - 2, name.length]);
  section.set(name, 3);
  const view = new DataView(section.buffer, 3 + name.length);
  for (const [i, word] of [version, initial, maximum].entries()) view.setUint32(i * 4, word, true);
  return section;
}
