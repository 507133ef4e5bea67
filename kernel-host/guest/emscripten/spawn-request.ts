/** Lays out a spawn call in a channel's data area: strings, the arrays of pointers to them, file actions. */
import { E2BIG, ENOENT } from '../../abi/errno.js';
import { ACTION_CHDIR, ACTION_CLOSE, ACTION_DUP2, SPAWN, SPAWN_ACTION } from '../../abi/spawn.js';
import { SYS_portside_spawn } from '../../abi/syscall.js';
import type { GuestChannel } from '../../channel/guest-channel.js';
import type { SystemCalls } from '../../vdso/system-calls.js';

export interface Spawn {
  readonly path: string;
  readonly arguments: readonly string[];
  /** null: the parent's. */
  readonly environment: readonly string[] | null;
  /** Directories in which a path without a slash is looked for. */
  readonly searchPath: string;
  /** null: the parent's. */
  readonly cwd: string | null;
  /** The child's descriptor `to` is the parent's `from`. */
  readonly descriptors: readonly { readonly from: number; readonly to: number }[];
  /** The child does not keep these. */
  readonly closes: readonly number[];
}

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
    const { path, arguments: argv, environment, searchPath, cwd, descriptors, closes } = this.#spawn;
    if (path === '') return -ENOENT;
    try {
      const action = (command: number, fd: number, source = 0, path = 0): number[] => {
        const words = new Array<number>(SPAWN_ACTION.SIZE / 4).fill(0);
        words[SPAWN_ACTION.COMMAND / 4] = command;
        words[SPAWN_ACTION.FD / 4] = fd;
        words[SPAWN_ACTION.SOURCE / 4] = source;
        words[SPAWN_ACTION.PATH / 4] = path;
        return words;
      };
      const kept = new Set(descriptors.map(({ to }) => to));
      const actions = [
        ...(cwd === null ? [] : [action(ACTION_CHDIR, 0, 0, this.#string(cwd))]),
        ...descriptors.map(({ from, to }) => action(ACTION_DUP2, to, from)),
        ...closes.filter((fd) => !kept.has(fd)).map((fd) => action(ACTION_CLOSE, fd)),
      ];
      const request = new Array<number>(SPAWN.SIZE / 4).fill(0);
      request[SPAWN.PATH / 4] = this.#string(path);
      request[SPAWN.ARGUMENTS / 4] = this.#strings(argv);
      request[SPAWN.ENVIRONMENT / 4] = environment === null ? 0 : this.#strings(environment);
      request[SPAWN.SEARCH_PATH / 4] = this.#string(searchPath);
      request[SPAWN.ACTIONS / 4] = this.#words(actions.flat());
      request[SPAWN.ACTION_COUNT / 4] = actions.length;
      return calls.plain(SYS_portside_spawn, this.#words(request));
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
