/**
 * Processes with threads of their own, killed at any moment: bytes arrive as they were sent, nobody waits for what has come, and
 * all that the kernel handed out comes back.
 */
import { Worker } from 'node:worker_threads';
import { expect, it, vi } from 'vitest';
import { installProgram } from '../../kernel-host/boot/install-program.js';
import { makeDirectory, plantRootTree } from '../../kernel-host/boot/root-tree.js';
import { Sources } from '../../kernel-host/channel/sources.js';
import { Kernel } from '../../kernel-host/kernel.js';
import { SlabAllocator } from '../../kernel-host/memory/slab-allocator.js';
import { createPipe } from '../../kernel-host/pipe/pipe.js';
import { systemClock } from '../../kernel-host/platform/clock.js';
import { workerScript } from '../support/worker-script.js';

const PROGRAM = '/bin/stress';
const DURATION = 6_000;
const PORT = 80;
/** Milliseconds that a worker goes on for when it is told to stop. */
const STOPPING = 500;
/** wait(2) statuses. */
const KILLED = 9;
const CUT_OFF = 1 << 8;
/** What a producer sends: several times what a pipe holds. */
const STREAM = 1_000_000;

const KILLABLE = ['producer', 'client', 'churner', 'consumer', 'server'] as const;

/** What every process runs: the role that its first argument names, with the second as its seed. */
const ROLES = `
  import { workerData as start } from 'node:worker_threads';
  import * as errno from '../../kernel-host/abi/errno.js';
  import { F_SETFL, O_CREAT, O_NONBLOCK, O_RDWR, O_TRUNC } from '../../kernel-host/abi/fcntl.js';
  import { POLLIN, POLLOUT } from '../../kernel-host/abi/poll.js';
  import { emptyAttributes } from '../../kernel-host/abi/stat.js';
  import * as number from '../../kernel-host/abi/syscall.js';
  import { GuestChannel } from '../../kernel-host/channel/guest-channel.js';
  import { KernelMemory } from '../../kernel-host/memory/kernel-memory.js';
  import { ProcessView } from '../../kernel-host/vdso/process-view.js';
  import { SystemCalls } from '../../kernel-host/vdso/system-calls.js';

  const memory = new KernelMemory(start.memory);
  const channel = new GuestChannel(memory, start.channel, 0, start.channelDataSize, start.source);
  const calls = new SystemCalls(channel, new ProcessView(memory, start.process));
  const [, role, seedText] = start.arguments;
  let state = Number(seedText);
  // Numerical Recipes' linear congruential generator.
  const random = (below) => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return Math.floor((state / 2 ** 32) * below); };
  const exit = (code) => calls.plain(number.SYS_exit_group, code);
  const fail = (what, value) => { throw new Error(role + ' ' + seedText + ': ' + what + ' ' + value); };
  const buffer = new Uint8Array(70_000);
  const fillStream = (from, length) => { for (let i = 0; i < length; i++) buffer[i] = ((from + i) * 31) >>> 3; };
  const checkStream = (from, length) => {
    for (let i = 0; i < length; i++) if (buffer[i] !== ((((from + i) * 31) >>> 3) & 255)) fail('byte', from + i);
  };
  const wait = (fd, events) => { const entry = { fd, events, revents: 0 }; if (calls.poll([entry], -1) !== 1) fail('poll', entry.revents); };
  const text = (value) => new TextEncoder().encode(value);
  const address = (port) => {
    channel.dataView.setUint16(0, 2, true);
    channel.dataView.setUint16(2, port, false);
    channel.dataView.setUint32(4, 0x7f000001, false);
    return [channel.dataAddress, 16];
  };

  const roles = {
    producer() {
      if (random(2)) calls.fcntl(1, F_SETFL, O_NONBLOCK);
      for (let done = 0; done < ${STREAM}; ) {
        const length = Math.min(1 + random(random(2) ? 500 : buffer.length), ${STREAM} - done);
        fillStream(done, length);
        for (let sent = 0; sent < length; ) {
          const count = calls.write(1, buffer, sent, length - sent);
          if (count === -errno.EPIPE) exit(1);
          if (count === -errno.EAGAIN) wait(1, POLLOUT);
          else if (count <= 0) fail('write', count);
          else sent += count;
        }
        done += length;
      }
    },
    consumer() {
      if (random(2)) calls.fcntl(0, F_SETFL, O_NONBLOCK);
      for (let done = 0; ; ) {
        if (random(4) === 0) wait(0, POLLIN);
        const count = calls.read(0, buffer, 0, 1 + random(random(2) ? 500 : buffer.length));
        if (count === -errno.EAGAIN) { wait(0, POLLIN); continue; }
        if (count < 0) fail('read', count);
        if (count === 0) exit(done === ${STREAM} ? 0 : 1);
        checkStream(done, count);
        done += count;
      }
    },
    server() {
      const listener = calls.plain(number.SYS_socket, 2, 1, 0);
      if (calls.plain(number.SYS_bind, listener, ...address(${PORT})) !== 0) fail('bind', 0);
      calls.plain(number.SYS_listen, listener, 4);
      calls.fcntl(listener, F_SETFL, O_NONBLOCK);
      const connections = new Map();
      for (;;) {
        const entries = [{ fd: listener, events: POLLIN, revents: 0 }];
        for (const [fd, echo] of connections) entries.push({ fd, events: echo.length > 0 ? POLLOUT : POLLIN, revents: 0 });
        if (calls.poll(entries, -1) < 1) fail('poll', 0);
        for (const { fd, revents } of entries) {
          if (revents === 0) continue;
          if (fd === listener) {
            const accepted = calls.plain(number.SYS_accept4, fd, 0, 0, 0);
            if (accepted >= 0) { calls.fcntl(accepted, F_SETFL, O_NONBLOCK); connections.set(accepted, new Uint8Array(0)); }
            else if (accepted !== -errno.EAGAIN) fail('accept', accepted);
            continue;
          }
          const echo = connections.get(fd);
          const count = echo.length > 0 ? calls.write(fd, echo, 0, echo.length) : calls.read(fd, buffer, 0, 1 + random(buffer.length));
          if (count === -errno.EAGAIN) continue;
          if (count <= 0) { connections.delete(fd); calls.close(fd); }
          else connections.set(fd, echo.length > 0 ? echo.subarray(count) : buffer.slice(0, count));
        }
      }
    },
    client() {
      for (let turn = 0; turn < 10; turn++) {
        const fd = calls.plain(number.SYS_socket, 2, 1, 0);
        let connected;
        // Nobody listens while both servers are being started again.
        while ((connected = calls.plain(number.SYS_connect, fd, ...address(${PORT}))) === -errno.ECONNREFUSED) calls.sleep(5);
        if (connected !== 0) fail('connect', connected);
        const length = 1 + random(60_000);
        fillStream(turn, length);
        for (let sent = 0; sent < length; ) {
          const count = calls.write(fd, buffer, sent, Math.min(length - sent, 1 + random(length)));
          if (count === -errno.EPIPE || count === -errno.ECONNRESET) exit(1);
          if (count <= 0) fail('write', count);
          sent += count;
        }
        for (let got = 0; got < length; ) {
          if (random(3) === 0) wait(fd, POLLIN);
          const count = calls.read(fd, buffer, 0, length - got);
          if (count === 0 || count === -errno.ECONNRESET) exit(1);
          if (count < 0) fail('read', count);
          checkStream(turn + got, count);
          got += count;
        }
        calls.close(fd);
      }
    },
    churner() {
      const attributes = emptyAttributes();
      const directory = text('/churn');
      for (let turn = 0; turn < 500; turn++) {
        const path = text('/churn/' + random(8));
        const other = text('/churn/' + random(8));
        switch (random(6)) {
          case 0: {
            const fresh = text('/churn/fresh-' + seedText);
            const fd = calls.openat(-100, fresh, fresh.length, O_RDWR | O_CREAT | O_TRUNC, 0o644);
            if (fd < 0) fail('create', fd);
            const length = 1 + random(20_000);
            buffer.fill(random(256), 0, length);
            if (calls.write(fd, buffer, 0, length) !== length) fail('write', length);
            calls.close(fd);
            const renamed = calls.onTwoPaths(number.SYS_renameat2, -100, fresh, fresh.length, -100, path, path.length, 0);
            if (renamed !== 0) fail('rename', renamed);
            break;
          }
          case 1: calls.onPath(number.SYS_unlinkat, -100, path, path.length); break;
          case 2: calls.onTwoPaths(number.SYS_renameat2, -100, path, path.length, -100, other, other.length, 0); break;
          case 3: {
            const names = new Set();
            const fd = calls.openat(-100, directory, directory.length, 0, 0);
            const result = calls.entries(fd, (name) => names.add(String.fromCharCode(...name)).size > 0, () => names.clear());
            if (result !== 0 || !names.has('.') || !names.has('always')) fail('entries ' + [...names], result);
            calls.close(fd);
            break;
          }
          default: {
            const fd = calls.openat(-100, path, path.length, 0, 0);
            if (fd === -errno.ENOENT) break;
            if (fd < 0) fail('open', fd);
            if (calls.fstat(fd, attributes) !== 0 || attributes.size === 0) fail('size', attributes.size);
            const count = calls.read(fd, buffer, 0, buffer.length);
            if (count !== attributes.size) fail('read ' + attributes.size, count);
            for (let i = 1; i < count; i++) if (buffer[i] !== buffer[0]) fail('torn at', i);
            calls.close(fd);
          }
        }
      }
    },
  };
  roles[role]();
  exit(0);
`;

