/** HTML section 9.2.6, "interpreting an event stream". Pure. */

export interface StreamedEvent {
  readonly type: string;
  readonly data: string;
}

export class EventStream {
  /** Id of the last event; kept from one connection to the next. */
  lastEventId: string;
  /** Milliseconds that the server wants to be left alone for before it is asked again. */
  retry: number;
  readonly #dispatch: (event: StreamedEvent) => void;
  /** The start of a line whose end has not come. */
  #line = '';
  /** The text so far ended with CR: an LF that follows belongs to it. */
  #afterReturn = false;
  #data = '';
  #type = '';
  #id: string;

  constructor(
    before: { readonly lastEventId: string; readonly retry: number },
    dispatch: (event: StreamedEvent) => void,
  ) {
    this.lastEventId = before.lastEventId;
    this.retry = before.retry;
    this.#id = before.lastEventId;
    this.#dispatch = dispatch;
  }

  /** Takes decoded text as it comes. What has no blank line behind it when the stream ends is dropped. */
  push(text: string): void {
    if (text === '') return;
    const fresh = this.#afterReturn && text.startsWith('\n') ? text.slice(1) : text;
    this.#afterReturn = text.endsWith('\r');
    const lines = fresh.split(/\r\n|\r|\n/);
    lines[0] = this.#line + lines[0];
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    if (line === '') {
      this.#end();
      return;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'event') this.#type = value;
    else if (name === 'data') this.#data += `${value}\n`;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retry = Number(value);
  }

  #end(): void {
    this.lastEventId = this.#id;
    const event = { type: this.#type || 'message', data: this.#data.slice(0, -1) };
    const empty = this.#data === '';
    this.#data = '';
    this.#type = '';
    if (!empty) this.#dispatch(event);
  }
}
