/** What a program has written, for who waits for a part of it. */
export class ProgramOutput {
  readonly end: Promise<{ readonly status: number; readonly output: string }>;
  type: (text: string) => void = () => {};
  readonly #decoder = new TextDecoder();
  #text = '';
  #waiting: { readonly pattern: RegExp; readonly resolve: (text: string) => void } | null = null;
  #resolve: (end: { status: number; output: string }) => void = () => {};
  #closed = false;
  #status: number | null = null;

  constructor() {
    this.end = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  take(bytes: Uint8Array): boolean {
    this.write(this.#decoder.decode(bytes.slice(), { stream: true }));
    return true;
  }

  write(text: string): void {
    this.#text += text;
    if (this.#waiting?.pattern.test(this.#text)) this.#tell();
  }

  until(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      this.#waiting = { pattern, resolve };
      if (pattern.test(this.#text) || (this.#closed && this.#status !== null)) this.#tell();
    });
  }

  /** Nobody can write any more. */
  closed(): void {
    this.#closed = true;
    this.#finish();
  }

  ended(status: number): void {
    this.#status = status;
    this.#finish();
  }

  #finish(): void {
    if (!this.#closed || this.#status === null) return;
    if (this.#waiting) this.#tell();
    this.#resolve({ status: this.#status, output: this.#text });
  }

  #tell(): void {
    const text = this.#text;
    this.#text = '';
    this.#waiting?.resolve(text);
    this.#waiting = null;
  }
}
