/** A System V semaphore set (POSIX semop(), semctl()). */
import { EAGAIN, EFBIG, EIDRM, ERANGE, Errno } from '../abi/errno.js';
import { IPC_NOWAIT, SEM_UNDO } from '../abi/ipc.js';
import { type Waiter, WaitQueue } from '../poll/wait-queue.js';
import type { Permissions } from './permissions.js';

/** Linux: SEMVMX. */
export const LARGEST_VALUE = 32767;

export interface Operation {
  readonly semaphore: number;
  readonly change: number;
  readonly flags: number;
}

export class SemaphoreSet {
  readonly permissions: Permissions;
  /** Woken when a value changes, and when the set is removed. */
  readonly changed = new WaitQueue();
  readonly #values: Int32Array;
  readonly #pids: Int32Array;
  /** The operation that a caller of semop() waits for, as long as that is in the queue. */
  readonly #sleepers = new Map<Waiter, Operation>();
  /** What is added to the semaphores when a process ends (SEM_UNDO), by its pid. */
  readonly #undo = new Map<number, Int32Array>();
  #removed = false;
  operatedAt = 0;
  changedAt: number;

  constructor(permissions: Permissions, count: number, now: number) {
    this.permissions = permissions;
    this.#values = new Int32Array(count);
    this.#pids = new Int32Array(count);
    this.changedAt = now;
  }

  get count(): number {
    return this.#values.length;
  }

  get values(): readonly number[] {
    return [...this.#values];
  }

  /** Of a semaphore below `count`: its value, and the process that changed it last. */
  at(semaphore: number): { readonly value: number; readonly pid: number } {
    return { value: this.#values[semaphore] ?? 0, pid: this.#pids[semaphore] ?? 0 };
  }

  /** Callers that wait for a semaphore to grow, or to be zero. */
  sleeping(semaphore: number, forZero: boolean): number {
    for (const waiter of this.#sleepers.keys()) if (!this.changed.has(waiter)) this.#sleepers.delete(waiter);
    return [...this.#sleepers.values()].filter(
      (operation) => operation.semaphore === semaphore && (operation.change === 0) === forZero,
    ).length;
  }

  /** @throws Errno EFBIG */
  check(operations: readonly Operation[]): void {
    for (const { semaphore } of operations) if (semaphore >= this.count) throw new Errno(EFBIG);
  }

  /**
   * All of the operations, or none: the one that has to wait, or null.
   * @throws Errno EIDRM, ERANGE, EAGAIN
   */
  operate(operations: readonly Operation[], pid: number, now: number): Operation | null {
    if (this.#removed) throw new Errno(EIDRM);
    const values = this.#values.slice();
    const undo = new Map<number, number>();
    for (const operation of operations) {
      const { semaphore, change, flags } = operation;
      const value = values[semaphore] as number;
      if (change === 0 ? value !== 0 : value + change < 0) {
        if ((flags & IPC_NOWAIT) !== 0) throw new Errno(EAGAIN);
        return operation;
      }
      if (value + change > LARGEST_VALUE) throw new Errno(ERANGE);
      values[semaphore] = value + change;
      if ((flags & SEM_UNDO) !== 0) undo.set(semaphore, (undo.get(semaphore) ?? 0) - change);
    }
    this.#rememberUndo(pid, undo);
    const altered = operations.some(({ change }) => change !== 0);
    this.#values.set(values);
    for (const { semaphore } of operations) this.#pids[semaphore] = pid;
    this.operatedAt = now;
    if (altered) this.changed.wake();
    return null;
  }

  /** semctl(SETVAL, SETALL): what was to be undone of these semaphores is forgotten. @throws Errno ERANGE */
  set(first: number, values: readonly number[], pid: number, now: number): void {
    if (values.some((value) => value < 0 || value > LARGEST_VALUE)) throw new Errno(ERANGE);
    for (const [i, value] of values.entries()) {
      this.#values[first + i] = value;
      this.#pids[first + i] = pid;
      for (const adjustments of this.#undo.values()) adjustments[first + i] = 0;
    }
    this.changedAt = now;
    this.changed.wake();
  }

  /** The waiter goes into the queue for this operation. */
  waits(waiter: Waiter, operation: Operation): void {
    this.#sleepers.set(waiter, operation);
  }

  /** A process has ended: what it did with SEM_UNDO is undone, as far as values allow (Linux: exit_sem()). */
  exited(pid: number): void {
    const adjustments = this.#undo.get(pid);
    if (!adjustments) return;
    this.#undo.delete(pid);
    for (const [i, adjustment] of adjustments.entries()) {
      if (adjustment === 0) continue;
      this.#values[i] = Math.min(LARGEST_VALUE, Math.max(0, (this.#values[i] ?? 0) + adjustment));
      this.#pids[i] = pid;
    }
    this.changed.wake();
  }

  /** Whoever waits is told EIDRM. */
  remove(): void {
    this.#removed = true;
    this.#undo.clear();
    this.changed.wake();
  }

  /** @throws Errno ERANGE, with nothing remembered */
  #rememberUndo(pid: number, undo: ReadonlyMap<number, number>): void {
    if (undo.size === 0) return;
    const adjustments = this.#undo.get(pid) ?? new Int32Array(this.count);
    for (const [semaphore, change] of undo) {
      const sum = (adjustments[semaphore] ?? 0) + change;
      // Linux: the adjustments have the range of the values.
      if (sum < -LARGEST_VALUE - 1 || sum > LARGEST_VALUE) throw new Errno(ERANGE);
    }
    for (const [semaphore, change] of undo) adjustments[semaphore] = (adjustments[semaphore] ?? 0) + change;
    this.#undo.set(pid, adjustments);
  }
}
