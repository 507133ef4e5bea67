import * as fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  EACCES,
  EEXIST,
  EINVAL,
  EISDIR,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  EPERM,
  EROFS,
  Errno,
} from '../../../kernel-host/abi/errno.js';
import {
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
} from '../../../kernel-host/abi/fcntl.js';
import { S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG } from '../../../kernel-host/abi/stat.js';
import type { HostFolder } from '../../../kernel-host/platform/node/host-folder.js';
import { attributes, bytes, find, list, mounted, type Scratch, scratch, text } from './scratch.js';

let host: Scratch;
let folder: HostFolder;

beforeEach(() => {
  host = scratch();
  folder = mounted(host.path);
});

afterEach(() => host[Symbol.dispose]());

const openHostDescriptors = (): number => fs.readdirSync('/proc/self/fd').length;

function read(node: number, position: number, length: number): string {
  const into = new Uint8Array(new SharedArrayBuffer(length));
  const count = folder.read(node, position, into);
  return count < 0 ? `errno ${-count}` : text(into.slice(0, count));
}

describe('files', () => {
  it('are created, written and read as the host has them', () => {
    const node = folder.create(folder.root, bytes('ä b'), S_IFREG | 0o640, 0);
    expect(folder.open(node, O_RDWR)).toBe(0);
    expect(folder.write(node, 3, bytes('hello'))).toBe(5);
    expect(fs.readFileSync(host.at('ä b'), 'latin1')).toBe('\0\0\0hello');
    fs.appendFileSync(host.at('ä b'), ' host');
    expect(read(node, 3, 100)).toBe('hello host');
    expect(attributes(folder, node)).toMatchObject({ device: 3, ino: node, mode: S_IFREG | 0o640, size: 13, nlink: 1 });
    expect(folder.truncate(node, 4)).toBe(0);
    expect(folder.sync(node)).toBe(0);
    expect(fs.statSync(host.at('ä b')).size).toBe(4);
    folder.close(node);
  });

  it('may be longer than 4 GiB', () => {
    const node = folder.create(folder.root, bytes('long'), S_IFREG | 0o644, 0);
    folder.open(node, O_RDWR);
    const far = 5 * 2 ** 30 + 1;
    expect(folder.write(node, far, bytes('end'))).toBe(3);
    expect(attributes(folder, node).size).toBe(far + 3);
    expect(read(node, far, 10)).toBe('end');
    folder.close(node);
  });

  it('a fresh file may be written to whatever its permissions', () => {
    const node = folder.create(folder.root, bytes('object'), S_IFREG | 0o400, 0);
    expect(folder.open(node, O_WRONLY)).toBe(0);
    expect(folder.write(node, 0, bytes('packed'))).toBe(6);
    folder.close(node);
    expect(fs.readFileSync(host.at('object'), 'utf8')).toBe('packed');
    expect(fs.statSync(host.at('object')).mode & 0o777).toBe(0o400);
  });

  it('have their host descriptors shared, and closed with the last description', () => {
    fs.writeFileSync(host.at('file'), 'abc');
    const before = openHostDescriptors();
    const node = find(folder, 'file');
    for (let i = 0; i < 50; i++) expect(folder.open(node, i % 2 ? O_RDWR : O_RDONLY)).toBe(0);
    expect(openHostDescriptors()).toBe(before + 2);
    for (let i = 0; i < 49; i++) folder.close(node);
    expect(read(node, 0, 3)).toBe('abc');
    folder.close(node);
    expect(openHostDescriptors()).toBe(before);
  });

  it('are truncated by O_TRUNC', () => {
    fs.writeFileSync(host.at('file'), 'abc');
    const node = find(folder, 'file');
    expect(folder.open(node, O_WRONLY | O_TRUNC)).toBe(0);
    expect(fs.readFileSync(host.at('file'), 'utf8')).toBe('');
    folder.close(node);
  });

  it('stay readable without a name, and when another takes it', () => {
    fs.writeFileSync(host.at('file'), 'first');
    const node = find(folder, 'file');
    folder.open(node, O_RDONLY);
    expect(folder.unlink(folder.root, bytes('file'))).toBe(0);
    fs.writeFileSync(host.at('file'), 'second');
    expect(find(folder, 'file')).not.toBe(node);
    expect(read(node, 0, 10)).toBe('first');
    expect(attributes(folder, node).nlink).toBe(0);
    folder.close(node);
  });

  it('keep their node under every name', () => {
    fs.writeFileSync(host.at('one'), 'x');
    const node = find(folder, 'one');
    expect(folder.link(folder.root, bytes('two'), node)).toBe(0);
    expect(find(folder, 'two')).toBe(node);
    expect(attributes(folder, node).nlink).toBe(2);
    expect(folder.unlink(folder.root, bytes('two'))).toBe(0);
    expect(find(folder, 'one')).toBe(node);
    expect(folder.rename(folder.root, bytes('one'), folder.root, bytes('three'), 0)).toBe(0);
    expect(find(folder, 'three')).toBe(node);
    expect(attributes(folder, node).nlink).toBe(1);
  });

  it('take times to the microsecond, and show them to the nanosecond', () => {
    fs.writeFileSync(host.at('file'), '');
    const node = find(folder, 'file');
    const exact = fs.statSync(host.at('file'), { bigint: true }).mtimeNs;
    const shown = attributes(folder, node);
    expect(BigInt(shown.mtime) * 1_000_000_000n + BigInt(shown.mtimeNanoseconds)).toBe(exact);
    for (const nanoseconds of [0, 1000, 123_456_000, 999_999_000]) {
      expect(folder.setAttributes(node, { mtime: { seconds: 1_700_000_000, nanoseconds } })).toBe(0);
      expect(attributes(folder, node)).toMatchObject({ mtime: 1_700_000_000, mtimeNanoseconds: nanoseconds });
    }
    expect(folder.setAttributes(node, { atime: { seconds: 5, nanoseconds: 0 } })).toBe(0);
    expect(attributes(folder, node)).toMatchObject({ atime: 5, mtime: 1_700_000_000, mtimeNanoseconds: 999_999_000 });
    expect(folder.setAttributes(node, { mode: 0o4711 })).toBe(0);
    expect(fs.statSync(host.at('file')).mode & 0o7777).toBe(0o4711);
  });

  it('have names of bytes, not of characters', () => {
    const name = new Uint8Array([0xff, 0xfe, 0x41]);
    const node = folder.create(folder.root, name, S_IFREG | 0o644, 0);
    expect(node).toBeGreaterThan(0);
    expect(folder.lookup(folder.root, name)).toBe(node);
    expect(folder.entry(folder.root, 2)).toMatchObject({ name: Buffer.from(name), ino: node });
  });

  it('devices and pipes are neither made nor opened', () => {
    expect(folder.create(folder.root, bytes('pipe'), S_IFIFO | 0o644, 0)).toBe(-EPERM);
    const devices = mounted('/dev');
    expect(devices.open(find(devices, 'null'), O_RDONLY)).toBe(-EACCES);
  });
});

