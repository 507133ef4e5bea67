/** Lays out a spawn call in a channel's data area: strings, the arrays of pointers to them, file actions. */
import { E2BIG, ENOENT } from '../../abi/errno.js';
import { SYS_portside_spawn } from '../../abi/syscall.js';
import type { GuestChannel } from '../../channel/guest-channel.js';
import type { SystemCalls } from '../../vdso/system-calls.js';

export interface Spawn {
  readonly path: string;
  readonly arguments: readonly string[];
  /** null: the parent's. */
  readonly environment: readonly string[] | null;
  /** null: the parent's. */
  readonly cwd: string | null;
  /** The child's descriptor `to` is the parent's `from`. */
  readonly descriptors: readonly { readonly from: number; readonly to: number }[];
  /** The child does not inherit these. */
  readonly closes: readonly number[];
}

const ACTION_DUP2 = 1;
const ACTION_CLOSE = 2;

export class SpawnRequest {
  readonly #channel: GuestChannel;
  readonly #spawn: Spawn;
  readonly #encoder = new TextEncoder();
  #at = 0;

  constructor(channel: GuestChannel, spawn: Spawn) {
    this.#channel = channel;
    this.#spawn = spawn;
  }

  /** The child's pid or -errno. */
  send(calls: SystemCalls): number {
    const { path, arguments: argv, environment, cwd, descriptors, closes } = this.#spawn;
    if (path === '') return -ENOENT;
    try {
      const words = this.#words([
        ...closes.flatMap((fd) => [ACTION_CLOSE, fd, 0]),
        ...descriptors.flatMap(({ from, to }) => [ACTION_DUP2, from, to]),
      ]);
      return calls.plain(
        SYS_portside_spawn,
        this.#string(path),
        this.#strings(argv),
        environment === null ? 0 : this.#strings(environment),
        words,
        closes.length + descriptors.length,
        cwd === null ? 0 : this.#string(cwd),
      );
    } catch (error) {
      if (error instanceof RangeError) return -E2BIG;
      throw error;
    }
  }

  /** @throws RangeError when the data area is full. */
  #string(text: string): number {
    const bytes = this.#encoder.encode(text);
    const at = this.#at;
    this.#channel.data.set(bytes, at);
    this.#at = at + bytes.length + 1;
    if (this.#at > this.#channel.data.length) throw new RangeError('data area full');
    this.#channel.data[this.#at - 1] = 0;
    return this.#channel.dataAddress + at;
  }

  #strings(texts: readonly string[]): number {
    const addresses = texts.map((text) => this.#string(text));
    return this.#words([...addresses, 0]);
  }

  #words(words: readonly number[]): number {
    const at = (this.#at + 3) & ~3;
    for (const [i, word] of words.entries()) this.#channel.dataView.setInt32(at + i * 4, word, true);
    this.#at = at + words.length * 4;
    return this.#channel.dataAddress + at;
  }
}
