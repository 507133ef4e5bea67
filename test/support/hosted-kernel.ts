/** A kernel behind its facade, and programs that the test runs itself, call by call. */
import { afterEach } from 'vitest';
import { AT_FDCWD, O_RDWR } from '../../kernel-host/abi/fcntl.js';
import * as n from '../../kernel-host/abi/syscall.js';
import type { KernelCallbacks } from '../../kernel-host/facade/callbacks.js';
import {
  CentralizedKernelWorker,
  type KernelWorkerConfig,
} from '../../kernel-host/facade/centralized-kernel-worker.js';
import { NodeGuestWorkers } from '../../kernel-host/platform/node/guest-workers.js';
import { nodePlatform } from '../../kernel-host/platform/node/machine.js';
import { HostedProgram, newMemory } from './hosted-program.js';

export const CHANNEL = 64;
export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
export const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const started: HostedProgram[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((program) => program.stop()));
});

export async function createKernel(callbacks: KernelCallbacks = {}, config: Partial<KernelWorkerConfig> = {}) {
  const workers = new NodeGuestWorkers(new URL('../../dist/node/process-worker.js', import.meta.url));
  const kernel = new CentralizedKernelWorker({ platform: nodePlatform(workers), ...config }, callbacks);
  await kernel.init();
  return kernel;
}

export async function run(memory: WebAssembly.Memory, offset = CHANNEL): Promise<HostedProgram> {
  const program = await HostedProgram.start(memory, offset);
  started.push(program);
  return program;
}

export async function register(kernel: CentralizedKernelWorker, pid = kernel.allocatePid()) {
  const memory = newMemory();
  kernel.registerProcess(pid, memory, [CHANNEL], { argv: ['/bin/hosted', 'one'] });
  return { pid, memory, program: await run(memory) };
}

export const open = (program: HostedProgram, path: string, flags = O_RDWR) =>
  program.call(n.SYS_openat, AT_FDCWD, program.put(path), flags);
