/** A mounted folder as guests reach it: by paths. */
import * as fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Errno, EXDEV } from '../../../kernel-host/abi/errno.js';
import { AT_FDCWD, O_CREAT, O_EXCL, O_RDONLY, O_RDWR } from '../../../kernel-host/abi/fcntl.js';
import { MountedFile } from '../../../kernel-host/file/mounted-file.js';
import { mountFolders } from '../../../kernel-host/platform/node/mount-folders.js';
import { openPath } from '../../../kernel-host/syscall/opening.js';
import { pathCalls } from '../../../kernel-host/syscall/paths.js';
import { machine, start } from '../proc/machine.js';
import { bytes, type Scratch, scratch, text } from './scratch.js';

let host: Scratch;
beforeEach(() => {
  host = scratch();
});
afterEach(() => host[Symbol.dispose]());

function boot(mounts: readonly { host: string; guest: string; readonly?: boolean }[]) {
  const kernel = machine();
  mountFolders(
    kernel,
    mounts.map((mount) => ({ readonly: false, ...mount })),
  );
  const process = start(kernel);
  kernel.current = process.task;
  const top = { fileSystem: kernel.vfs.root, node: kernel.vfs.root.root };
  const open = (path: string, flags = O_RDONLY): number => {
    return openPath(kernel, process, top, bytes(path), flags, 0o644);
  };
  const read = (path: string): string => {
    const description = open(path);
    if (description < 0) throw new Errno(-description);
    const into = new Uint8Array(4096);
    const count = kernel.descriptions.operations(description).read(description, into, 0);
    kernel.descriptions.release(description);
    if (count < 0) throw new Errno(-count);
    return text(into.subarray(0, count));
  };
  const real = (path: string): string => text(kernel.vfs.path(kernel.vfs.lookup(top, bytes(path), true)));
  return { kernel, process, open, read, real };
}

describe('mounted folders', () => {
  it('are found at their paths, and told by getcwd, /proc/mounts and /proc/self/fd', () => {
    fs.mkdirSync(host.at('site/sub dir'), { recursive: true });
    fs.writeFileSync(host.at('site/sub dir/.x'), 'content');
    const { kernel, process, open, read, real } = boot([{ host: host.at('site'), guest: '/var/www', readonly: true }]);
    expect(read('/var/www/sub dir/.x')).toBe('content');
    expect(read('/var/www/../www//sub dir/./.x')).toBe('content');
    expect(real('/var/www/sub dir')).toBe('/var/www/sub dir');
    expect(real('/var/www/sub dir/..')).toBe('/var/www');
    expect(real('/var/www/..')).toBe('/var');
    process.descriptors.put(3, open('/var/www/sub dir/.x'), false);
    const link = kernel.vfs.lookup(process.cwd, bytes('/proc/self/fd/3'), false);
    expect(text(link.fileSystem.target(link.node) as Uint8Array)).toBe('/var/www/sub dir/.x');
    expect(read('/proc/self/fd/3')).toBe('content');
    expect(read('/proc/mounts')).toContain('host /var/www host ro 0 0\n');
  });

  it('links are resolved in the tree of the guest', () => {
    fs.mkdirSync(host.at('site'));
    fs.writeFileSync(host.at('secret'), 'of the host');
    fs.symlinkSync('/etc/here', host.at('site/absolute'));
    fs.symlinkSync('../../secret', host.at('site/relative'));
    fs.symlinkSync('../..', host.at('site/up'));
    const { kernel, open, read, real } = boot([{ host: host.at('site'), guest: '/srv/site' }]);
    expect(() => read('/srv/site/relative')).toThrow();
    const { root } = kernel.vfs;
    root.write(root.create(root.root, bytes('secret'), 0o100644, 0), 0, bytes('of the guest'));
    expect(read('/srv/site/relative')).toBe('of the guest');
    expect(real('/srv/site/up')).toBe('/');
    expect(real('/srv/site/up/srv/site/up')).toBe('/');
    expect(() => open('/srv/site/absolute', O_RDWR | O_CREAT)).toThrow();
    expect(fs.readFileSync(host.at('secret'), 'utf8')).toBe('of the host');
  });

  it('may be files, and lie within each other', () => {
    fs.mkdirSync(host.at('outer'));
    fs.mkdirSync(host.at('inner'));
    fs.writeFileSync(host.at('inner/file'), 'inner');
    fs.writeFileSync(host.at('php.ini'), 'a=1');
    const { read, real } = boot([
      { host: host.at('outer'), guest: '/srv/outer' },
      { host: host.at('inner'), guest: '/srv/outer/deep' },
      { host: host.at('php.ini'), guest: '/etc/php/php.ini', readonly: true },
    ]);
    expect(read('/srv/outer/deep/file')).toBe('inner');
    expect(real('/srv/outer/deep/..')).toBe('/srv/outer');
    expect(fs.readdirSync(host.at('outer'))).toEqual(['deep']);
    expect(read('/etc/php/php.ini')).toBe('a=1');
    expect(real('/etc/php/php.ini')).toBe('/etc/php/php.ini');
    expect(read('/proc/mounts').match(/^host /gm)).toHaveLength(3);
  });

  it.each([
    ['no-such-folder', '/srv/x'],
    ['.', '/'],
    ['.', '/bin/tool'],
  ])('%s at %s is refused', (from, guest) => {
    expect(() => boot([{ host: host.at(from), guest }])).toThrow(expect.objectContaining({ code: 'mount-failed' }));
  });

  it('are exclusive about creation, and other file systems than the root', () => {
    const { kernel, process, open } = boot([{ host: host.path, guest: '/srv/site' }]);
    const description = open('/srv/site/lock', O_RDWR | O_CREAT | O_EXCL);
    expect(kernel.descriptions.operations(description)).toBeInstanceOf(MountedFile);
    expect(open('/srv/site/lock', O_RDWR | O_CREAT | O_EXCL)).toBe(-17);
    const { task } = process;
    if (!task) throw new Error('no task');
    task.memory.bytes(4096, 64).set(bytes('/srv/site/lock\0'));
    task.memory.bytes(4160, 64).set(bytes('/lock\0'));
    expect(pathCalls.renameat2(kernel, task, AT_FDCWD, 4096, AT_FDCWD, 4160, 0, 0)).toBe(-EXDEV);
  });
});
