/**
 * A hostile guest: ten programs that make system calls at random, beside a server that goes on serving, files that stay as they
 * are, and a kernel that has back what it gave when they are gone.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SIGKILL } from '../../kernel-host/abi/signal.js';
import { installProgram } from '../../kernel-host/boot/install-program.js';
import { makeDirectory } from '../../kernel-host/boot/root-tree.js';
import { loadProgram } from '../../kernel-host/platform/node/machine.js';
import { type GuestPhp, startGuestPhp } from '../support/compare-guest.js';

const portside = fileURLToPath(new URL('../../dist/cli/portside.js', import.meta.url));
const source = fileURLToPath(new URL('hostile/hostile.c', import.meta.url));
const COPIES = 10;
/** Of each copy: a million by PORTSIDE_HOSTILE=1000000, which takes as many minutes as this takes seconds. */
const CALLS = Number(process.env.PORTSIDE_HOSTILE ?? 10_000);
/** Calls that one program makes before another takes its place. */
const LAP = 2000;
/** Milliseconds that a lap may take: it takes one or two. */
const PATIENCE = 20_000;
const TIMEOUT = 120_000 + CALLS * 6;

let folder = '';
let guest: GuestPhp;
const PAGE = `<?php file_put_contents('/tmp/page', str_repeat('page ', 1000)); echo md5_file('/tmp/page'), ' ', md5_file('/etc/passwd');`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portside-hostile-'));
  await writeFile(join(folder, 'index.php'), PAGE);
  const program = join(folder, 'hostile.wasm');
  await promisify(execFile)(process.execPath, [portside, 'cc', '-O1', '-fno-fork', source, '-o', program]);
  guest = await startGuestPhp({ documentRoot: folder });
  installProgram(guest.kernel, '/bin/hostile', await loadProgram(program));
  makeDirectory(guest.kernel, '/tmp', 0o777);
}, 900_000);
afterAll(async () => {
  await guest?.stop();
  await rm(folder, { recursive: true, force: true });
});

test(
  'ten that make system calls at random disturb nobody',
  async () => {
    const { kernel } = guest;
    const page = await (await fetch(guest.origin)).text();
    const before = new Set(kernel.processes.all().map(({ pid }) => pid));
    const cwd = { fileSystem: kernel.vfs.root, node: kernel.vfs.root.root };
    const start = async (seed: number): Promise<number> => {
      const pid = kernel.processes.spawn({
        path: '/bin/hostile',
        arguments: ['hostile', String(seed), String(LAP)],
        environment: [],
        cwd,
        descriptors: new Map(),
        parent: null,
        sharedPort: null,
      });
      const patience = setTimeout(() => {
        const process = kernel.processes.byPid(pid);
        if (process) kernel.processes.end(process, SIGKILL);
      }, PATIENCE);
      return guest.ended(pid).finally(() => clearTimeout(patience));
    };
    /**
     * What it passes lets the kernel write over its own memory: it may end by that in any way, or wait for ever and be killed. That
     * is no lap, and another comes after it.
     */
    const through = async (first: number): Promise<number> => {
      let [laps, lost] = [0, 0];
      for (let seed = first; laps < CALLS / LAP && lost <= 20 + 4 * laps; seed += COPIES) {
        if ((await start(seed)) === 0) laps++;
        else lost++;
      }
      return laps * LAP;
    };
    const copies = Array.from({ length: COPIES }, (_, copy) => through(copy + 1));
    let over = false;
    const all = Promise.all(copies).finally(() => {
      over = true;
    });
    let served = 0;
    while (!over) {
      const response = await fetch(guest.origin);
      expect([response.status, await response.text()]).toEqual([200, page]);
      served++;
    }
    const calls = await all;
    // A fault of the kernel is told as one of the call that met it.
    expect(guest.log()).not.toMatch(/system call \d+:/);
    expect(calls.every((made) => made >= CALLS)).toBe(true);
    expect(served).toBeGreaterThan(0);
    expect(new Set(kernel.processes.all().map(({ pid }) => pid))).toEqual(before);
    expect(await (await fetch(guest.origin)).text()).toBe(page);
  },
  TIMEOUT,
);
