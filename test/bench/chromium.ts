/**
 * Chromium through the DevTools protocol and nothing between: a driver's own network events would be measured with the
 * page (Playwright makes a fetch up to twice as slow). https://chromedevtools.github.io/devtools-protocol/
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { BenchPage } from './page.js';

/** A message's fields as they come: each reader looks at what it needs. */
export type Fields = Readonly<Record<string, unknown>>;

interface Answer {
  resolve(result: Fields): void;
  reject(error: Error): void;
}

type Listener = (parameters: Fields, session: string) => void;

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Pages that are measured in turn lie behind one another: none may run slower for that.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--remote-debugging-pipe',
];

export class Chromium {
  readonly #process: ChildProcess;
  readonly #input: Writable;
  readonly #profile: string | undefined;
  readonly #answers = new Map<number, Answer>();
  readonly #listeners = new Map<string, Set<Listener>>();
  #lastId = 0;
  #pending = '';

  /** @param profile a directory that outlives the browser; a fresh one, removed with it, where none is given. */
  static async launch(profile?: string): Promise<Chromium> {
    const fresh = profile === undefined ? await mkdtemp(join(tmpdir(), 'portside-bench-')) : undefined;
    const chromium = new Chromium(profile ?? fresh ?? '', fresh);
    await chromium.send('Target.getTargets');
    return chromium;
  }

  private constructor(directory: string, removed: string | undefined) {
    this.#profile = removed;
    this.#process = spawn(process.env.CHROMIUM ?? '/usr/bin/chromium', [...FLAGS, `--user-data-dir=${directory}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    const [, , , input, output] = this.#process.stdio;
    if (!(input instanceof Writable) || !(output instanceof Readable)) throw new Error('Chromium was given no pipes.');
    this.#input = input;
    output.setEncoding('utf8').on('data', (text: string) => this.#receive(text));
    this.#process.on('exit', () => this.#end(new Error('Chromium ended.')));
    this.#process.on('error', (error) => this.#end(error));
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** @throws Error with the browser's words when it refuses. */
  send(method: string, params: Fields = {}, sessionId?: string): Promise<Fields> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject: (error) => reject(new Error(`${method}: ${error.message}`)) });
      this.#input.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    });
  }

  /** Runs `listener` at each event of that name; returns how to stop. */
  on(event: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  async version(): Promise<string> {
    const { product } = await this.send('Browser.getVersion');
    return String(product);
  }

  /** A page of its own window, blank yet. */
  async open(): Promise<BenchPage> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank', newWindow: true });
    return BenchPage.attach(this, String(targetId));
  }

  async close(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.send('Browser.close').catch(() => undefined);
    await exited;
    if (this.#profile) await rm(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #receive(text: string): void {
    const messages = (this.#pending + text).split('\0');
    this.#pending = messages.pop() ?? '';
    for (const message of messages) this.#dispatch(JSON.parse(message));
  }

  #dispatch(message: {
    id?: number;
    method?: string;
    params?: Fields;
    result?: Fields;
    error?: { message: string };
    sessionId?: string;
  }): void {
    if (message.method !== undefined) {
      for (const listener of this.#listeners.get(message.method) ?? [])
        listener(message.params ?? {}, message.sessionId ?? '');
      return;
    }
    const answer = this.#answers.get(message.id ?? 0);
    this.#answers.delete(message.id ?? 0);
    if (message.error) answer?.reject(new Error(message.error.message));
    else answer?.resolve(message.result ?? {});
  }

  #end(error: Error): void {
    for (const answer of this.#answers.values()) answer.reject(error);
    this.#answers.clear();
  }
}
