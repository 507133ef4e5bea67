/** What a worker finds while the name space changes under its walk may be anything: nothing is done with it. */
import { afterEach, expect, it, vi } from 'vitest';
import { emptyAttributes } from '../../../kernel-host/abi/stat.js';
import { GuestChannel } from '../../../kernel-host/channel/guest-channel.js';
import { PathWalk } from '../../../kernel-host/fs/path-walk.js';
import { KernelMemory } from '../../../kernel-host/memory/kernel-memory.js';
import { INODE, SUPERBLOCK } from '../../../kernel-host/memory/layout.js';
import { ProcessView } from '../../../kernel-host/vdso/process-view.js';
import { SystemCalls } from '../../../kernel-host/vdso/system-calls.js';
import { bytes, type TestGuest, TestMachine } from './guest.js';

const PATH = bytes('/etc/passwd');
/** Behind any memory that a test grows to: the words of some text, read as an address. */
const NOWHERE = 0x74786574;

function callsOf({ start }: TestGuest): SystemCalls {
  const memory = new KernelMemory(start.memory);
  const channel = new GuestChannel(memory, start.channel, 0, start.channelDataSize, start.source);
  return new SystemCalls(channel, new ProcessView(memory, start.process));
}

/** The next walk finds an inode at `found`, for the kernel changes the name space meanwhile. */
function disturb(machine: TestMachine, found: () => number): void {
  vi.spyOn(PathWalk.prototype, 'walk').mockImplementationOnce(() => {
    Atomics.add(machine.kernel.memory.i32, SUPERBLOCK.NAMESPACE_SEQUENCE_W, 2);
    return found();
  });
}

afterEach(() => void vi.restoreAllMocks());

it('an open counts nothing where no inode is', () => {
  const machine = new TestMachine();
  const guest = machine.spawn();
  const calls = callsOf(guest);
  disturb(machine, () => NOWHERE);
  const fd = calls.openat(-100, PATH, PATH.length, 0, 0);
  expect(fd).toBeGreaterThanOrEqual(0);
  // Nor where another record is, not even for a moment: the kernel may be reading it.
  const other = guest.process.record;
  const add = vi.spyOn(Atomics, 'add');
  disturb(machine, () => other);
  expect(calls.openat(-100, PATH, PATH.length, 0, 0)).toBe(fd + 1);
  const counted = add.mock.calls.map(([, index]) => index);
  expect(counted).not.toContain((other >>> 2) + INODE.OPEN_COUNT_W);
  expect(counted.length).toBeGreaterThan(0);
});

it('attributes are not looked for where no inode is', () => {
  const machine = new TestMachine();
  const calls = callsOf(machine.spawn());
  const attributes = emptyAttributes();
  disturb(machine, () => NOWHERE);
  expect(calls.stat(-100, PATH, PATH.length, true, attributes)).toBe(0);
  expect(attributes.size).toBeGreaterThan(0);
});