describe('directories', () => {
  it('are made, listed and removed', () => {
    const node = folder.create(folder.root, bytes('dir'), S_IFDIR | 0o750, 0);
    expect(fs.statSync(host.at('dir')).mode & 0o7777).toBe(0o750);
    fs.writeFileSync(host.at('dir', 'b'), '');
    fs.mkdirSync(host.at('dir', 'a'));
    expect(list(folder, node).sort()).toEqual(['.', '..', 'a', 'b']);
    expect(folder.rmdir(folder.root, bytes('dir'))).toBe(-ENOTEMPTY);
    expect(folder.unlink(folder.root, bytes('dir'))).toBe(-EISDIR);
    expect(folder.rmdir(node, bytes('b'))).toBe(-ENOTDIR);
    expect(folder.rmdir(node, bytes('a'))).toBe(0);
    expect(folder.unlink(node, bytes('b'))).toBe(0);
    expect(folder.rmdir(folder.root, bytes('dir'))).toBe(0);
    expect(folder.entry(node, 0)).toBe(-ENOENT);
    expect(folder.create(folder.root, bytes('dir'), S_IFDIR | 0o755, 0)).toBeGreaterThan(0);
    expect(folder.create(folder.root, bytes('dir'), S_IFDIR | 0o755, 0)).toBe(-EEXIST);
  });

  it('a listing misses nothing while what it lists is removed, by two readers at once', () => {
    for (let i = 0; i < 100; i++) fs.writeFileSync(host.at(`f${i}`), '');
    folder.open(folder.root, O_RDONLY);
    const seen: string[] = [];
    for (let cookie = 0; ; ) {
      const entry = folder.entry(folder.root, cookie);
      if (entry === null || typeof entry === 'number') break;
      cookie = entry.next;
      const name = text(entry.name);
      if (name.startsWith('.')) continue;
      seen.push(name);
      expect(folder.unlink(folder.root, entry.name)).toBe(0);
      // Another begins at the beginning.
      folder.entry(folder.root, 2);
    }
    expect(seen).toHaveLength(100);
    expect(new Set(seen).size).toBe(100);
    expect(fs.readdirSync(host.path)).toEqual([]);
    folder.close(folder.root);
  });

  it('their nodes and those below survive renames', () => {
    fs.mkdirSync(host.at('a/b'), { recursive: true });
    fs.mkdirSync(host.at('other'));
    fs.writeFileSync(host.at('a/b/file'), 'x');
    const directory = find(folder, 'a/b');
    const file = find(folder, 'a/b/file');
    expect(folder.rename(folder.root, bytes('a'), find(folder, 'other'), bytes('moved'), 0)).toBe(0);
    expect(attributes(folder, file).size).toBe(1);
    expect(folder.parent(file)).toBe(directory);
    expect(folder.lookup(directory, bytes('file'))).toBe(file);
    expect(find(folder, 'other/moved/b/file')).toBe(file);
    expect(find(folder, 'a')).toBe(-ENOENT);
    expect(folder.rename(folder.root, bytes('other'), directory, bytes('x'), 0)).toBe(-EINVAL);
  });

  it('renames replace, or not', () => {
    fs.writeFileSync(host.at('a'), 'a');
    fs.writeFileSync(host.at('b'), 'b');
    const [a, b] = [find(folder, 'a'), find(folder, 'b')];
    folder.open(b, O_RDONLY);
    expect(folder.rename(folder.root, bytes('a'), folder.root, bytes('b'), RENAME_NOREPLACE)).toBe(-EEXIST);
    expect(folder.rename(folder.root, bytes('a'), folder.root, bytes('b'), RENAME_EXCHANGE)).toBe(-EINVAL);
    expect(folder.rename(folder.root, bytes('a'), folder.root, bytes('b'), 0)).toBe(0);
    expect(find(folder, 'b')).toBe(a);
    expect(read(b, 0, 1)).toBe('b');
    folder.close(b);
    expect(fs.readFileSync(host.at('b'), 'utf8')).toBe('a');
  });
});

