/**
 * How the pages of a bridge come by shared memory. A browser with Document-Isolation-Policy isolates the hidden frame that the kernel
 * runs in, and pages and guest documents go without headers. Elsewhere the page itself is isolated, and with it every frame.
 */
import { noIsolationNote } from '../../protocol/site.js';
import { type EmbedderPolicy, embedderPolicyFor, isolatesDocuments } from './isolation.js';

export class IsolationMode {
  readonly #scope: string;
  readonly #userAgent: string;
  readonly #fallback: EmbedderPolicy;
  readonly #noted: Promise<void>;
  /** What documents in frames, and scripts of workers, carry now. */
  policy: EmbedderPolicy;

  constructor(scope: string, userAgent: string) {
    this.#scope = scope;
    this.#userAgent = userAgent;
    this.#fallback = embedderPolicyFor(userAgent);
    this.policy = isolatesDocuments(userAgent) ? 'unsafe-none' : this.#fallback;
    this.#noted = this.#readNote();
  }

  /** The policy, once it is known whether this browser refused to isolate a frame before. */
  async known(): Promise<EmbedderPolicy> {
    await this.#noted;
    return this.policy;
  }

  /** For a page that is about to be loaded: it may have found out a moment ago, and be loaded again for that. */
  async now(): Promise<EmbedderPolicy> {
    await this.#readNote();
    return this.policy;
  }

  /** A page that runs a kernel knows how it is isolated. */
  learn(pageIsolated: boolean): void {
    this.policy = pageIsolated ? this.#fallback : 'unsafe-none';
  }

  async #readNote(): Promise<void> {
    if (this.policy !== 'unsafe-none') return;
    if (await caches.has(noIsolationNote(this.#scope, this.#userAgent))) this.policy = this.#fallback;
  }
}
