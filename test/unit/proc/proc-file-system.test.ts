import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EACCES, EISDIR, ELOOP, ENOENT, ENOTDIR, ENXIO, Errno, ESRCH } from '../../../kernel-host/abi/errno.js';
import { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDONLY, O_RDWR, O_WRONLY } from '../../../kernel-host/abi/fcntl.js';
import { AF_UNIX } from '../../../kernel-host/abi/socket.js';
import { S_IFDIR, S_IFIFO, S_IFMT } from '../../../kernel-host/abi/stat.js';
import { HostInput, HostOutput } from '../../../kernel-host/file/host-stream.js';
import type { Kernel } from '../../../kernel-host/kernel.js';
import { KIND_KERNEL, KIND_SOCKET } from '../../../kernel-host/memory/layout.js';
import { createPipe } from '../../../kernel-host/pipe/pipe.js';
import type { Process } from '../../../kernel-host/process/process.js';
import { changeRoot } from '../../../kernel-host/process/working-directory.js';
import { openPath } from '../../../kernel-host/syscall/opening.js';
import { bytes, machine, start, text } from './machine.js';

let kernel: Kernel;
let self: Process;

beforeEach(() => {
  kernel = machine();
  self = start(kernel, { arguments: ['tool', '-x', 'ä b'], environment: ['PATH=/bin', 'A=1'], cwd: '/srv' });
  kernel.current = self.task;
});

afterEach(() => {
  for (const process of kernel.processes.all()) kernel.processes.end(process, 0);
});

const rootPlace = () => ({ fileSystem: kernel.vfs.root, node: kernel.vfs.root.root });

/** A description, or -errno. */
function open(path: string, flags = O_RDONLY): number {
  try {
    return openPath(kernel, self, rootPlace(), bytes(path), flags, 0o644);
  } catch (error) {
    if (error instanceof Errno) return -error.errno;
    throw error;
  }
}

/** Reads a description to its end, in small pieces. */
function drain(description: number, piece = 7): string {
  const operations = kernel.descriptions.operations(description);
  let all = '';
  const buffer = new Uint8Array(piece);
  const decoder = new TextDecoder();
  for (let position = 0; ; ) {
    const count = operations.read(description, buffer, position);
    if (count < 0) throw new Errno(-count);
    if (count === 0) return all;
    all += decoder.decode(buffer.subarray(0, count), { stream: true });
    position += count;
  }
}

function read(path: string): string {
  const description = open(path);
  if (description < 0) throw new Errno(-description);
  const content = drain(description);
  kernel.descriptions.release(description);
  return content;
}

function readlink(path: string): string {
  const place = kernel.vfs.lookup(rootPlace(), bytes(path), false);
  const target = place.fileSystem.target(place.node);
  if (typeof target === 'number') throw new Errno(-target);
  return text(target);
}

function list(path: string): string[] {
  const place = kernel.vfs.lookup(rootPlace(), bytes(path), true);
  const names: string[] = [];
  for (let cookie = 0; ; ) {
    const entry = place.fileSystem.entry(place.node, cookie);
    if (typeof entry === 'number') throw new Errno(-entry);
    if (entry === null) return names;
    names.push(text(entry.name));
    cookie = entry.next;
  }
}

const mode = (path: string, follow = true): number =>
  kernel.vfs.attributes(kernel.vfs.lookup(rootPlace(), bytes(path), follow)).mode;

const give = (process: Process, description: number): number => process.descriptors.allocate(description, false);

function pipe(): readonly [number, number] {
  const ends = createPipe(kernel.memory, kernel.rings);
  if (typeof ends === 'number') throw new Error('no pipe');
  return [kernel.describePipe(ends[0], 0), kernel.describePipe(ends[1], 0)];
}

