/**
 * Small WASI guests: a straight line of calls with constants, or with what an earlier call left in memory, as arguments. Each call's
 * error number is kept, and at the end the guest writes its whole memory to its standard output.
 */
import wabt from 'wabt';
import type { Program } from '../../kernel-host/process/programs.js';
import type { Ended, Machine, RunOptions } from './machine.js';

const PAGES = 2;
const SIZE = PAGES * 65536;
/** Error numbers of the calls, in order. */
const ERRNOS = 1024;
const DATA = 8192;
/** A call that did not return. */
const NEVER = 0xffff;

/** Parameter types: i a 32-bit, I a 64-bit number. */
const SIGNATURES: Readonly<Record<string, string>> = {
  args_get: 'ii',
  args_sizes_get: 'ii',
  environ_get: 'ii',
  environ_sizes_get: 'ii',
  clock_res_get: 'ii',
  clock_time_get: 'iIi',
  fd_advise: 'iIIi',
  fd_allocate: 'iII',
  fd_close: 'i',
  fd_datasync: 'i',
  fd_fdstat_get: 'ii',
  fd_fdstat_set_flags: 'ii',
  fd_fdstat_set_rights: 'iII',
  fd_filestat_get: 'ii',
  fd_filestat_set_size: 'iI',
  fd_filestat_set_times: 'iIIi',
  fd_pread: 'iiiIi',
  fd_prestat_get: 'ii',
  fd_prestat_dir_name: 'iii',
  fd_pwrite: 'iiiIi',
  fd_read: 'iiii',
  fd_readdir: 'iiiIi',
  fd_renumber: 'ii',
  fd_seek: 'iIii',
  fd_sync: 'i',
  fd_tell: 'ii',
  fd_write: 'iiii',
  path_create_directory: 'iii',
  path_filestat_get: 'iiiii',
  path_filestat_set_times: 'iiiiIIi',
  path_link: 'iiiiiii',
  path_open: 'iiiiiIIii',
  path_readlink: 'iiiiii',
  path_remove_directory: 'iii',
  path_rename: 'iiiiii',
  path_symlink: 'iiiii',
  path_unlink_file: 'iii',
  poll_oneoff: 'iiii',
  proc_exit: 'i',
  proc_raise: 'i',
  sched_yield: '',
  random_get: 'ii',
  sock_accept: 'iii',
  sock_recv: 'iiiiii',
  sock_send: 'iiiii',
  sock_shutdown: 'ii',
};

/** A constant, or the 32-bit number that lies at an address when the call is made. */
export type Argument = number | bigint | { readonly at: number };

export class WasiProgram {
  readonly #calls: { name: string; parameters: readonly Argument[] }[] = [];
  readonly #data: { at: number; bytes: Uint8Array }[] = [];
  #end = DATA;

  /** Room for `length` zero bytes, aligned to 8; its address. */
  room(length: number): number {
    const at = (this.#end + 7) & ~7;
    this.#end = at + length;
    return at;
  }

  bytes(bytes: Uint8Array): number {
    const at = this.room(bytes.length);
    this.#data.push({ at, bytes });
    return at;
  }

  /** A string's address and length, as WASI takes paths. */
  text(text: string): [address: number, length: number] {
    const bytes = new TextEncoder().encode(text);
    return [this.bytes(bytes), bytes.length];
  }

  /** One iovec for each buffer: the list's address and length. */
  vectors(...buffers: readonly (readonly [address: number, length: number])[]): [address: number, count: number] {
    return [this.bytes(new Uint8Array(Uint32Array.from(buffers.flat()).buffer)), buffers.length];
  }

  /** Number of the call, to ask its error number by. */
  call(name: string, ...parameters: readonly Argument[]): number {
    if (SIGNATURES[name]?.length !== parameters.length) throw new TypeError(`parameters of ${name}`);
    return this.#calls.push({ name, parameters }) - 1;
  }

  async assemble(): Promise<Program> {
    const names = [...new Set([...this.#calls.map(({ name }) => name), 'fd_write'])];
    const imports = names.map((name) => {
      const parameters = [...(SIGNATURES[name] ?? '')].map((type) => (type === 'i' ? 'i32' : 'i64')).join(' ');
      const result = name === 'proc_exit' ? '' : '(result i32)';
      return `(import "wasi_snapshot_preview1" "${name}" (func $${name} (param ${parameters}) ${result}))`;
    });
    const data = this.#data.map(
      ({ at, bytes }) =>
        `(data (i32.const ${at}) "${[...bytes].map((b) => `\\${b.toString(16).padStart(2, '0')}`).join('')}")`,
    );
    const lines = this.#calls.map(({ name, parameters }, i) => {
      const call = `(call $${name} ${parameters.map(operand).join(' ')})`;
      return name === 'proc_exit' ? call : `(i32.store (i32.const ${ERRNOS + i * 4}) ${call})`;
    });
    const dump = this.vectors([0, SIZE])[0];
    const text = `(module ${imports.join('\n')} (memory (export "memory") ${PAGES}) ${data.join('\n')}
      (func (export "_start")
        (memory.fill (i32.const ${ERRNOS}) (i32.const 0xff) (i32.const ${DATA - ERRNOS}))
        ${lines.join('\n')}
        (i32.store (i32.const ${dump}) (i32.const 0))
        (i32.store (i32.const ${dump + 4}) (i32.const ${SIZE}))
        (drop (call $fd_write (i32.const 1) (i32.const ${dump}) (i32.const 1) (i32.const 0)))))`;
    const { parseWat } = await wabt();
    const module = parseWat('guest.wat', text, { bulk_memory: true });
    try {
      return { abi: 'wasi', module: await WebAssembly.compile(new Uint8Array(module.toBinary({}).buffer)) };
    } finally {
      module.destroy();
    }
  }

  async run(machine: Machine, options?: RunOptions): Promise<Outcome> {
    return new Outcome(await machine.run(await this.assemble(), options));
  }
}

const operand = (argument: Argument): string =>
  typeof argument === 'bigint'
    ? `(i64.const ${argument})`
    : typeof argument === 'number'
      ? `(i32.const ${argument})`
      : `(i32.load (i32.const ${argument.at}))`;

/** What a guest left. */
export class Outcome {
  readonly ended: Ended;
  readonly view: DataView;

  constructor(ended: Ended) {
    this.ended = ended;
    const { output } = ended;
    const dumped = output.slice(-SIZE);
    this.view = new DataView(dumped.buffer);
  }

  /** What the guest wrote to its standard output before its memory. */
  get printed(): string {
    return new TextDecoder().decode(this.ended.output.subarray(0, -SIZE));
  }

  errno(call: number): number {
    return this.view.getUint16(ERRNOS + call * 4, true);
  }

  /** Error numbers of all calls that returned. */
  errnos(): number[] {
    const found: number[] = [];
    for (let i = 0; this.errno(i) !== NEVER; i++) found.push(this.errno(i));
    return found;
  }

  uint32(at: number): number {
    return this.view.getUint32(at, true);
  }

  uint64(at: number): bigint {
    return this.view.getBigUint64(at, true);
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.view.buffer, at, length);
  }

  text(at: number, length: number): string {
    return new TextDecoder().decode(this.bytes(at, length));
  }
}
