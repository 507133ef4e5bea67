/** A machine in a real browser, with ports and other programs in it. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Port, port } from '../../../guest/build-ports.mjs';
import { bundle, type HostedFile, html, type StubHost, script, serve } from '../stub-host.js';
import type { RequestName, Requests } from './requests.js';

const dist = fileURLToPath(new URL('../../../dist/', import.meta.url));

/** A shared memory wants them (HTML, "cross-origin isolated"). */
const ISOLATING = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Calls the worker of the page: what each request is answered with. */
const PAGE = `<!doctype html><html lang="en"><title>machine</title><script>
const worker = new Worker('/machine-worker.js', { type: 'module' });
const waiting = new Map();
let last = 0;
worker.onmessage = ({ data }) => {
  const { resolve, reject } = waiting.get(data.id);
  waiting.delete(data.id);
  if ('error' in data) reject(new Error(data.error)); else resolve(data.result);
};
worker.onerror = (event) => { for (const { reject } of waiting.values()) reject(new Error(event.message)); };
window.ask = (name, args) => new Promise((resolve, reject) => {
  waiting.set(++last, { resolve, reject });
  worker.postMessage({ id: last, name, arguments: args });
});
</script>`;

export interface MachineHost extends StubHost {
  readonly setup: Parameters<Requests['setUp']>[0];
}

/** Serves the page, the library's scripts, the ports named, and more programs by guest path and host file. */
export async function serveMachine(
  portNames: readonly string[],
  programs: Readonly<Record<string, string>> = {},
): Promise<MachineHost> {
  const ports: Port[] = [];
  for (const name of portNames) ports.push(await port(name, () => {}));
  const found = [
    ...ports.flatMap(({ folder, programs: own }) => own.map(({ path, file }) => ({ path, file: join(folder, file) }))),
    ...Object.entries(programs).map(([path, file]) => ({ path, file })),
  ];
  const files = new Map<string, HostedFile>([
    ['/', { ...html(PAGE), headers: ISOLATING }],
    [
      '/machine-worker.js',
      { ...script(await bundle('test/support/programs/machine-worker.ts', 'esm')), headers: ISOLATING },
    ],
    [
      '/process-worker.js',
      { ...script(await readFile(join(dist, 'kernel-host/process-worker.js'))), headers: ISOLATING },
    ],
  ]);
  const served: { path: string; url: string }[] = [];
  for (const { path, file } of found) {
    const url = `/programs/${basename(path)}.wasm`;
    files.set(url, { type: 'application/wasm', bytes: await readFile(file) });
    served.push({ path, url });
  }
  const links = Object.assign({}, ...ports.map((one) => one.links));
  return { ...(await serve(files)), setup: { processWorker: '/process-worker.js', programs: served, links } };
}

type Machine = { [Name in RequestName]: (...args: Parameters<Requests[Name]>) => Promise<ReturnType<Requests[Name]>> };

/** A page of any driver. */
interface Evaluating {
  evaluate(expression: string): Promise<unknown>;
}

/** The machine of a page that has loaded. */
export function machineOf(page: Evaluating): Machine {
  const ask =
    (name: RequestName) =>
    async (...args: unknown[]): Promise<never> => {
      try {
        return (await page.evaluate(`window.ask(${JSON.stringify(name)}, ${JSON.stringify(args)})`)) as never;
      } catch (error) {
        // Without the page's stack: vitest looks for the files that it names.
        throw new Error(`${name}: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
      }
    };
  return {
    setUp: ask('setUp'),
    write: ask('write'),
    start: ask('start'),
    said: ask('said'),
    type: ask('type'),
    kill: ask('kill'),
    ended: ask('ended'),
    http: ask('http'),
    times: ask('times'),
    running: ask('running'),
  };
}