describe('nothing climbs out', () => {
  it('symbolic links are shown, never followed', () => {
    fs.mkdirSync(host.at('mount'));
    fs.writeFileSync(host.at('secret'), 'secret');
    fs.symlinkSync('../secret', host.at('mount/link'));
    fs.symlinkSync('..', host.at('mount/up'));
    folder = mounted(host.at('mount'));
    const link = find(folder, 'link');
    expect(attributes(folder, link).mode & S_IFMT).toBe(S_IFLNK);
    expect(folder.target(link)).toEqual(Buffer.from('../secret'));
    expect(folder.open(link, O_RDONLY)).toBe(-EACCES);
    expect(folder.truncate(link, 0)).toBeLessThan(0);
    expect(folder.lookup(find(folder, 'up'), bytes('secret'))).toBe(-ENOTDIR);
    expect(folder.create(find(folder, 'up'), bytes('new'), S_IFREG | 0o644, 0)).toBe(-ENOTDIR);
    expect(folder.create(folder.root, bytes('link'), S_IFREG | 0o644, 0)).toBe(-EEXIST);
    expect(folder.target(folder.symlink(folder.root, bytes('new'), bytes('/etc/passwd')))).toEqual(
      Buffer.from('/etc/passwd'),
    );
    expect(fs.readFileSync(host.at('secret'), 'utf8')).toBe('secret');
  });

  it.each(['', '.', '..', '../secret', 'a/b', '/etc', 'nul\0'])('a name such as %j is none', (name) => {
    expect(folder.lookup(folder.root, bytes(name))).toBe(-EINVAL);
    expect(folder.create(folder.root, bytes(name), S_IFREG | 0o644, 0)).toBe(-EINVAL);
    expect(folder.unlink(folder.root, bytes(name))).toBe(-EINVAL);
    expect(folder.rename(folder.root, bytes(name), folder.root, bytes('x'), 0)).toBe(-EINVAL);
  });

  it('a directory that the host replaced by a link leads nowhere any more', () => {
    fs.mkdirSync(host.at('mount/dir'), { recursive: true });
    fs.mkdirSync(host.at('outside'));
    fs.writeFileSync(host.at('mount/dir/file'), 'inside');
    fs.writeFileSync(host.at('outside/file'), 'outside');
    folder = mounted(host.at('mount'));
    const directory = find(folder, 'dir');
    const file = find(folder, 'dir/file');
    fs.renameSync(host.at('mount/dir'), host.at('mount/old'));
    fs.symlinkSync('../outside', host.at('mount/dir'));
    expect(folder.lookup(directory, bytes('file'))).toBe(-ENOENT);
    expect(folder.open(file, O_RDONLY)).toBe(-ENOENT);
    expect(folder.create(directory, bytes('new'), S_IFREG | 0o644, 0)).toBe(-ENOENT);
    expect(folder.unlink(directory, bytes('file'))).toBe(-ENOENT);
    expect(folder.setAttributes(file, { mode: 0 })).toBe(-ENOENT);
    expect(fs.readdirSync(host.at('outside'))).toEqual(['file']);
    expect(find(folder, 'old/file')).toBe(file);
  });
});

