import { Timers } from '../../../kernel-host/poll/timers.js';

/** A clock that stands until it is moved, and the one alarm that `Timers` has set. */
export class Clock {
  now = 0;
  #alarm: { readonly at: number; readonly callback: () => void } | undefined;
  readonly timers = new Timers(
    (callback, milliseconds) => {
      this.#alarm = { at: this.now + milliseconds, callback };
      return () => (this.#alarm = undefined);
    },
    () => this.now,
  );

  get armed(): boolean {
    return this.#alarm !== undefined;
  }

  pass(milliseconds: number): void {
    const until = this.now + milliseconds;
    for (let alarm = this.#alarm; alarm && alarm.at <= until; alarm = this.#alarm) {
      this.now = Math.max(this.now, alarm.at);
      this.#alarm = undefined;
      alarm.callback();
    }
    this.now = until;
  }
}
