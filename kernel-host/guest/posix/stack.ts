/**
 * What Linux puts on a new program's stack (fs/binfmt_elf.c: create_elf_tables): argc, the pointers of argv and of envp, each with
 * a null behind, and the auxiliary vector; the strings lie behind that.
 */
import { PAGE_SIZE } from '../../abi/memory.js';
import { fillRandom } from '../../device/devices.js';

/** Auxiliary vector (linux/auxvec.h). */
const AT_NULL = 0;
const AT_PAGESZ = 6;
const AT_UID = 11;
const AT_EUID = 12;
const AT_GID = 13;
const AT_EGID = 14;
const AT_SECURE = 23;
const AT_RANDOM = 25;
const RANDOM_SIZE = 16;

export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

export class InitialStack {
  readonly #arguments: readonly Uint8Array[];
  readonly #environment: readonly Uint8Array[];
  readonly #identity: Identity;
  /** Of the words and the strings together, rounded up to the alignment of a stack. */
  readonly size: number;
  readonly #words: number;

  constructor(argv: readonly string[], environment: readonly string[], identity: Identity) {
    const encoder = new TextEncoder();
    this.#arguments = argv.map((text) => encoder.encode(text));
    this.#environment = environment.map((text) => encoder.encode(text));
    this.#identity = identity;
    const strings = [...this.#arguments, ...this.#environment].reduce((sum, text) => sum + text.length + 1, 0);
    const auxiliary = 2 * (this.#auxiliary(0).length + 1);
    this.#words = 1 + argv.length + 1 + environment.length + 1 + auxiliary;
    this.size = (this.#words * 4 + RANDOM_SIZE + strings + 15) & ~15;
  }

  /** @param at a multiple of 16, with `size` bytes of room. */
  write(buffer: ArrayBufferLike, at: number): void {
    const u8 = new Uint8Array(buffer);
    const view = new DataView(buffer);
    const random = at + this.#words * 4;
    fillRandom(u8, random, RANDOM_SIZE);
    let word = at;
    let string = random + RANDOM_SIZE;
    const put = (value: number): void => {
      view.setUint32(word, value, true);
      word += 4;
    };
    put(this.#arguments.length);
    for (const list of [this.#arguments, this.#environment]) {
      for (const text of list) {
        put(string);
        u8.set(text, string);
        u8[string + text.length] = 0;
        string += text.length + 1;
      }
      put(0);
    }
    for (const [type, value] of [...this.#auxiliary(random), [AT_NULL, 0] as const]) {
      put(type);
      put(value);
    }
  }

  #auxiliary(random: number): readonly (readonly [type: number, value: number])[] {
    const { uid, gid } = this.#identity;
    return [
      [AT_PAGESZ, PAGE_SIZE],
      [AT_UID, uid],
      [AT_EUID, uid],
      [AT_GID, gid],
      [AT_EGID, gid],
      [AT_SECURE, 0],
      [AT_RANDOM, random],
    ];
  }
}