/** Counts what is handed out and not yet given back, over all allocators of one kind. */
function outstanding(of: {
  prototype: { allocate(...args: never[]): unknown; free(...args: never[]): void };
}): () => number {
  const allocated = vi.spyOn(of.prototype, 'allocate');
  const freed = vi.spyOn(of.prototype, 'free');
  return () => allocated.mock.results.length - freed.mock.results.length;
}

class Stress {
  readonly kernel: Kernel;
  readonly crashes: string[] = [];
  readonly tally = new Map<string, number>();
  readonly #ends = new Map<number, (status: number) => void>();
  #seed = 1;
  #random = 12345;

  constructor(script: string) {
    this.kernel = new Kernel(
      {
        clock: systemClock,
        alarm: (callback, milliseconds) => {
          const timeout = setTimeout(callback, milliseconds);
          return () => clearTimeout(timeout);
        },
        workers: {
          start: (start, failed) => {
            const worker = new Worker(script, { eval: true, workerData: start });
            worker.on('error', (error) => failed(String(error)));
            // Late, as in Chromium, which lets scripts go on for up to two seconds.
            const terminate = () => void setTimeout(() => void worker.terminate(), this.random(STOPPING));
            return { terminate, release: terminate };
          },
        },
        defer: setImmediate,
        processors: 2,
      },
      {
        onExit: (pid, status) => this.#ends.get(pid)?.(status),
        onCrash: (_pid, message) => void this.crashes.push(message),
      },
    );
    plantRootTree(this.kernel);
    const module = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    installProgram(this.kernel, PROGRAM, { abi: 'wasi', module });
  }

