/** What a machine consists of at a moment: its processes, who listens, who is connected. */
import type { ConnectionReport, FromInspected, ListenerReport, ProcessReport } from '../../protocol/inspect.js';
import type { Kernel } from '../kernel.js';
import type { SocketAddress } from '../net/address.js';
import { Socket } from '../net/socket.js';
import type { StreamEnd } from '../net/stream.js';
import { openDescription } from '../proc/descriptor-links.js';
import type { Process } from '../process/process.js';

type Snapshot = Extract<FromInspected, { readonly type: 'snapshot' }>;

export function takeSnapshot(kernel: Kernel): Snapshot {
  const processes = kernel.processes.all();
  const listeners = new Map<object, ListenerReport & { readonly pids: number[] }>();
  const connections: ConnectionReport[] = [];
  for (const process of processes) {
    for (const [fd, socket] of socketsOf(kernel, process)) {
      const { state } = socket;
      if (state.kind === 'connected') connections.push(connection(process.pid, fd, state.end));
      if (state.kind !== 'listening') continue;
      const { listener } = state;
      const { pending, backlog } = listener;
      const known = listeners.get(listener) ?? { address: addressText(socket.bound), pending, backlog, pids: [] };
      if (!known.pids.includes(process.pid)) known.pids.push(process.pid);
      listeners.set(listener, known);
    }
  }
  return {
    type: 'snapshot',
    memory: kernel.memory.u8.length,
    processes: processes.map((process) => report(kernel, process)),
    listeners: [...listeners.values()],
    connections,
  };
}

function report(kernel: Kernel, process: Process): ProcessReport {
  const { pid, name, status, task } = process;
  const ended = status !== null;
  return {
    pid,
    parent: process.parent?.pid ?? 0,
    name,
    arguments: process.arguments,
    state: ended ? 'ended' : task?.parked ? 'sleeping' : 'running',
    // `started` is on the monotonic clock.
    startedAt: kernel.clock.realtime() - (kernel.clock.monotonic() - process.started),
    // The record that counts goes with the process.
    calls: ended ? 0 : process.calls,
    crossings: process.crossings,
    descriptors: ended ? 0 : openDescriptors(process),
  };
}

function openDescriptors(process: Process): number {
  let count = 0;
  process.descriptors.forEach(() => {
    count++;
  });
  return count;
}

function* socketsOf(kernel: Kernel, process: Process): Generator<readonly [fd: number, socket: Socket]> {
  if (process.status !== null) return;
  for (let fd = 0; fd < process.descriptors.size; fd++) {
    const description = openDescription(kernel, process, fd);
    const operations = description === 0 ? null : kernel.descriptions.kernelObject(description);
    if (operations instanceof Socket) yield [fd, operations];
  }
}

function connection(pid: number, fd: number, end: StreamEnd): ConnectionReport {
  const halfClosed = end.ended || end.finished;
  return {
    pid,
    fd,
    local: addressText(end.local),
    remote: addressText(end.remote),
    unread: end.available,
    state: end.reset ? 'reset' : halfClosed ? 'half-closed' : 'open',
  };
}

function addressText(address: SocketAddress | null): string {
  if (!address) return '';
  if (address.family === 'inet') {
    const { host, port } = address;
    return `${[24, 16, 8, 0].map((shift) => (host >>> shift) & 0xff).join('.')}:${port}`;
  }
  // A path that begins with NUL is written with an @, as ss(8) does.
  return new TextDecoder().decode(address.path).replace(/^\0/, '@');
}
