/**
 * Workers for guests' threads. One that has left its program runs another: to start one takes longer than most programs run
 * (20 to 65 ms under Node, 10 ms and more in Chromium, measured).
 */
import type { GuestWorker, GuestWorkers, ProcessMessage, ProcessStart, WorkerFailed } from './guest-workers.js';

/** What the platform's own kind of worker can do. */
export interface PlatformWorker {
  /** It has something to do from now on. */
  start(start: ProcessStart): void;
  /** It has nothing to do until it is given something: what runs in it keeps nothing else alive. */
  rest?(): void;
  terminate(): void;
}

/** What the pool wants to hear of a worker. */
export interface WorkerEvents {
  said(message: ProcessMessage): void;
  /** It ended, or never began. */
  failed(message: string): void;
}

/** As many as a pipeline of a shell needs; each costs some MiB. */
const MOST_IDLE = 8;
/** Bytes. A worker keeps the memory of its last program until its engine next collects garbage: not a large one. */
const LARGE_MEMORY = 16 * 2 ** 20;

interface Member {
  readonly worker: PlatformWorker;
  failed: WorkerFailed | null;
  /** Its program's memory, in bytes. */
  size: number;
}

export class WorkerPool implements GuestWorkers {
  readonly #create: (events: WorkerEvents) => PlatformWorker;
  readonly #idle: Member[] = [];

  constructor(create: (events: WorkerEvents) => PlatformWorker) {
    this.#create = create;
  }

  /** Starts workers before there is anything for them to run. */
  prepare(count: number): void {
    while (this.#idle.length < count) this.#rest(this.#member());
  }

  start(start: ProcessStart, failed: WorkerFailed): GuestWorker {
    const member = this.#idle.pop() ?? this.#member();
    member.failed = failed;
    member.worker.start(start);
    return {
      terminate: () => {
        member.failed = null;
        member.worker.terminate();
      },
      release: () => {
        member.failed = null;
        member.size = start.guestMemory?.buffer.byteLength ?? 0;
      },
    };
  }

  #member(): Member {
    const member: Member = {
      worker: this.#create({
        said: (message) => {
          if (message.type === 'left') this.#left(member);
          else this.#failed(member, message.message, message.signal);
        },
        failed: (message) => this.#failed(member, message),
      }),
      failed: null,
      size: 0,
    };
    return member;
  }

  #left(member: Member): void {
    if (member.size > LARGE_MEMORY || this.#idle.length >= MOST_IDLE) member.worker.terminate();
    else this.#rest(member);
  }

  #rest(member: Member): void {
    member.worker.rest?.();
    this.#idle.push(member);
  }

  #failed(member: Member, message: string, signal?: number): void {
    const at = this.#idle.indexOf(member);
    if (at >= 0) this.#idle.splice(at, 1);
    const { failed } = member;
    member.failed = null;
    failed?.(message, signal);
  }
}