  random(below: number): number {
    this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#random / 2 ** 32) * below);
  }

  /** Starts a role with these descriptors, of which it gets the only reference; its end. */
  run(role: string, descriptors: readonly (readonly [fd: number, description: number])[] = []): Promise<number> {
    const { kernel } = this;
    const { root } = kernel.vfs;
    const pid = kernel.processes.spawn({
      path: PROGRAM,
      arguments: [PROGRAM, role, String(this.#seed++)],
      environment: [],
      cwd: { fileSystem: root, node: root.root },
      descriptors: new Map(descriptors),
      parent: null,
      sharedPort: PORT,
    });
    for (const [, description] of descriptors) kernel.descriptions.release(description);
    return new Promise((resolve) => {
      this.#ends.set(pid, (status) => {
        this.#ends.delete(pid);
        const how = `${role} ${status}`;
        this.tally.set(how, (this.tally.get(how) ?? 0) + 1);
        resolve(status);
      });
    });
  }

  async runPipe(): Promise<void> {
    const { kernel } = this;
    const ends = createPipe(kernel.memory, kernel.rings);
    if (typeof ends === 'number') throw new Error('no pipe');
    const [reads, writes] = ends.map((end) => kernel.describePipe(end, 0));
    const consumer = this.run('consumer', [[0, reads ?? -1]]);
    const producer = this.run('producer', [[1, writes ?? -1]]);
    const [consumed, produced] = await Promise.all([consumer, producer]);
    // Only who was killed, or left alone by one who was, comes short.
    if (produced === 0) expect([0, KILLED]).toContain(consumed);
    if (consumed === 0) expect(produced).toBe(0);
    if (produced === CUT_OFF) expect(consumed).toBe(KILLED);
  }

  kill(role: string): void {
    const victim = this.kernel.processes.all().find((process) => process.arguments[1] === role);
    if (victim) this.kernel.processes.end(victim, KILLED);
  }
}

it('threads that are killed at any moment leave no trace', async () => {
  const records = outstanding(SlabAllocator);
  const sources = outstanding(Sources);
  const stress = new Stress(await workerScript(ROLES, import.meta.dirname));
  const { kernel, tally } = stress;
  const { root } = kernel.vfs;
  const directory = makeDirectory(kernel, '/churn', 0o755);
  root.create(directory, new TextEncoder().encode('always'), 0o100644, 0);
  const before = { records: records(), sources: sources() };

  const until = performance.now() + DURATION;
  let stopped = false;
  const serve = async (): Promise<void> => {
    while (!stopped) await stress.run('server');
  };
  /** The last of them is left in peace. */
  const again = async (run: () => Promise<unknown>): Promise<void> => {
    while (performance.now() < until) await run();
    await run();
  };
  const servers = [serve(), serve()];
  const others = [
    again(() => stress.runPipe()),
    again(() => stress.runPipe()),
    ...[0, 1, 2].map(() => again(() => stress.run('client'))),
    ...[0, 1].map(() => again(() => stress.run('churner'))),
  ];
  while (performance.now() < until) {
    for (const role of KILLABLE) {
      // At any moment: neither in step with calls nor with the kernel's turns.
      await new Promise((resolve) => setTimeout(resolve, stress.random(100)));
      stress.kill(role);
    }
  }
  // What waits in vain does so for ever.
  await Promise.all(others);
  stopped = true;
  for (const process of kernel.processes.all()) kernel.processes.end(process, KILLED);
  await Promise.all(servers);

  expect(stress.crashes).toEqual([]);
  for (const role of KILLABLE) {
    if (role !== 'server') expect(tally.get(`${role} 0`), role).toBeGreaterThan(0);
    expect(tally.get(`${role} ${KILLED}`), role).toBeGreaterThan(0);
  }
  for (;;) {
    const entry = root.entry(directory, 2);
    if (!entry) break;
    expect(root.unlink(directory, entry.name)).toBe(0);
  }
  root.create(directory, new TextEncoder().encode('always'), 0o100644, 0);
  expect({ records: records(), sources: sources() }).toEqual(before);
  expect(kernel.processes.all()).toEqual([]);
}, 30_000);
