import type { OutputReport, RequestReport } from '../../protocol/inspect.js';

/** Who is told of what happens; `Inspector` for one page. */
export interface Watcher {
  /** A request was taken, or something of it changed. */
  changed(request: ObservedRequest): void;
  wrote(output: OutputReport): void;
}

/** A request as it is kept: what to tell of it is made when it is told. */
export interface ObservedRequest {
  readonly id: number;
  report(): RequestReport;
}

export type Watchers = ReadonlySet<Watcher>;
