/**
 * The signals of a process (POSIX 2.4; signal(7)). Handlers run in the guest, which the C library calls when a system call is
 * over: here it is decided what happens, and to which thread.
 */
import { EAGAIN } from '../abi/errno.js';
import { bitOf, NSIG, SA_NODEFER, SA_RESETHAND, SIGCONT, SIGKILL, SIGSTOP, type SignalInfo } from '../abi/signal.js';
import { WaitQueue } from '../poll/wait-queue.js';
import { PendingSignals } from './pending-signals.js';
import { type SignalAction, SignalActions, STOP_SET, STOP_SIGNALS } from './signal-actions.js';
import type { Task } from './task.js';

export const UNBLOCKABLE = bitOf(SIGKILL) | bitOf(SIGSTOP);
const ALL = (1n << BigInt(NSIG)) - 1n;
/** Signals that wait at once: RLIMIT_SIGPENDING as a machine with some gigabytes of memory has it. */
const MOST_PENDING = 65536;

/** What signals do to the process as a whole. */
export interface SignalTarget {
  tasks(): Iterable<Task>;
  end(signal: number): void;
  /** Nothing happens to one that is stopped. */
  stop(signal: number): void;
  /** Nothing happens to one that runs. */
  resume(): void;
  stopped(): boolean;
  /** Its group has nobody who could continue it: terminal stops are of no effect (POSIX 2.4.3). */
  orphaned(): boolean;
}

export interface Delivery {
  readonly info: SignalInfo;
  readonly action: SignalAction;
  /** What the thread blocks again once the handler has returned. */
  readonly mask: bigint;
}

export class Signals {
  readonly actions = new SignalActions();
  /** Sent to the process, for whichever thread does not block them. */
  readonly pending = new PendingSignals();
  /** Woken when another signal is pending, for the process or a thread. */
  readonly arrived = new WaitQueue();
  readonly #target: SignalTarget;

  constructor(target: SignalTarget) {
    this.#target = target;
  }

  /** Of the kernel's own. */
  raise(signal: number, code: number): void {
    this.send({ signal, code });
  }

  /** @param task the one thread that it is for; null: the process. @returns 0, or -EAGAIN when too many wait. */
  send(info: SignalInfo, task: Task | null = null): number {
    const { signal } = info;
    const tasks = [...this.#target.tasks()];
    if (signal === SIGCONT) {
      for (const queue of [this.pending, ...tasks.map(({ signals }) => signals.pending)]) queue.discard(STOP_SET);
      this.#target.resume();
    } else if (STOP_SIGNALS.has(signal))
      for (const queue of [this.pending, ...tasks.map(({ signals }) => signals.pending)]) queue.discard(bitOf(signal));
    const candidates = task ? [task] : tasks;
    const blocked = candidates.every(({ signals }) => (signals.mask & bitOf(signal)) !== 0n);
    // What is ignored and blocked stays: the process may mind it by the time it is unblocked, or wait for it.
    if (!blocked && this.actions.effect(signal) === 'ignore') return 0;
    const queue = task ? task.signals.pending : this.pending;
    if (queue.count >= MOST_PENDING) return -EAGAIN;
    queue.add(info);
    this.arrived.wake();
    for (const candidate of candidates) {
      if ((candidate.signals.mask & bitOf(signal)) !== 0n) continue;
      this.settle(candidate);
      break;
    }
    return 0;
  }

  /** A thread blocks these from now on. */
  setMask(task: Task, mask: bigint): void {
    const before = task.signals.mask;
    task.signals.mask = mask & ALL & ~UNBLOCKABLE;
    this.settle(task);
    // It was to be told of one that it blocks now: another thread is (Linux: retarget_shared_pending()).
    if ((this.pending.set & task.signals.mask & ~before) === 0n) return;
    for (const other of this.#target.tasks()) if (other !== task) this.settle(other);
  }

  /** POSIX sigaction(): a pending signal that becomes ignored is forgotten. */
  setAction(signal: number, action: SignalAction): void {
    this.actions.set(signal, action);
    if (this.actions.effect(signal) !== 'ignore') return;
    this.pending.discard(bitOf(signal));
    for (const { signals } of this.#target.tasks()) signals.pending.discard(bitOf(signal));
  }

  /** Does what a thread's unblocked signals do without a handler, and tells it of those that have one. */
  settle(task: Task): void {
    for (;;) {
      // One that is stopped hears of the others when it goes on (signal(7)).
      const heard = this.#target.stopped() ? bitOf(SIGKILL) : ~task.signals.mask;
      const signal = this.#next(task, heard);
      if (signal === 0) {
        task.signals.alert(false);
        return;
      }
      const effect = this.actions.effect(signal);
      if (effect === 'handle') {
        task.signals.alert(true);
        task.interrupt();
        return;
      }
      // It is delivered without a handler, too: the timer that sent it has its overruns counted (Linux: dequeue_signal()).
      this.#take(task, signal)?.overrun?.();
      if (effect === 'end') {
        this.#target.end(signal);
        return;
      }
      if (effect === 'stop' && (signal === SIGSTOP || !this.#target.orphaned())) this.#target.stop(signal);
    }
  }

  /** A thread goes on with others' work: what is pending for the process is told by one that is left. */
  settleAll(): void {
    for (const task of this.#target.tasks()) this.settle(task);
  }

  /** The handler that a thread is to run next; null for none. */
  deliver(task: Task): Delivery | null {
    this.settle(task);
    if (!task.signals.alerted) return null;
    const signal = this.#next(task, ~task.signals.mask);
    const action = this.actions.get(signal);
    const info = this.#take(task, signal);
    if (!info) return null;
    const { mask, savedMask } = task.signals;
    task.signals.savedMask = null;
    if ((action.flags & SA_RESETHAND) !== 0) this.actions.reset(signal);
    const own = (action.flags & SA_NODEFER) !== 0 ? 0n : bitOf(signal);
    this.setMask(task, mask | action.mask | own);
    return { info, action, mask: savedMask ?? mask };
  }

  /** sigwait() and its like: one of `wanted`, taken; null while none is pending. */
  accept(task: Task, wanted: bigint): SignalInfo | null {
    const signal = this.#next(task, wanted);
    if (signal === 0) return null;
    const info = this.#take(task, signal);
    this.settle(task);
    return info;
  }

  /** What sigpending() tells a thread. */
  pendingFor(task: Task): bigint {
    return this.pending.set | task.signals.pending.set;
  }

  #next(task: Task, wanted: bigint): number {
    return task.signals.pending.next(wanted) || this.pending.next(wanted);
  }

  #take(task: Task, signal: number): SignalInfo | null {
    return task.signals.pending.take(signal) ?? this.pending.take(signal);
  }
}