describe('mounts', () => {
  it('for reading only refuse every change', () => {
    fs.writeFileSync(host.at('file'), 'abc');
    fs.mkdirSync(host.at('dir'));
    folder = mounted(host.path, true);
    const node = find(folder, 'file');
    const before = fs.statSync(host.path, { bigint: true }).mtimeNs;
    expect(folder.open(node, O_RDWR)).toBe(-EROFS);
    expect(folder.open(node, O_RDONLY | O_TRUNC)).toBe(-EROFS);
    expect(folder.write(node, 0, bytes('x'))).toBe(-EROFS);
    expect(folder.truncate(node, 0)).toBe(-EROFS);
    expect(folder.create(folder.root, bytes('n'), S_IFREG | 0o644, 0)).toBe(-EROFS);
    expect(folder.symlink(folder.root, bytes('n'), bytes('x'))).toBe(-EROFS);
    expect(folder.link(folder.root, bytes('n'), node)).toBe(-EROFS);
    expect(folder.unlink(folder.root, bytes('file'))).toBe(-EROFS);
    expect(folder.rmdir(folder.root, bytes('dir'))).toBe(-EROFS);
    expect(folder.rename(folder.root, bytes('file'), folder.root, bytes('n'), 0)).toBe(-EROFS);
    expect(folder.setAttributes(node, { mode: 0 })).toBe(-EROFS);
    expect(folder.open(node, O_RDONLY)).toBe(0);
    expect(read(node, 0, 3)).toBe('abc');
    folder.close(node);
    expect(fs.statSync(host.path, { bigint: true }).mtimeNs).toBe(before);
  });

  it('can be of a single file', () => {
    fs.writeFileSync(host.at('php.ini'), 'memory_limit=1G');
    folder = mounted(host.at('php.ini'));
    expect(attributes(folder, folder.root).mode & S_IFMT).toBe(S_IFREG);
    expect(folder.open(folder.root, O_RDONLY)).toBe(0);
    expect(read(folder.root, 0, 100)).toBe('memory_limit=1G');
    folder.close(folder.root);
    expect(folder.lookup(folder.root, bytes('x'))).toBe(-ENOTDIR);
  });

  it('that the host has removed say so as errno, whatever is asked', () => {
    const error = ((): unknown => {
      fs.rmSync(host.path, { recursive: true });
      try {
        return folder.statfs();
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toEqual(new Errno(ENOENT));
  });

  it('tell how much room the host has', () => {
    const { blocks, freeBlocks, blockSize } = folder.statfs();
    expect(blocks).toBeGreaterThan(freeBlocks);
    expect(blockSize).toBeGreaterThan(0);
  });
});
