/**
 * Hears of calls in channels that ring no doorbell: those of programs that a host runs by itself, whose workers have the memory of
 * their own process and not the kernel's.
 */
import type { Alarm } from '../poll/timers.js';
import type { KernelChannel } from './kernel-channel.js';

/** How long a loop that looks at every channel goes on before what else the thread has to do gets its turn: a quarter of a frame. */
const POLLING_SLICE = 4;

export interface ListeningPlatform {
  readonly defer: (callback: () => void) => void;
  readonly alarm: Alarm;
  readonly now: () => number;
}

export class ChannelListener {
  /** One loop looks at all channels in turn, where a wait for each would hold up the page's own thread. */
  polling = false;
  /** Calls that are answered one after the other before the event loop gets its turn. */
  batch = 64;
  readonly #platform: ListeningPlatform;
  readonly #channels = new Map<KernelChannel, () => void>();
  readonly #polled = new Set<KernelChannel>();
  #looping = false;
  #yielded = 0;
  #answered = 0;

  constructor(platform: ListeningPlatform) {
    this.#platform = platform;
  }

  /** @param answer is told that a call may be there, once or more often for each. */
  add(channel: KernelChannel, answer: () => void): void {
    this.#channels.set(channel, answer);
    if (!this.polling) {
      this.#listen(channel);
      return;
    }
    this.#polled.add(channel);
    if (this.#looping) return;
    this.#looping = true;
    this.#yielded = this.#platform.now();
    this.#platform.defer(this.#poll);
  }

  remove(channel: KernelChannel): void {
    this.#channels.delete(channel);
    this.#polled.delete(channel);
  }

  #listen(channel: KernelChannel): void {
    for (;;) {
      const answer = this.#channels.get(channel);
      if (!answer) return;
      if (channel.pending) {
        answer();
        if (++this.#answered >= this.batch) {
          this.#answered = 0;
          this.#platform.defer(() => this.#listen(channel));
          return;
        }
      }
      // The program may have taken the answer and called again, or the call waits: then this ends with its answer.
      const changed = channel.changed(channel.status);
      if (!changed) continue;
      changed.then(() => this.#listen(channel));
      return;
    }
  }

  readonly #poll = (): void => {
    if (this.#polled.size === 0) {
      this.#looping = false;
      return;
    }
    for (const channel of this.#polled) if (channel.pending) this.#channels.get(channel)?.();
    const now = this.#platform.now();
    if (now - this.#yielded < POLLING_SLICE) {
      this.#platform.defer(this.#poll);
      return;
    }
    this.#platform.alarm(() => {
      this.#yielded = this.#platform.now();
      this.#poll();
    }, 0);
  };
}
