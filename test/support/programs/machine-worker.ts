/** A machine in a worker, made of the library as an app would. */
import {
  createBrowserKernel,
  fetchProgram,
  HostTerminal,
  installProgram,
  type Kernel,
  makeDirectory,
  makeLink,
  sendHttpRequest,
  startProgram,
  writeFile,
} from '../../../kernel-host/index.js';
import { ProgramOutput } from './program-output.js';
import type { Call, Requests } from './requests.js';

const outputs = new Map<number, ProgramOutput>();
let machine: Kernel | null = null;

function kernel(): Kernel {
  if (!machine) throw new Error('the machine is not set up');
  return machine;
}

function output(pid: number): ProgramOutput {
  const found = outputs.get(pid);
  if (!found) throw new Error(`nothing was started as ${pid}`);
  return found;
}

type Answers = {
  [Name in keyof Requests]: (...args: Parameters<Requests[Name]>) => Promise<ReturnType<Requests[Name]>>;
};

const answers: Answers = {
  async setUp({ processWorker, programs, links }) {
    const made = createBrowserKernel(
      {
        onExit: (pid, status) => outputs.get(pid)?.ended(status),
        onCrash: (pid, message) => outputs.get(pid)?.write(`${message}\n`),
      },
      processWorker,
    );
    machine = made;
    await Promise.all(
      programs.map(async ({ path, url }) => {
        makeDirectory(made, path.slice(0, path.lastIndexOf('/')), 0o755);
        installProgram(made, path, await fetchProgram(url));
      }),
    );
    for (const [path, target] of Object.entries(links)) makeLink(made, path, target);
  },
  async write(files) {
    for (const { path, content } of files) {
      const bytes =
        'text' in content
          ? new TextEncoder().encode(content.text)
          : new Uint8Array(await (await fetch(content.url)).arrayBuffer());
      makeDirectory(kernel(), path.slice(0, path.lastIndexOf('/')), 0o755);
      writeFile(kernel(), path, bytes, 0o644);
    }
  },
  async start(argv, terminal) {
    const told = new ProgramOutput();
    const screen = terminal ? new HostTerminal(kernel(), { show: (bytes) => told.take(bytes) }) : null;
    told.type = (text) => void screen?.type(new TextEncoder().encode(text));
    const { pid, drained } = startProgram(kernel(), argv, {
      ...(screen && { terminal: screen, environment: { TERM: 'xterm' } }),
      output: (bytes) => void told.take(bytes),
    });
    drained.then(() => told.closed());
    outputs.set(pid, told);
    return pid;
  },
  said: (pid, pattern) => output(pid).until(new RegExp(pattern)),
  async type(pid, text) {
    output(pid).type(text);
  },
  async kill(pid, signal) {
    kernel().processes.byPid(pid)?.signals.raise(signal, 0);
  },
  ended: (pid) => output(pid).end,
  async http(port, url, headers) {
    const response = await sendHttpRequest(kernel().network, port, { method: 'GET', url, headers, body: null });
    return {
      status: response.status,
      headers: response.headers,
      body: new TextDecoder('latin1').decode(response.body),
    };
  },
  async times(argv, count) {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const from = performance.now();
      await output(await answers.start(argv, false)).end;
      times.push(performance.now() - from);
    }
    return times;
  },
  async running() {
    return kernel()
      .processes.all()
      .map(({ name }) => name);
  },
};

self.addEventListener('message', ({ data }: MessageEvent<Call>) => {
  const answer: (...args: never[]) => Promise<unknown> = answers[data.name];
  answer(...(data.arguments as never[])).then(
    (result) => self.postMessage({ id: data.id, result }),
    (error: unknown) =>
      self.postMessage({ id: data.id, error: error instanceof Error ? error.message : String(error) }),
  );
});
