/**
 * Decides when what has changed is committed, and who waits for that. One transaction runs at a time; whoever asks meanwhile shares the next
 * (group commit). A transaction that fails leaves its changes marked, for the one that comes after it.
 */
import type { PortsideError } from '../../protocol/errors.js';
import type { Alarm } from '../poll/timers.js';
import type { Durability } from './database.js';
import { isFinal, isQuotaExceeded } from './failure.js';

/** Milliseconds from a change to the beginning of its commit, where nobody asks for one. */
const COMMIT_WITHIN = 250;
/** Bytes of changed files that begin a commit at once: what a crash may take along stays small, and so does the transaction. */
const COMMIT_AT = 4 * 1024 * 1024;
/** A connection that broke is opened anew at once, then after pauses of so many milliseconds; whoever waits is told then. */
const RETRY_PAUSES = [0, 50, 250, 1000];
/** Milliseconds between two tries when no room is left, or the database does not answer: long enough to cost nothing. */
const RECOVERY_INTERVAL = 2000;

/** What a commit is made of. */
export interface Commits {
  /** Nothing has changed since the last. */
  readonly none: boolean;
  /** Something has been stored that would be missed: not caches alone. */
  readonly lasting: boolean;
  /** Bytes that would be stored. */
  readonly bytes: number;
  /** One transaction over all that has changed until now. Rejects, with everything marked as before, when it was not stored. */
  commit(durability: Durability): Promise<void>;
}

export interface CommitterEvents {
  /** The first transaction has completed with something in it that would be missed. */
  stored(): void;
  /** No room is left: nothing is stored until there is. */
  full(): void;
  /** What could not be stored is. */
  recovered(): void;
  /** The database fails for another reason; it is tried again. */
  failing(error: unknown): void;
  /** Nothing will be stored any more. */
  ended(error: PortsideError): void;
}

interface Waiter {
  readonly durability: Durability;
  resolve(): void;
  reject(error: unknown): void;
}

type State =
  | { readonly kind: 'sound' }
  | { readonly kind: 'full' | 'failing' }
  | { readonly kind: 'ended'; readonly error: PortsideError };

export class Committer {
  readonly #commits: Commits;
  readonly #alarm: Alarm;
  readonly #events: CommitterEvents;
  #state: State = { kind: 'sound' };
  #waiters: Waiter[] = [];
  #running: { readonly durability: Durability; readonly done: Promise<void> } | undefined;
  #cancelAlarm: (() => void) | undefined;
  #storedOnce = false;
  /** A relaxed transaction may have completed behind the last strict one, or that of a kernel before: it may not be on the disk. */
  #unsynced = true;

  constructor(commits: Commits, alarm: Alarm, events: CommitterEvents) {
    this.#commits = commits;
    this.#alarm = alarm;
    this.#events = events;
  }

  /** No room is left: what would make files longer is to fail. */
  get full(): boolean {
    return this.#state.kind === 'full';
  }

  /** Something has changed. */
  changed(): void {
    if (this.#state.kind === 'ended') return;
    if (this.#commits.bytes >= COMMIT_AT && this.#state.kind === 'sound') this.#start();
    else
      this.#cancelAlarm ??= this.#alarm(
        () => this.#start(),
        this.#state.kind === 'sound' ? COMMIT_WITHIN : RECOVERY_INTERVAL,
      );
  }

  /**
   * Resolves when all that has changed until now is stored; null when it is already. With `strict`, when it is on the disk. Rejects
   * with the failure of the transaction, or a PortsideError when there will be none.
   */
  flush(durability: Durability): Promise<void> | null {
    if (this.#state.kind === 'ended') return Promise.reject(this.#state.error);
    if (this.#commits.none) {
      if (this.#running && (durability === 'relaxed' || this.#running.durability === 'strict'))
        return this.#running.done;
      if (!this.#running && (durability === 'relaxed' || !this.#unsynced)) return null;
    }
    const waiting = new Promise<void>((resolve, reject) => this.#waiters.push({ durability, resolve, reject }));
    this.#start();
    return waiting;
  }

  #start(): void {
    this.#cancelAlarm?.();
    this.#cancelAlarm = undefined;
    if (this.#running || this.#state.kind === 'ended') return;
    if (this.#commits.none && this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    const durability = waiters.some((waiter) => waiter.durability === 'strict') ? 'strict' : 'relaxed';
    const done = this.#commit(durability);
    this.#running = { durability, done };
    done.then(
      () => this.#succeeded(durability, waiters),
      (error: unknown) => this.#failed(error, waiters),
    );
  }

  async #commit(durability: Durability): Promise<void> {
    for (const pause of RETRY_PAUSES) {
      if (pause > 0) await new Promise<void>((resolve) => this.#alarm(resolve, pause));
      try {
        await this.#commits.commit(durability);
        return;
      } catch (error) {
        if (isFinal(error) || isQuotaExceeded(error) || pause === RETRY_PAUSES.at(-1)) throw error;
      }
    }
  }

  #succeeded(durability: Durability, waiters: readonly Waiter[]): void {
    this.#running = undefined;
    this.#unsynced = durability === 'relaxed';
    if (!this.#storedOnce && this.#commits.lasting) {
      this.#storedOnce = true;
      this.#events.stored();
    }
    if (this.#state.kind !== 'sound') {
      this.#state = { kind: 'sound' };
      this.#events.recovered();
    }
    for (const waiter of waiters) waiter.resolve();
    this.#goOn();
  }

  #failed(error: unknown, waiters: readonly Waiter[]): void {
    this.#running = undefined;
    const before = this.#state.kind;
    if (isFinal(error)) {
      this.#state = { kind: 'ended', error };
      this.#events.ended(error);
      for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
    } else if (isQuotaExceeded(error)) {
      this.#state = { kind: 'full' };
      if (before !== 'full') this.#events.full();
    } else {
      this.#state = { kind: 'failing' };
      if (before !== 'failing') this.#events.failing(error);
    }
    for (const waiter of waiters) waiter.reject(error);
    this.#goOn();
  }

  #goOn(): void {
    if (this.#waiters.length > 0) this.#start();
    else if (!this.#commits.none) this.changed();
  }
}