describe('/proc/<pid>', () => {
  it('self leads to the caller, whoever it is', () => {
    const other = start(kernel);
    expect(readlink('/proc/self')).toBe(String(self.pid));
    kernel.current = other.task;
    expect(readlink('/proc/self')).toBe(String(other.pid));
    expect(read('/proc/self/cmdline')).toBe('tool\0');
    kernel.current = null;
    expect(() => readlink('/proc/self')).toThrow(new Errno(ENOENT));
  });

  it('shows what a process was started with', () => {
    expect(read('/proc/self/cmdline')).toBe('tool\0-x\0ä b\0');
    expect(read('/proc/self/environ')).toBe('PATH=/bin\0A=1\0');
    expect(read('/proc/self/comm')).toBe('tool\n');
    expect(readlink('/proc/self/exe')).toBe('/bin/tool');
    expect(readlink('/proc/self/cwd')).toBe('/srv');
    expect(readlink('/proc/self/root')).toBe('/');
  });

  it('shows what it does, and its end', () => {
    const child = start(kernel, { parent: self });
    expect(read(`/proc/${child.pid}/status`)).toMatch(/^Name:\ttool\nUmask:\t0022\nState:\tR \(running\)\n/);
    expect(read(`/proc/${child.pid}/status`)).toContain(`\nPPid:\t${self.pid}\n`);
    expect(read('/proc/self/status')).toContain('\nPPid:\t1\n');
    const fields = read(`/proc/${child.pid}/stat`).trimEnd().split(' ');
    expect(fields).toHaveLength(52);
    expect(fields.slice(0, 4)).toEqual([String(child.pid), '(tool)', 'R', String(self.pid)]);
    child.task?.park({ queues: [], retry: () => 0, deadline: null, expired: () => 0 });
    expect(read(`/proc/${child.pid}/status`)).toContain('State:\tS (sleeping)\n');
    kernel.processes.end(child, 256);
    expect(read(`/proc/${child.pid}/status`)).toContain('State:\tZ (zombie)\n');
    expect(read(`/proc/${child.pid}/cmdline`)).toBe('');
    expect(list(`/proc/${child.pid}/fd`)).toEqual(['.', '..']);
    expect(() => readlink(`/proc/${child.pid}/cwd`)).toThrow(new Errno(ENOENT));
    const status = open(`/proc/${child.pid}/status`);
    kernel.processes.reap(child);
    expect(open(`/proc/${child.pid}/status`)).toBe(-ENOENT);
    expect(() => drain(status)).toThrow(new Errno(ESRCH));
    kernel.descriptions.release(status);
  });

  it('is there for every process, and lists them in order', () => {
    const second = start(kernel);
    const third = start(kernel);
    const numbers = list('/proc').filter((name) => /^\d/.test(name));
    expect(numbers).toEqual([self.pid, second.pid, third.pid].map(String));
    expect(mode(`/proc/${third.pid}`) & S_IFMT).toBe(S_IFDIR);
    expect(open('/proc/0')).toBe(-ENOENT);
    expect(open(`/proc/0${third.pid}`)).toBe(-ENOENT);
    expect(open('/proc/31999')).toBe(-ENOENT);
  });

  it('shows where its paths begin', () => {
    const { root } = kernel.vfs;
    const child = start(kernel, { parent: self });
    changeRoot(kernel, child, { fileSystem: root, node: root.lookup(root.root, bytes('srv')) });
    expect(readlink(`/proc/${child.pid}/root`)).toBe('/srv');
    expect(readlink('/proc/self/root')).toBe('/');
  });

  it('keeps its places in a listing while processes come and go', () => {
    const processes = Array.from({ length: 5 }, () => start(kernel));
    const place = kernel.vfs.lookup(rootPlace(), bytes('/proc'), true);
    const seen: number[] = [];
    for (let cookie = 0; ; ) {
      const entry = place.fileSystem.entry(place.node, cookie);
      if (entry === null || typeof entry === 'number') break;
      cookie = entry.next;
      const pid = Number(text(entry.name));
      if (Number.isNaN(pid)) continue;
      seen.push(pid);
      const ended = kernel.processes.byPid(pid);
      if (ended && ended !== self) kernel.processes.end(ended, 0);
    }
    expect(seen).toEqual([self.pid, ...processes.map(({ pid }) => pid)]);
  });

  it('a working directory is a directory to walk on from, and keeps what lost its name', () => {
    const { root } = kernel.vfs;
    root.create(root.lookup(root.root, bytes('srv')), bytes('gone'), S_IFDIR | 0o755, 0);
    const child = start(kernel, { cwd: '/srv/gone', parent: self });
    expect(readlink(`/proc/${child.pid}/cwd`)).toBe('/srv/gone');
    expect(text(kernel.vfs.path(kernel.vfs.lookup(rootPlace(), bytes(`/proc/${child.pid}/cwd/..`), true)))).toBe(
      '/srv',
    );
    expect(root.rmdir(root.lookup(root.root, bytes('srv')), bytes('gone'))).toBe(0);
    expect(readlink(`/proc/${child.pid}/cwd`)).toMatch(/^\/#\d+ \(deleted\)$/);
    expect(open(`/proc/${child.pid}/cwd/x`, O_CREAT | O_WRONLY)).toBe(-ENOENT);
  });
});

describe('/proc/<pid>/task', () => {
  it('has the threads, each by its own name and state', () => {
    expect(list('/proc/self/task')).toEqual(['.', '..', String(self.pid)]);
    const own = `/proc/self/task/${self.pid}`;
    expect(read(`${own}/comm`)).toBe('tool\n');
    expect(read(`${own}/cmdline`)).toBe('tool\0-x\0ä b\0');
    expect(readlink(`${own}/cwd`)).toBe('/srv');
    expect(readlink('/proc/thread-self')).toBe(`${self.pid}/task/${self.pid}`);
    expect(read(`${own}/status`)).toContain(`\nTgid:\t${self.pid}\nPid:\t${self.pid}\n`);
    self.task?.park({ queues: [], retry: () => 0, deadline: null, expired: () => 0 });
    expect(read(`${own}/stat`).split(' ').slice(0, 3)).toEqual([String(self.pid), '(tool)', 'S']);
  });

  it("has nobody else's", () => {
    const other = start(kernel, { parent: self });
    expect(open(`/proc/self/task/${other.pid}/comm`)).toBe(-ENOENT);
    expect(open('/proc/self/task/01/comm')).toBe(-ENOENT);
    expect(open(`/proc/self/task/${self.pid}/fd`)).toBe(-ENOENT);
    const comm = open(`/proc/${other.pid}/task/${other.pid}/comm`);
    kernel.processes.end(other, 0);
    expect(list(`/proc/${other.pid}/task`)).toEqual(['.', '..']);
    expect(() => drain(comm)).toThrow(new Errno(ESRCH));
    kernel.descriptions.release(comm);
  });
});

describe('/proc/<pid>/fd', () => {
  it('lists descriptors and says what they are', () => {
    const [reader, writer] = pipe();
    const [first, second] = [give(self, reader), give(self, writer)];
    const file = open('/srv/a file', O_CREAT | O_RDWR);
    const third = give(self, file);
    const socket = kernel.network.create(AF_UNIX);
    if (typeof socket === 'number') throw new Error('no socket');
    const fourth = give(self, kernel.describe(KIND_SOCKET, O_RDWR, socket));
    expect(list('/proc/self/fd')).toEqual(['.', '..', '0', '1', '2', '3']);
    expect(readlink(`/proc/self/fd/${first}`)).toMatch(/^pipe:\[\d+\]$/);
    expect(readlink(`/proc/self/fd/${second}`)).toBe(readlink(`/proc/self/fd/${first}`));
    expect(readlink(`/proc/self/fd/${third}`)).toBe('/srv/a file');
    expect(readlink(`/proc/self/fd/${fourth}`)).toBe(`socket:[${socket.record}]`);
    expect(mode(`/proc/self/fd/${first}`, false) & 0o777).toBe(0o500);
    expect(mode(`/proc/self/fd/${second}`, false) & 0o777).toBe(0o300);
    expect(mode(`/proc/self/fd/${third}`, false) & 0o777).toBe(0o700);
    expect(mode(`/proc/self/fd/${first}`) & S_IFMT).toBe(S_IFIFO);
    expect(open(`/proc/self/fd/${fourth}`, O_RDWR)).toBe(-ENXIO);
    expect(open('/proc/self/fd/99')).toBe(-ENOENT);
    expect(open(`/proc/self/fd/${first}`, O_NOFOLLOW)).toBe(-ELOOP);
    expect(open(`/proc/self/fd/${first}/x`)).toBe(-ENOTDIR);
    expect(open(`/proc/self/fd/${first}/`)).toBe(-ENOTDIR);
  });

  it('opens a file anew, with an offset of its own, even without a name', () => {
    const file = open('/srv/data', O_CREAT | O_RDWR);
    give(self, file);
    const operations = kernel.descriptions.operations(file);
    operations.write(file, bytes('hello'), 0);
    kernel.descriptions.setOffset(file, 5);
    const { root } = kernel.vfs;
    expect(root.unlink(root.lookup(root.root, bytes('srv')), bytes('data'))).toBe(0);
    expect(readlink('/proc/self/fd/0')).toMatch(/^\/#\d+ \(deleted\)$/);
    const again = open('/proc/self/fd/0', O_RDWR | O_APPEND);
    expect(again).toBeGreaterThan(0);
    expect(again).not.toBe(file);
    expect(kernel.descriptions.offset(again)).toBe(0);
    expect(drain(again)).toBe('hello');
    kernel.descriptions.release(again);
  });

  it('a directory can be walked through', () => {
    const description = open('/srv');
    give(self, description);
    open('/srv/inside', O_CREAT | O_RDWR);
    expect(open('/proc/self/fd/0/inside')).toBeGreaterThan(0);
    expect(open('/proc/self/fd/0/../bin/tool')).toBeGreaterThan(0);
  });

  it('shares a pipe, in its own direction', () => {
    const [reader, writer] = pipe();
    give(self, reader);
    give(self, writer);
    const again = open('/proc/self/fd/1', O_WRONLY | O_APPEND | O_CREAT);
    expect(again).toBe(writer);
    expect(kernel.descriptions.references(writer)).toBe(2);
    kernel.descriptions.operations(again).write(again, bytes('through'), 0);
    kernel.descriptions.release(again);
    const buffer = new Uint8Array(16);
    expect(kernel.descriptions.operations(reader).read(reader, buffer, 0)).toBe(7);
    expect(open('/proc/self/fd/1', O_RDONLY)).toBe(-EACCES);
    const owner = self;
    self = start(kernel, { parent: owner });
    kernel.current = self.task;
    expect(open(`/proc/${owner.pid}/fd/1`, O_WRONLY)).toBe(-EACCES);
    start(kernel, { parent: owner, descriptors: new Map([[1, writer]]) });
    expect(open(`/proc/${owner.pid}/fd/1`, O_WRONLY)).toBe(writer);
  });

  it("opens the host's streams by the links that /dev has", () => {
    const { root } = kernel.vfs;
    const dev = root.lookup(root.root, bytes('dev'));
    root.symlink(dev, bytes('fd'), bytes('/proc/self/fd'));
    root.symlink(dev, bytes('stdin'), bytes('/proc/self/fd/0'));
    root.symlink(dev, bytes('stdout'), bytes('/proc/self/fd/1'));
    const input = new HostInput();
    const written: string[] = [];
    const output = new HostOutput((chunk) => written.push(text(chunk)) > 0);
    give(self, kernel.describe(KIND_KERNEL, O_RDONLY, input));
    const stdout = kernel.describe(KIND_KERNEL, O_WRONLY, output);
    give(self, stdout);
    input.push(bytes('typed'));
    input.end();
    expect(read('/dev/stdin')).toBe('typed');
    const again = open('/dev/stdout', O_WRONLY | O_APPEND | O_CREAT);
    expect(again).toBeGreaterThan(0);
    expect(again).not.toBe(stdout);
    kernel.descriptions.operations(again).write(again, bytes('log'), 0);
    kernel.descriptions.release(again);
    kernel.descriptions.operations(stdout).write(stdout, bytes('more'), 0);
    expect(written).toEqual(['log', 'more']);
    expect(list('/dev/fd')).toEqual(['.', '..', '0', '1']);
  });
});

describe('/proc', () => {
  it('tells of the machine', () => {
    expect(read('/proc/sys/kernel/hostname')).toBe('portside\n');
    kernel.identity[1] = 'harbour';
    expect(read('/proc/sys/kernel/hostname')).toBe('harbour\n');
    expect(read('/proc/loadavg')).toMatch(new RegExp(`^(\\d+\\.\\d\\d ){3}1/1 ${self.pid}\n$`));
    expect(read('/proc/sys/kernel/ostype')).toBe('Linux\n');
    expect(read('/proc/sys/kernel/pid_max')).toBe('32768\n');
    expect(read('/proc/version')).toMatch(/^Linux version \S+ \S+\n$/);
    expect(read('/proc/cpuinfo').match(/^processor\t: \d+$/gm)).toHaveLength(3);
    expect(read('/proc/uptime')).toMatch(/^\d+\.\d\d \d+\.\d\d\n$/);
    expect(read('/proc/stat')).toMatch(
      /^cpu {2}\d+ 0 0 \d+ 0 0 0 0 0 0\n(cpu\d+ \d+ 0 0 \d+ 0 0 0 0 0 0\n)+btime \d{10}\nprocesses 1\nprocs_running 1\n$/,
    );
    const held = Number(/^MemTotal: +(\d+) kB$/m.exec(read('/proc/meminfo'))?.[1]);
    expect(held * 1024).toBe(kernel.memory.u8.length);
    const used = Number(/^Shmem: +(\d+) kB$/m.exec(read('/proc/meminfo'))?.[1]);
    expect(used * 1024).toBeCloseTo(kernel.pages.used, -4);
    expect(read('/proc/filesystems')).toBe('nodev\ttmpfs\nnodev\tproc\n');
    expect(read('/proc/mounts')).toBe('tmpfs / tmpfs rw 0 0\nproc /proc proc rw 0 0\n');
  });

  it('gives another uuid each time it is opened, and one while it is', () => {
    const first = read('/proc/sys/kernel/random/uuid');
    expect(first).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n$/);
    expect(read('/proc/sys/kernel/random/uuid')).not.toBe(first);
    expect(read('/proc/sys/kernel/random/boot_id')).toBe(read('/proc/sys/kernel/random/boot_id'));
  });

  it('cannot be changed', () => {
    expect(open('/proc/sys/kernel/hostname', O_WRONLY)).toBe(-EACCES);
    expect(open('/proc/new', O_CREAT | O_WRONLY)).toBe(-ENOENT);
    expect(open('/proc/self', O_RDWR)).toBe(-EISDIR);
  });

  it('every directory can be listed, everything listed can be found, and its parent leads back', () => {
    give(self, open('/srv'));
    const visit = (path: string): number => {
      const place = kernel.vfs.lookup(rootPlace(), bytes(path), true);
      let seen = 0;
      for (const name of list(path)) {
        if (name === '.' || name === '..') continue;
        const child = kernel.vfs.lookup(rootPlace(), bytes(`${path}/${name}`), false);
        expect(child.fileSystem.parent(child.node), `${path}/${name}`).toBe(place.node);
        seen++;
        if (kernel.vfs.type(child) === S_IFDIR) seen += visit(`${path}/${name}`);
      }
      return seen;
    };
    expect(visit('/proc')).toBeGreaterThan(30);
    const deep = kernel.vfs.lookup(rootPlace(), bytes('/proc/sys/kernel/random'), true);
    expect(text(kernel.vfs.path(deep))).toBe('/proc/sys/kernel/random');
  });
});
