/** Signals that were sent and not delivered yet (Linux: struct sigpending). */
import { bitOf, SIGRTMIN, type SignalInfo } from '../abi/signal.js';

export class PendingSignals {
  /** By signal: real-time ones are all kept, in order; of others the first. */
  readonly #queued = new Map<number, SignalInfo[]>();
  #set = 0n;

  get set(): bigint {
    return this.#set;
  }

  get count(): number {
    let count = 0;
    for (const infos of this.#queued.values()) count += infos.length;
    return count;
  }

  /** Whether this very one waits. */
  readonly holds = (info: SignalInfo): boolean => this.#queued.get(info.signal)?.includes(info) ?? false;

  /** False when it was pending already, and is told once. */
  add(info: SignalInfo): boolean {
    const { signal } = info;
    const queue = this.#queued.get(signal);
    if (queue && signal < SIGRTMIN) return false;
    if (queue) queue.push(info);
    else this.#queued.set(signal, [info]);
    this.#set |= bitOf(signal);
    return true;
  }

  /** The signal that is told first of those in `wanted`: the lowest (POSIX 2.4.1 for real-time ones); 0 for none. */
  next(wanted: bigint): number {
    const found = this.#set & wanted;
    if (found === 0n) return 0;
    const low = Number(BigInt.asUintN(32, found));
    if (low !== 0) return 32 - Math.clz32(low & -low);
    const high = Number(found >> 32n);
    return 64 - Math.clz32(high & -high);
  }

  take(signal: number): SignalInfo | null {
    const queue = this.#queued.get(signal);
    const info = queue?.shift();
    if (!queue || !info) return null;
    if (queue.length === 0) this.#forget(signal);
    return info;
  }

  moveTo(other: PendingSignals): void {
    for (const infos of this.#queued.values()) for (const info of infos) other.add(info);
    this.#queued.clear();
    this.#set = 0n;
  }

  discard(signals: bigint): void {
    for (const signal of [...this.#queued.keys()]) if ((signals & bitOf(signal)) !== 0n) this.#forget(signal);
  }

  #forget(signal: number): void {
    this.#queued.delete(signal);
    this.#set &= ~bitOf(signal);
  }
}
