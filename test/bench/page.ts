/** A page of the measured browser: goes where it is told, runs functions, waits for words from its documents. */
import { bundle } from '../support/stub-host.js';
import type { Chromium, Fields } from './chromium.js';
import type * as inPage from './in-page.js';

type InPage = typeof inPage;

/** What `in-page.ts` is named in pages. */
const IN_PAGE = 'portsideBench';
let script: Promise<string> | undefined;
const inPageScript = (): Promise<string> =>
  (script ??= bundle('test/bench/in-page.ts', 'iife', IN_PAGE).then((bytes) => new TextDecoder().decode(bytes)));

/** Milliseconds: the slowest of what is waited for, a peer's first boot with WordPress, takes a few seconds. */
const PATIENCE = 60_000;

/** Milliseconds: a gibibyte through PHP's own server takes most of it. */
const CALL_PATIENCE = 180_000;

/** What documents call to say where they are. */
const BINDING = 'benchSays';

export class BenchPage {
  readonly chromium: Chromium;
  readonly session: string;
  readonly #target: string;

  private constructor(chromium: Chromium, target: string, session: string) {
    this.chromium = chromium;
    this.#target = target;
    this.session = session;
  }

  static async attach(chromium: Chromium, targetId: string): Promise<BenchPage> {
    const { sessionId } = await chromium.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new BenchPage(chromium, targetId, String(sessionId));
    await page.send('Page.enable');
    await page.onNewDocument(await inPageScript());
    return page;
  }

  send(method: string, parameters: Fields = {}): Promise<Fields> {
    return this.chromium.send(method, parameters, this.session);
  }

  /** Runs a script at the start of every document, of frames too. It may call `benchSays(word)`. */
  async onNewDocument(source: string): Promise<void> {
    await this.send('Page.addScriptToEvaluateOnNewDocument', { source });
  }

  /**
   * Resolves when a document that comes says `word`. Only meanwhile is the domain on that tells of it: it also sends each line
   * of the console here, in the measured time.
   *
   * @throws Error when none does in time
   */
  async said(word: string): Promise<void> {
    // Commands keep their order: these are carried out before what the caller sends next.
    const asked = [this.send('Runtime.enable'), this.send('Runtime.addBinding', { name: BINDING })];
    await this.#event('Runtime.bindingCalled', ({ name, payload }) => name === BINDING && payload === word, word);
    await Promise.all([...asked, this.send('Runtime.disable')]);
  }

  async navigate(url: string): Promise<void> {
    const { errorText } = await this.send('Page.navigate', { url });
    if (errorText !== undefined) throw new Error(`${url}: ${errorText}`);
  }

  /** Goes to `url` and waits until it has loaded. */
  async load(url: string): Promise<void> {
    const loaded = this.#event('Page.loadEventFired', () => true, `the load of ${url}`);
    await this.navigate(url);
    await loaded;
  }

  #event(name: string, matches: (parameters: Fields) => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(limit);
        stop();
        settle();
      };
      const limit = setTimeout(() => end(() => reject(new Error(`${what} did not come in ${PATIENCE} ms.`))), PATIENCE);
      const stop = this.chromium.on(name, (parameters, session) => {
        if (session === this.session && matches(parameters)) end(resolve);
      });
    });
  }

  /** Calls a function of `in-page.ts`. @throws Error with the page's own words, or when it does not end */
  async call<Name extends keyof InPage>(
    name: Name,
    ...parameters: Parameters<InPage[Name]>
  ): Promise<Awaited<ReturnType<InPage[Name]>>> {
    const expression = `${IN_PAGE}.${name}(...${JSON.stringify(parameters)})`;
    return (await this.evaluate(expression)) as Awaited<ReturnType<InPage[Name]>>;
  }

  /** The value of an expression, awaited. @throws Error with the page's own words, or when it does not end */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await inTime(
      this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }),
      expression.slice(0, 200),
    );
    if (exceptionDetails !== undefined) throw new Error(`in the page: ${JSON.stringify(exceptionDetails)}`);
    return (result as { readonly value: unknown }).value;
  }

  /** Heap and array buffers of the first service worker that runs, in mebibytes; 0 while none does. */
  async workerMemory(): Promise<number> {
    const { targetInfos } = await this.chromium.send('Target.getTargets');
    if (!Array.isArray(targetInfos)) return 0;
    const worker = targetInfos.find(({ type }) => type === 'service_worker');
    if (!worker) return 0;
    const { sessionId } = await this.chromium.send('Target.attachToTarget', {
      targetId: worker.targetId,
      flatten: true,
    });
    const { usedSize, backingStorageSize } = await this.chromium.send('Runtime.getHeapUsage', {}, String(sessionId));
    await this.chromium.send('Target.detachFromTarget', { sessionId });
    return (Number(usedSize) + Number(backingStorageSize ?? 0)) / 1024 ** 2;
  }

  async close(): Promise<void> {
    await this.chromium.send('Target.closeTarget', { targetId: this.#target });
  }
}

function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`${what} did not end in ${CALL_PATIENCE} ms.`)), CALL_PATIENCE);
    promise.then(resolve, reject).finally(() => clearTimeout(limit));
  });
}
