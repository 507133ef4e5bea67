/**
 * An epoll instance (epoll(7)): what it watches, and which of that may be ready. A change of a watched object puts its item
 * into the ready list, and only that list is looked through: what does nothing costs nothing.
 */

import { EPOLL_MOST_NESTED, EPOLLET, EPOLLEXCLUSIVE, EPOLLONESHOT } from '../abi/epoll.js';
import { EEXIST, EINVAL, ELOOP, ENOENT, EPERM, Errno } from '../abi/errno.js';
import { POLL_ALWAYS, POLLIN, POLLRDNORM } from '../abi/poll.js';
import { AnonymousFile } from '../file/anonymous-file.js';
import type { Descriptions } from '../file/descriptions.js';
import { EpollItem } from './epoll-item.js';
import { WaitQueue } from './wait-queue.js';

/** More than any descriptor (fs.nr_open of Linux is 2^20). */
const DESCRIPTORS = 2 ** 21;
/** Flags of an item, which are no events. */
const BEHAVIOUR = EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE;

/** Takes one ready item. */
export type Report = (events: number, data: bigint) => void;

export class Epoll extends AnonymousFile {
  readonly readable = new WaitQueue();
  readonly #descriptions: Descriptions;
  /** By description and descriptor: a dup of a descriptor is watched by itself. */
  readonly #items = new Map<number, EpollItem>();
  readonly #ready = new Set<EpollItem>();
  /** Epolls that watch this one, and by how many descriptors. */
  readonly #watchers = new Map<Epoll, number>();
  readonly #enqueue: (callback: () => void) => void;
  #waking = false;

  /** @param enqueue runs a callback once the kernel is done with what it does now. */
  constructor(descriptions: Descriptions, enqueue: (callback: () => void) => void) {
    super('eventpoll');
    this.#descriptions = descriptions;
    this.#enqueue = enqueue;
  }

  /** @throws Errno EEXIST, EPERM, ELOOP */
  add(fd: number, description: number, events: number, data: bigint): void {
    const key = description * DESCRIPTORS + fd;
    const operations = this.#descriptions.operations(description);
    if (operations instanceof Epoll) this.#checkNesting(operations);
    if (this.#items.has(key)) throw new Errno(EEXIST);
    const item = new EpollItem(this, operations, description, events, data);
    this.#items.set(key, item);
    item.forget = this.#descriptions.whenGone(description, () => this.#drop(key));
    if (operations instanceof Epoll) operations.#watchers.set(this, (operations.#watchers.get(this) ?? 0) + 1);
    item.subscribe();
    if (this.#eventsOf(item) !== 0) this.changed(item);
  }

  /** @throws Errno ENOENT, EINVAL */
  modify(fd: number, description: number, events: number, data: bigint): void {
    const item = this.#items.get(description * DESCRIPTORS + fd);
    if (!item) throw new Errno(ENOENT);
    if (((item.events | events) & EPOLLEXCLUSIVE) !== 0) throw new Errno(EINVAL);
    item.events = events;
    item.data = data;
    item.subscribe();
    if (this.#eventsOf(item) !== 0) this.changed(item);
  }

  /** @throws Errno ENOENT */
  remove(fd: number, description: number): void {
    if (!this.#drop(description * DESCRIPTORS + fd)) throw new Errno(ENOENT);
  }

  /**
   * An item may be ready: whoever waits looks. Once, whatever else changes until then: a change that reaches an epoll of epolls on
   * many ways goes on from there by one (Linux bounds the ways: fs/eventpoll.c, path_limits).
   */
  changed(item: EpollItem): void {
    this.#ready.add(item);
    if (this.#waking) return;
    this.#waking = true;
    this.#enqueue(() => {
      this.#waking = false;
      this.readable.wake();
    });
  }

  /** Tells at most `most` ready items; their count. What stays ready is told again, behind the others, unless edge-triggered. */
  collect(most: number, report: Report): number {
    let count = 0;
    // The items of now: what is put behind them again has had its turn.
    let left = this.#ready.size;
    for (const item of this.#ready) {
      if (left-- === 0 || count === most) break;
      this.#ready.delete(item);
      const events = this.#eventsOf(item);
      if (events === 0) continue;
      report(events, item.data);
      count++;
      if ((item.events & EPOLLONESHOT) !== 0) item.events &= BEHAVIOUR;
      else if ((item.events & EPOLLET) === 0) this.#ready.add(item);
    }
    return count;
  }

  poll(): number {
    for (const item of this.#ready) {
      if (this.#eventsOf(item) !== 0) return POLLIN | POLLRDNORM;
      this.#ready.delete(item);
    }
    return 0;
  }

  release(): void {
    for (const key of [...this.#items.keys()]) this.#drop(key);
  }

  #drop(key: number): boolean {
    const item = this.#items.get(key);
    if (!item) return false;
    this.#items.delete(key);
    this.#ready.delete(item);
    item.leave();
    if (item.operations instanceof Epoll) item.operations.#unwatch(this);
    return true;
  }

  /** Asked for again before each look: who works on the object outside the kernel rings when it changes after that. */
  #eventsOf(item: EpollItem): number {
    const { operations, description, events } = item;
    // One that was told and is not asked for again is silent, hang-ups included (EPOLLONESHOT).
    if ((events & ~BEHAVIOUR) === 0) return 0;
    item.subscribe();
    operations.arm(description, events);
    return operations.poll(description) & (events | POLL_ALWAYS);
  }

  #unwatch(watcher: Epoll): void {
    const descriptors = (this.#watchers.get(watcher) ?? 0) - 1;
    if (descriptors > 0) this.#watchers.set(watcher, descriptors);
    else this.#watchers.delete(watcher);
  }

  /** @throws Errno ELOOP */
  #checkNesting(watched: Epoll): void {
    const below = reach(watched, (epoll) => epoll.#nested());
    if (below.epolls.has(this)) throw new Errno(ELOOP);
    const above = reach(this, (epoll) => epoll.#watchers.keys());
    if (above.steps + 1 + below.steps > EPOLL_MOST_NESTED) throw new Errno(ELOOP);
  }

  *#nested(): Iterable<Epoll> {
    for (const { operations } of this.#items.values()) if (operations instanceof Epoll) yield operations;
  }
}

/** What an epoll leads to, itself among it, and by how many steps at most. There are no circles; each is looked at once a step. */
function reach(from: Epoll, next: (epoll: Epoll) => Iterable<Epoll>): { readonly epolls: Set<Epoll>; steps: number } {
  const epolls = new Set([from]);
  let steps = -1;
  for (let level = new Set([from]); level.size > 0; steps++) {
    const beyond = new Set<Epoll>();
    for (const epoll of level) for (const reached of next(epoll)) beyond.add(reached);
    for (const reached of beyond) epolls.add(reached);
    level = beyond;
  }
  return { epolls, steps };
}

/** Regular files, directories and memory devices are always ready: they cannot be watched. @throws Errno EPERM */
export function checkWatchable(descriptions: Descriptions, description: number): void {
  const { readable, writable } = descriptions.operations(description);
  if (!readable && !writable) throw new Errno(EPERM);
}
