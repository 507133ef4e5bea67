/** Those who wait for a change of one object (Linux: wait_queue_head_t). */
export interface Waiter {
  /** Something changed: look again. Must not run anything but mark the waiter runnable. */
  wake(): void;
  /** It only notes that something changed, and takes no wake from another that is to act on it. */
  readonly observes?: boolean;
}

export class WaitQueue {
  readonly #waiters = new Set<Waiter>();

  get empty(): boolean {
    return this.#waiters.size === 0;
  }

  has(waiter: Waiter): boolean {
    return this.#waiters.has(waiter);
  }

  add(waiter: Waiter): void {
    this.#waiters.add(waiter);
  }

  remove(waiter: Waiter): void {
    this.#waiters.delete(waiter);
  }

  wake(): void {
    for (const waiter of this.#waiters) waiter.wake();
  }

  /**
   * Wakes the one that has waited longest, which then stands last: who is woken next, before that has looked, is another.
   * Those that only observe hear of it, too.
   */
  wakeOne(): void {
    let chosen: Waiter | null = null;
    for (const waiter of this.#waiters) {
      if (waiter.observes) waiter.wake();
      else chosen ??= waiter;
    }
    if (!chosen) return;
    this.#waiters.delete(chosen);
    this.#waiters.add(chosen);
    chosen.wake();
  }
}
