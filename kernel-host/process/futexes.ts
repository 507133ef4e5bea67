/**
 * Futexes (futex(2)): who sleeps on which word. The kernel alone compares and queues, and it does one thing at a time, so
 * that no wake is lost between the two. A word of shared memory is the same for every process that maps it.
 */
import { EAGAIN, Errno } from '../abi/errno.js';
import type { SharedObject } from '../memory/shared-object.js';
import { WaitQueue } from '../poll/wait-queue.js';
import type { Process } from './process.js';
import { PARKED, type Task } from './task.js';

interface Sleeper {
  /** Those that a wake must have in common with it (FUTEX_WAIT_BITSET). */
  readonly bits: number;
  readonly queue: WaitQueue;
  readonly task: Task;
  woken: boolean;
  word: Word;
}

interface Word {
  readonly sleepers: Set<Sleeper>;
}

type Space = Process | SharedObject;

export const ALL_BITS = 0xffffffff;

export class Futexes {
  readonly #words = new WeakMap<Space, Map<number, Word>>();

  /** Sleeps until a wake, when the word is `expected`. @throws Errno EAGAIN, EFAULT */
  wait(
    task: Task,
    address: number,
    expected: number,
    bits: number,
    deadline: number | null,
    expired: () => number,
    interrupted: () => number,
  ): number {
    if (task.memory.getInt32(address) !== expected) throw new Errno(EAGAIN);
    const word = this.#word(task.process, address);
    const sleeper: Sleeper = { bits, queue: new WaitQueue(), task, woken: false, word };
    word.sleepers.add(sleeper);
    // Whoever was woken already used up the wake: nothing that comes after it counts.
    const gone = (otherwise: () => number): number => {
      sleeper.word.sleepers.delete(sleeper);
      return sleeper.woken ? 0 : otherwise();
    };
    return task.park({
      queues: [sleeper.queue],
      retry: () => (sleeper.woken ? 0 : PARKED),
      deadline,
      expired: () => gone(expired),
      interrupted: () => gone(interrupted),
    });
  }

  /** How many were woken, of those that wait for any of `bits`. */
  wake(process: Process, address: number, most: number, bits = ALL_BITS): number {
    return this.#wake(this.#find(process, address), most, bits);
  }

  /** Wakes some, and lets others wait for another word from now on; how many both are. */
  requeue(process: Process, address: number, wakes: number, most: number, target: number): number {
    const word = this.#find(process, address);
    if (!word) return 0;
    const woken = this.#wake(word, wakes, ALL_BITS);
    const other = this.#word(process, target);
    let moved = 0;
    for (const sleeper of word.sleepers) {
      if (moved >= most) break;
      if (word === other) break;
      word.sleepers.delete(sleeper);
      // As in a wake: it is not there any more.
      if (!sleeper.queue.has(sleeper.task)) continue;
      other.sleepers.add(sleeper);
      sleeper.word = other;
      moved++;
    }
    return woken + moved;
  }

  #wake(word: Word | null, most: number, bits: number): number {
    let count = 0;
    for (const sleeper of word?.sleepers ?? []) {
      if (count >= most) break;
      // A thread that a signal, its deadline or its end took from here is not there to be woken.
      if (!sleeper.queue.has(sleeper.task)) {
        word?.sleepers.delete(sleeper);
        continue;
      }
      if ((sleeper.bits & bits) === 0) continue;
      sleeper.woken = true;
      word?.sleepers.delete(sleeper);
      sleeper.queue.wake();
      count++;
    }
    return count;
  }

  /** Which word an address means: one of the process, or of what it maps there. */
  #place(process: Process, address: number): { space: Space; at: number } {
    const shared = process.addressSpace?.sharedAt(address);
    return shared ? { space: shared.object, at: shared.offset } : { space: process, at: address };
  }

  #find(process: Process, address: number): Word | null {
    const { space, at } = this.#place(process, address);
    return this.#words.get(space)?.get(at) ?? null;
  }

  #word(process: Process, address: number): Word {
    const { space, at } = this.#place(process, address);
    const words = this.#words.get(space) ?? new Map<number, Word>();
    this.#words.set(space, words);
    // Words without sleepers are swept out when there are many: most are locks that are waited for again.
    if (words.size >= MOST_IDLE) for (const [key, { sleepers }] of words) if (sleepers.size === 0) words.delete(key);
    const word = words.get(at) ?? { sleepers: new Set<Sleeper>() };
    words.set(at, word);
    return word;
  }
}

/** Words without a sleeper that are kept. */
const MOST_IDLE = 4096;
