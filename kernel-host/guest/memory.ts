/** The guest's own memory: views that follow its growth, and C strings. */
export class GuestMemory {
  #memory: WebAssembly.Memory | null = null;
  #u8 = new Uint8Array(0);
  #view = new DataView(new ArrayBuffer(0));
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();

  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory;
    this.#u8 = new Uint8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
  }

  /** A growth detaches the old buffer, whose views then have no length. */
  get u8(): Uint8Array {
    if (this.#u8.length === 0) this.#refresh();
    return this.#u8;
  }

  get view(): DataView {
    if (this.#u8.length === 0) this.#refresh();
    return this.#view;
  }

  get length(): number {
    return this.u8.length;
  }

  /** Adds wasm pages; false when there are none to be had. */
  grow(pages: number): boolean {
    try {
      this.#memory?.grow(pages);
    } catch {
      return false;
    }
    return this.#memory !== null;
  }

  /** Bytes of the C string at `at`, without its NUL. */
  cString(at: number): Uint8Array {
    const { u8 } = this;
    const end = u8.indexOf(0, at);
    return u8.subarray(at, end < 0 ? u8.length : end);
  }

  text(at: number): string {
    return this.#decoder.decode(this.cString(at));
  }

  /** A NULL-terminated array of C strings. */
  texts(at: number): string[] {
    const found: string[] = [];
    for (let i = at; ; i += 4) {
      const string = this.view.getUint32(i, true);
      if (string === 0) return found;
      found.push(this.text(string));
    }
  }

  /** Writes a C string, cut to `room` bytes with its NUL. */
  putText(at: number, text: string, room: number): void {
    const bytes = this.#encoder.encode(text).subarray(0, room - 1);
    this.u8.set(bytes, at);
    this.u8[at + bytes.length] = 0;
  }

  #refresh(): void {
    if (!this.#memory) return;
    this.#u8 = new Uint8Array(this.#memory.buffer);
    this.#view = new DataView(this.#memory.buffer);
  }
}
