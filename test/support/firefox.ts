/** Firefox by WebDriver BiDi, and what only a page of the browser's own can ask of it. */
import puppeteer, { type Browser } from 'puppeteer-core';

/** Debian's, unless `FIREFOX` names another. */
const FIREFOX_PATH = process.env.FIREFOX ?? '/usr/bin/firefox-esr';

/** A profile of its own, which is deleted with the browser. */
export const launchFirefox = (): Promise<Browser> =>
  puppeteer.launch({
    browser: 'firefox',
    executablePath: FIREFOX_PATH,
    acceptInsecureCerts: true,
    // Opens the browser's own windows to WebDriver BiDi: nothing else stops a service worker.
    args: ['--remote-allow-system-access'],
    // Else a copy of each body is kept for the driver.
    networkEnabled: false,
    // A first start on a busy machine, with nothing of it in the page cache.
    timeout: 120_000,
  });

/** Stops all service workers, as Firefox does after 30 idle seconds. */
export async function stopFirefoxWorkers(browser: Browser): Promise<void> {
  const stopped = await evaluateInBrowserWindow(
    browser,
    `(async () => {
      const manager = Cc['@mozilla.org/serviceworkers/manager;1'].getService(Ci.nsIServiceWorkerManager);
      const registrations = manager.getAllRegistrations();
      let stopped = 0;
      for (let index = 0; index < registrations.length; index++) {
        const { activeWorker } = registrations.queryElementAt(index, Ci.nsIServiceWorkerRegistrationInfo);
        await activeWorker?.terminateWorker();
        if (activeWorker) stopped++;
      }
      return stopped;
    })()`,
  );
  if (stopped === 0) throw new Error('Firefox has no service worker to stop.');
}

/** Puppeteer has no call for it: `moz:scope` is Firefox' own. */
async function evaluateInBrowserWindow(browser: Browser, expression: string): Promise<unknown> {
  if (!hasConnection(browser)) throw new Error('This browser is not driven by WebDriver BiDi.');
  const { result: tree } = await browser.connection.send('browsingContext.getTree', { 'moz:scope': 'chrome' });
  const context = tree.contexts?.[0]?.context;
  if (context === undefined) throw new Error('Firefox has no window.');
  const { result } = await browser.connection.send('script.evaluate', {
    expression,
    target: { context },
    awaitPromise: true,
  });
  if (result.type !== 'success') throw new Error(`Firefox: ${result.exceptionDetails?.text ?? 'no result'}`);
  return result.result?.value;
}

/** Commands and answers of WebDriver BiDi, as far as they are used here. */
interface BidiConnection {
  send(
    method: 'browsingContext.getTree' | 'script.evaluate',
    parameters: object,
  ): Promise<{
    readonly result: {
      readonly contexts?: readonly { readonly context: string }[];
      readonly type?: string;
      readonly result?: { readonly value?: unknown };
      readonly exceptionDetails?: { readonly text: string };
    };
  }>;
}

const hasConnection = (browser: object): browser is { readonly connection: BidiConnection } => 'connection' in browser;
