/** Producers and consumers under schedules that nobody chose: no wake is lost, no message, and none comes twice. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installProgram } from '../../kernel-host/boot/install-program.js';
import { startProgram } from '../../kernel-host/boot/start-program.js';
import type { Kernel } from '../../kernel-host/kernel.js';
import { createKernel, loadProgram } from '../../kernel-host/platform/node/machine.js';

const run = promisify(execFile);
const portside = fileURLToPath(new URL('../../dist/cli/portside.js', import.meta.url));
const source = fileURLToPath(new URL('interleavings/interleave.c', import.meta.url));
/** Built by `npm run build`: worker threads can't run TypeScript. */
const PROCESS_WORKER = new URL('../../dist/node/process-worker.js', import.meta.url);
const PROGRAM = '/usr/bin/interleave';
/** Cases; `PORTSIDE_INTERLEAVINGS` for more. */
const CASES = Number(process.env.PORTSIDE_INTERLEAVINGS ?? 60);
/** Milliseconds: the C library is built first where it is not in the cache. */
const BUILD_TIMEOUT = 1_800_000;

let folder = '';
let kernel: Kernel;
let program = '';
const ends = new Map<number, (status: number) => void>();
const crashes: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portside-interleavings-'));
  program = join(folder, 'interleave.wasm');
  await run(process.execPath, [portside, 'cc', '-O1', '-Wall', source, '-o', program]);
  await run('gcc', ['-O1', '-pthread', source, '-o', join(folder, 'native')]);
  kernel = createKernel(
    { onExit: (pid, status) => ends.get(pid)?.(status), onCrash: (_pid, message) => void crashes.push(message) },
    PROCESS_WORKER,
  );
  installProgram(kernel, PROGRAM, await loadProgram(program));
}, BUILD_TIMEOUT);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Its output, and what it ended with. */
async function interleave(args: readonly string[]): Promise<string> {
  let output = '';
  const { pid, drained } = startProgram(kernel, [PROGRAM, ...args], {
    output: (bytes) => {
      output += new TextDecoder().decode(bytes.slice());
    },
  });
  const status = await new Promise<number>((resolve) => ends.set(pid, resolve));
  ends.delete(pid);
  await drained;
  return `${output.trim()}, status ${status}`;
}

const waits = fc.constantFrom('block', 'poll', 'select', 'epoll', 'epoll-edge');
const scenario = fc
  .record({
    transport: fc.constantFrom('pipe', 'stream', 'packets', 'queue'),
    parties: fc.constantFrom('threads', 'processes'),
    producers: fc.integer({ min: 1, max: 4 }),
    consumers: fc.integer({ min: 1, max: 4 }),
    messages: fc.integer({ min: 1, max: 600 }),
    producerWaits: waits,
    consumerWaits: waits,
    window: fc.constantFrom(0, 1, 1, 3),
    seed: fc.nat(2 ** 31),
  })
  // A queue in memory is of one process.
  .map((one) => (one.transport === 'queue' ? { ...one, parties: 'threads' } : one))
  // Several consumers of one edge: all but one may wait for bytes that another has left there, on Linux too.
  .map((one) => (one.consumerWaits === 'epoll-edge' ? { ...one, consumers: 1 } : one))
  .map((one) => (one.producerWaits === 'epoll-edge' ? { ...one, producers: 1 } : one));

test(
  'every message comes once, in order, and nobody waits for ever',
  async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ transport, parties, producers, consumers, messages, ...rest }) => {
        const sizes = [producers, consumers, messages].map(String);
        const args = [transport, parties, ...sizes, rest.producerWaits, rest.consumerWaits];
        args.push(String(rest.window), String(rest.seed));
        const total = producers * messages;
        expect(await interleave(args)).toBe(`${total} of ${total}, 0 wrong, status 0`);
      }),
      { numRuns: CASES, endOnFailure: true },
    );
    expect(crashes).toEqual([]);
    expect(kernel.processes.all()).toEqual([]);
  },
  CASES * 10_000,
);

test('the program itself finds nothing to say of Linux', async () => {
  for (const args of [
    ['pipe', 'processes', '3', '3', '500', 'block', 'epoll', '1', '1'],
    ['stream', 'threads', '2', '3', '500', 'poll', 'select', '0', '2'],
    ['packets', 'processes', '3', '1', '500', 'epoll', 'epoll-edge', '3', '3'],
    ['queue', 'threads', '3', '3', '500', 'block', 'block', '0', '4'],
  ]) {
    const total = Number(args[2]) * Number(args[4]);
    expect((await run(join(folder, 'native'), args)).stdout).toBe(`${total} of ${total}, 0 wrong\n`);
  }
});
