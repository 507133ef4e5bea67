/** The same WebSocket server twice: in a guest of a packed site, and native, each with a page of the browser's that talks to it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { NATIVE_PHP } from './native-php.js';
import type { PackedSite } from './packed-site.js';
import { fetchIn, openSite } from './site-visit.js';

const SERVER = fileURLToPath(new URL('../site/web-sockets/server.php', import.meta.url));

/** A page that has a server of WebSockets to talk to. */
export interface SocketPage {
  readonly frame: Frame;
  /** Where the server is, for the page; ends with a slash. */
  readonly base: string;
}

export interface GuestSocketPage extends SocketPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Guest port that the server listens on. */
  readonly port: number;
}

export interface NativeSocketPage extends SocketPage {
  stop(): Promise<void>;
}

export const portIn = (line: string): number => Number(/^listening on (\d+)$/.exec(line.trim())?.[1]);

/** Opens the site and has a page of it start the server. */
export async function openGuestServer(context: BrowserContext, site: PackedSite): Promise<GuestSocketPage> {
  const { page, frame } = await openSite(context, site.url);
  await frame.goto(`${site.url}web-sockets/page.php`);
  const port = portIn((await fetchIn(frame, `${site.url}web-sockets/start.php`)).text);
  const base = `${site.url.replace('http', 'ws')}.portside/port/${port}/`;
  return { page, frame, context, port, base };
}

/** Native PHP runs the server, and the browser's own WebSocket talks to it. */
export async function openNativeServer(browser: Browser): Promise<NativeSocketPage> {
  const server = spawn(NATIVE_PHP, [SERVER, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  const host = createServer((_, response) =>
    response.setHeader('Content-Type', 'text/html').end('<title>native</title>'),
  );
  await once(host.listen(0, '127.0.0.1'), 'listening');
  const address = host.address();
  if (address === null || typeof address === 'string') throw new Error('The host listens on no TCP port.');
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${address.port}/`);
  return {
    frame: page.mainFrame(),
    base: `ws://127.0.0.1:${portIn(String(line))}/`,
    async stop() {
      await page.close();
      host.close();
      server.kill();
      await once(server, 'exit');
    },
  };
}

/** Has the server answer one command about its connections (`control` in server.php). */
export const ask = ({ frame, base }: SocketPage, command: string): Promise<unknown> =>
  frame.evaluate(
    ([url, question]) =>
      new Promise<unknown>((resolve, reject) => {
        const socket = new WebSocket(url);
        socket.onopen = () => socket.send(question);
        socket.onerror = () => reject(new Error(`No answer to ${question}`));
        socket.onmessage = ({ data }) => {
          socket.close();
          resolve(JSON.parse(data));
        };
      }),
    [`${base}control`, command] as const,
  );

/** Asks until the answer is as wanted: what happens at the server is no event here. */
export async function askUntil(
  page: SocketPage,
  command: string,
  wanted: (answer: unknown) => boolean,
): Promise<unknown> {
  for (;;) {
    const answer = await ask(page, command);
    if (wanted(answer)) return answer;
  }
}
