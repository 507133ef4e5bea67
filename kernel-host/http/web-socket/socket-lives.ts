/** How the two ends of a tunnel learn that the other is gone, where the platform's ports do not tell. */
export interface SocketLives {
  /** Names this kernel's own life, to be told to pages. */
  readonly own: string;
  /** Resolves when the life of that name is over; rejects with the signal's reason when aborted. */
  whenOver(life: string, signal: AbortSignal): Promise<void>;
}
