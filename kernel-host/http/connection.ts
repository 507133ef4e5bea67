/**
 * The host's end of a TCP connection into a guest, as the HTTP injector sees it. The kernel's network implements it over
 * socket rings; tests may implement it over arrays. All methods return at once and never throw.
 */
export interface HostConnection {
  /** Takes what fits now and returns its count in bytes; 0: full, wait for `onWritable`; -1: the guest reads no more. */
  write(bytes: Uint8Array): number;
  /** Copies what is there into `into` and returns its count; 0: nothing yet, wait for `onReadable`; -1: end of stream; -2: reset. */
  read(into: Uint8Array): number;
  /** Bytes that `read` would give now. */
  readonly available: number;
  /** The guest reads end of file after what was written. */
  shutdownWrite(): void;
  /** Closes both directions; with unread data the guest sees a reset (RFC 9293 section 3.10.4). */
  close(): void;
  /** Called, once for each change, when a `read` or `write` that found nothing would now do something. */
  onReadable: (() => void) | null;
  onWritable: (() => void) | null;
  /** Called once, when the guest accepts the connection; it may do nothing but note that. */
  onAccepted: (() => void) | null;
}

/** Where connections come from. */
export interface HostNetwork {
  /**
   * A connection placed on the accept queue of the guest that listens on `port`; null when none does, or its queue is full,
   * and for no other reason: where a connection cannot be made (no memory) it is one that was reset.
   */
  connect(port: number): HostConnection | null;
  /** Resolves when something listens on `port`; rejects with the signal's reason when aborted. */
  whenListening(port: number, signal: AbortSignal): Promise<void>;
  /** Tells the two meanings of a null from `connect` apart: true when something listens on `port`. */
  isListening(port: number): boolean;
  /**
   * Resolves when the accept queue of `port` has room, or when nothing listens there any more (so that the caller looks
   * again); rejects with the signal's reason when aborted.
   */
  whenRoom(port: number, signal: AbortSignal): Promise<void>;
}

/** A connection that was over before it began. */
export function resetConnection(): HostConnection {
  return {
    write: () => -1,
    read: () => -2,
    available: 0,
    shutdownWrite() {},
    close() {},
    onReadable: null,
    onWritable: null,
    onAccepted: null,
  };
}
