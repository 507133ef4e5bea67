/** What tests and the bench ask of a machine in a browser, by message. */

export interface MachineFile {
  readonly path: string;
  /** Text, or where its bytes are served. */
  readonly content: { readonly text: string } | { readonly url: string };
}

export interface Setup {
  readonly processWorker: string;
  /** Guest paths, and where the modules are served. */
  readonly programs: readonly { readonly path: string; readonly url: string }[];
  readonly links: Readonly<Record<string, string>>;
}

export interface Requests {
  setUp(setup: Setup): void;
  write(files: readonly MachineFile[]): void;
  /** Starts a program, in a session of its own, with a terminal if it is to have one. Its pid. */
  start(argv: readonly string[], terminal: boolean): number;
  /** What it has written since it was last asked, once a line or the screen matches; or all of it once it has ended. */
  said(pid: number, pattern: string): string;
  type(pid: number, text: string): void;
  kill(pid: number, signal: number): void;
  /** How it ended: the status of wait(2), and all that nobody has asked for yet. */
  ended(pid: number): { readonly status: number; readonly output: string };
  http(
    port: number,
    url: string,
    headers: Readonly<Record<string, string>>,
  ): { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string };
  /** Milliseconds from the start of a program to its end, so many times one after another. */
  times(argv: readonly string[], count: number): readonly number[];
  /** Programs that the machine's processes are of. */
  running(): readonly string[];
}

export type RequestName = keyof Requests;

export interface Call {
  readonly id: number;
  readonly name: RequestName;
  readonly arguments: readonly unknown[];
}

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}
