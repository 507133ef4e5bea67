/**
 * What programs of `portside cc` pay for the kernel, under Node and in Chromium, beside the same program on this machine's own kernel
 * and beside two bare threads that wake each other.
 */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { machineOf, serveMachine } from '../../support/programs/browser-machine.js';
import type { Chromium } from '../chromium.js';
import { type Figures, median } from '../figures.js';
import type { BenchPage } from '../page.js';

const run = promisify(execFile);
const portside = fileURLToPath(new URL('../../../dist/cli/portside.js', import.meta.url));
const source = fileURLToPath(new URL('../guests/posix.c', import.meta.url));

const ROUNDS = 3;
const CALLS = 20_000;
const HELLOS = 20;
const GUEST_PATH = '/usr/bin/bench';

/** What the program prints, by name. */
const MEASURES: Readonly<Record<string, readonly [measure: string, unit: string]>> = {
  call: ['a system call that the kernel answers', 'µs'],
  local: ['getpid, answered in the program’s worker', 'µs'],
  pipe: ['pipe between processes, 4 KiB writes', 'MiB/s'],
  write: ['file write, 64 KiB blocks', 'MB/s'],
  read: ['file read, 64 KiB blocks', 'MB/s'],
  spawn: ['posix_spawn and wait', 'ms'],
  'spawn-exec': ['posix_spawn, exec and wait', 'ms'],
  fork: ['fork and wait', 'ms'],
  'fork-16': ['fork and wait, 16 MiB more', 'ms'],
  thread: ['pthread_create and join', 'ms'],
};

type Runs = Map<string, number[]>;

function read(output: string, into: Runs): void {
  for (const line of output.trim().split('\n')) {
    const [name = '', value] = line.split(' ');
    if (!(name in MEASURES)) throw new Error(`the program said: ${output}`);
    into.set(name, [...(into.get(name) ?? []), Number(value)]);
  }
}

function add(figures: Figures, runs: Runs, target: string): void {
  for (const [name, [measure, unit]] of Object.entries(MEASURES))
    figures.add(measure, target, median(runs.get(name) ?? []), unit);
}

/** @param isolated where two bare threads wake each other */
export async function measurePosix(
  chromium: Chromium,
  isolated: BenchPage,
  directory: string,
  figures: Figures,
): Promise<void> {
  const folder = join(directory, 'posix');
  await mkdir(folder, { recursive: true });
  const [program, native] = [join(folder, 'bench'), join(folder, 'native')];
  await run(process.execPath, [portside, 'cc', '-O2', source, '-o', program]);
  await run('gcc', ['-O2', '-pthread', `-DSELF="${native}"`, source, '-o', native]);
  const underNode = ['run', '--mount', `${folder}:/usr/bin`, program];
  const host = await serveMachine([], { [GUEST_PATH]: program });
  const page = await chromium.open();
  await page.load(`${host.origin}/`);
  const machine = machineOf(page);
  await machine.setUp(host.setup);
  const [here, inNode, inChromium]: Runs[] = [new Map(), new Map(), new Map()];
  const [floor, hello, command]: number[][] = [[], [], []];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      read((await run(native)).stdout, here);
      read((await run(process.execPath, [portside, ...underNode])).stdout, inNode);
      read((await machine.ended(await machine.start([GUEST_PATH], false))).output, inChromium);
      floor.push(await isolated.call('atomicsRoundTrip', CALLS));
      hello.push(...(await machine.times([GUEST_PATH, 'end'], HELLOS)));
      const from = performance.now();
      await run(process.execPath, [portside, ...underNode, 'end']);
      command.push(performance.now() - from);
    }
  } finally {
    await page.close();
    await host.close();
  }
  add(figures, inChromium, 'portside');
  add(figures, inNode, 'under Node');
  add(figures, here, 'native');
  figures.add('a system call that the kernel answers', 'worker floor', median(floor), 'µs');
  figures.add(
    'a system call that the kernel answers, over the floor',
    'portside',
    median(inChromium.get('call') ?? []) / median(floor),
    'times',
  );
  figures.add('a program from its start to its end', 'portside', median(hello), 'ms');
  figures.add('a program from its start to its end', 'under Node', median(command), 'ms');
}
