/** A stand-in for the kernel worker: downloads as the real one does, and answers requests from a table of pages. */
import { loadAssets } from '../../kernel-host/platform/browser/assets.js';
import { ChunkStore } from '../../kernel-host/platform/browser/chunk-store.js';
import { BRIDGE_VERSION, type FromKernel, type HeaderList, type ToKernel } from '../../protocol/bridge.js';
import { PortsideError } from '../../protocol/errors.js';
import type { FromMachine, ToMachine } from '../../protocol/machine.js';
import type { SiteConfig } from '../../protocol/site.js';

let shell: { postMessage(message: FromMachine): void } = self;
const send = (message: FromMachine) => shell.postMessage(message);
let site: SiteConfig | undefined;
const instance = crypto.randomUUID();

function receive(message: ToMachine): void {
  switch (message.type) {
    case 'control':
      shell = message.port;
      message.port.onmessage = (event: MessageEvent<ToMachine>) => receive(event.data);
      break;
    case 'connect':
      serve(message.port);
      break;
    case 'prefetch':
      send({ type: 'prefetched' });
      break;
    case 'stats':
      send({ type: 'stats', memory: 0, processes: [] });
      break;
    case 'boot':
      if (message.site.env.STUB === 'throw') throw new Error('the stub was asked to throw');
      void boot(message.site, message.origin);
      break;
  }
}
addEventListener('message', (event: MessageEvent<ToMachine>) => receive(event.data));

async function boot(config: SiteConfig, origin: string): Promise<void> {
  site = config;
  try {
    const assets = await loadAssets(
      config,
      new URL(config.base, origin),
      (loaded, total) => send({ type: 'progress', step: 'download', loaded, total }),
      new ChunkStore(config.base, new URL(config.base, origin)),
    );
    const image = [assets.index, ...assets.chunks.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    const { exports } = new WebAssembly.Instance(assets.guest);
    const failure = await assets.stored;
    const from = assets.guestFromCache ? 'cache' : 'network';
    send({
      type: 'output',
      pid: 1,
      fd: 1,
      text: `guest from ${from}, answers ${String(callAnswer(exports))}, image ${image}, stored ${String(failure)}\n`,
    });
  } catch (error) {
    if (!(error instanceof PortsideError)) throw error;
    send({ type: 'failed', code: error.code, ...(error.detail && { detail: error.detail }) });
    return;
  }
  send({ type: 'progress', step: 'listen', loaded: 0, total: 0 });
  send({ type: 'output', pid: 2, fd: 2, text: '[Sun Nov 22 12:00:00 2026] PHP Warning:  Undefined variable\n' });
  send({ type: 'ready' });
}

const callAnswer = (exports: WebAssembly.Exports): unknown =>
  typeof exports.answer === 'function' ? exports.answer() : undefined;

function serve(port: MessagePort): void {
  const answer = (message: FromKernel, transfer: Transferable[] = []) => port.postMessage(message, transfer);
  port.onmessage = ({ data }: MessageEvent<ToKernel>) => {
    if (data.type === 'hello') answer({ type: 'hello', version: BRIDGE_VERSION });
    if (data.type === 'ping') answer({ type: 'pong' });
    if (data.type !== 'request') return;
    if (data.target === '/leave') {
      const headers: HeaderList = [['location', site?.env.OUTSIDE ?? '']];
      return answer({ type: 'response', id: data.id, status: 302, statusText: '', headers, body: null });
    }
    if (data.target === '/endless') return begin(answer, data);
    const { status, type, text } = page(data);
    const extra: HeaderList = data.target === '/file' ? [['content-disposition', 'attachment; filename=file.txt']] : [];
    const body = new TextEncoder().encode(text).buffer;
    answer(
      { type: 'response', id: data.id, status, statusText: '', headers: [['content-type', type], ...extra], body },
      [body],
    );
  };
}

/** Sends the beginning of a page, and never its end. */
function begin(answer: (message: FromKernel) => void, { id }: Request): void {
  const chunk = new TextEncoder().encode(
    `<!doctype html><title>Endless</title><h1>endless</h1>${' '.repeat(1024)}`,
  ).buffer;
  answer({
    type: 'response',
    id,
    status: 200,
    statusText: '',
    headers: [['content-type', 'text/html']],
    body: 'stream',
  });
  answer({ type: 'chunk', id, chunk });
}

type Request = Extract<ToKernel, { readonly type: 'request' }>;

function page(request: Request): { status: number; type: string; text: string } {
  const base = site?.base ?? '/';
  const target = request.target.slice(1);
  if (target === 'icon.svg') {
    return {
      status: 200,
      type: 'image/svg+xml',
      text: '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    };
  }
  if (target === 'favicon.ico') return { status: 404, type: 'text/html', text: 'no icon' };
  const referrer = request.headers.find(([name]) => name.toLowerCase() === 'referer')?.[1];
  const text = `<!doctype html><title>Page ${target || 'home'}</title><link rel="icon" href="${base}icon.svg">
    <h1>${target || 'home'}</h1><p id="instance">${instance}</p><p id="referrer">${referrer ?? ''}</p>
    <p id="posted">${request.method} ${request.body instanceof ArrayBuffer ? new TextDecoder().decode(request.body) : ''}</p>
    <a id="a" href="${base}a?x=1">a</a> <a id="b" href="${base}b">b</a> <a id="hash" href="#part">part</a>
    <a id="top" href="${base}topped" target="_top">top</a> <a id="save" href="${base}b" download="page b.html">save</a> <a id="outside" href="${site?.env.OUTSIDE ?? ''}">outside</a>
    <form id="form" method="post" action="${base}posted" target="_top"><input name="q" value="1"><button>go</button></form>
    <p style="height: 200vh" id="part">part</p>`;
  return { status: 200, type: 'text/html; charset=utf-8', text };
}
