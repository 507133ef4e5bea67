import { describe, expect, it } from 'vitest';
import { S_IFDIR } from '../../../kernel-host/abi/stat.js';
import { Database } from '../../../kernel-host/store/database.js';
import { openStore } from '../../../kernel-host/store/opening.js';
import { STORE_FORMAT, SUPERBLOCK_KEY } from '../../../kernel-host/store/records.js';
import { FaultyDatabase } from './faulty-database.js';
import { boot, bytes, codeOf, find, type Machine, must, picture, text, turns, unlink, write } from './machine.js';

async function flush({ store, alarms }: Machine, durability: 'relaxed' | 'strict' = 'strict'): Promise<void> {
  const flushed = store.flush(durability);
  let settled = false;
  flushed
    ?.finally(() => {
      settled = true;
    })
    .catch(() => {});
  while (flushed && !settled) {
    alarms.ring();
    await turns(1);
  }
  await flushed;
}

describe('a new image under what was written', () => {
  const first = { '/site': undefined, '/site/page': 'old page', '/site/gone': 'x', '/site/kept': 'kept' };

  it('brings its changes where nothing was written, and gives way where something was', async () => {
    const database = new FaultyDatabase();
    const machine = await boot(database, first);
    write(machine.fileSystem, '/site/kept', 'mine');
    write(machine.fileSystem, '/site/new', 'new');
    unlink(machine.fileSystem, '/site/gone');
    await flush(machine);
    const second = {
      ...first,
      '/site/page': 'new page',
      '/site/kept': 'theirs',
      '/site/gone': 'back',
      '/site/more': 'more',
    };
    const { fileSystem } = await boot(database, second);
    expect(await text(fileSystem, '/site/page')).toBe('new page');
    expect(await text(fileSystem, '/site/more')).toBe('more');
    expect(await text(fileSystem, '/site/kept')).toBe('mine');
    expect(await text(fileSystem, '/site/new')).toBe('new');
    expect(find(fileSystem, '/site/gone')).toBeLessThan(0);
  });

  it('may have a file where a folder was written to, and a folder where a file was', async () => {
    const database = new FaultyDatabase();
    const machine = await boot(database, { '/a': undefined, '/a/x': '1', '/b': 'file' });
    write(machine.fileSystem, '/a/mine', 'mine');
    write(machine.fileSystem, '/b', 'mine');
    await flush(machine);
    const { fileSystem } = await boot(database, { '/a': 'a file now', '/b': undefined, '/b/deep': 'x' });
    expect(await text(fileSystem, '/a/mine')).toBe('mine');
    expect(await text(fileSystem, '/b')).toBe('mine');
  });

  it('shows nothing in a folder that was moved or made anew in the place of another', async () => {
    const database = new FaultyDatabase();
    const machine = await boot(database, { '/a': undefined, '/a/x': '1' });
    must(machine.fileSystem.rename(machine.fileSystem.root, bytes('a'), machine.fileSystem.root, bytes('b'), 0));
    must(machine.fileSystem.create(machine.fileSystem.root, bytes('a'), S_IFDIR | 0o755, 0));
    await flush(machine);
    const { fileSystem } = await boot(database, {
      '/a': undefined,
      '/a/x': '1',
      '/a/y': '2',
      '/b': undefined,
      '/b/z': '3',
    });
    expect(Object.keys(await picture(fileSystem))).toEqual(['/', '/a', '/b', '/b/x']);
  });
});

describe('writers', () => {
  it('of an earlier boot are refused, and change nothing', async () => {
    const database = new FaultyDatabase();
    const old = await boot(database);
    write(old.fileSystem, '/x', 'old');
    await flush(old);
    const current = await boot(database);
    write(old.fileSystem, '/x', 'zombie');
    await expect(flush(old).catch(codeOf)).resolves.toBe('store-taken-over');
    expect(old.told).toContain('store-taken-over');
    expect(await old.store.current()).toBe(false);
    expect(await current.store.current()).toBe(true);
    await expect(flush(old).catch(codeOf)).resolves.toBe('store-taken-over');
    expect(await text((await boot(database)).fileSystem, '/x')).toBe('old');
  });

  it('share one transaction when they wait together', async () => {
    const database = new FaultyDatabase();
    const machine = await boot(database);
    write(machine.fileSystem, '/x', '1');
    const first = machine.store.flush('strict');
    write(machine.fileSystem, '/x', '2');
    const [second, third] = [machine.store.flush('strict'), machine.store.flush('relaxed')];
    await Promise.all([first, second, third]);
    // That of the boot, the first one's, and the one of the others.
    expect(database.transactions).toBe(3);
  });
});

describe('a full disk', () => {
  it('refuses growth with ENOSPC, keeps what is dirty, and goes on when there is room', async () => {
    const database = new FaultyDatabase();
    const machine = await boot(database);
    write(machine.fileSystem, '/before', 'before');
    await flush(machine);
    database.noRoom = true;
    write(machine.fileSystem, '/dirty', 'dirty');
    expect(await machine.store.sync()).toBe(-28);
    expect(machine.told).toEqual(['stored', 'full']);
    expect(write(machine.fileSystem, '/before', 'longer than before')).toBe(-28);
    expect(write(machine.fileSystem, '/before', 'BEFORE')).toBe(6);
    expect(() => write(machine.fileSystem, '/new', 'x')).toThrow('28');
    expect(await text(machine.fileSystem, '/dirty')).toBe('dirty');
    database.noRoom = false;
    machine.alarms.ring();
    await turns(20);
    expect(machine.told).toEqual(['stored', 'full', 'recovered']);
    const { fileSystem } = await boot(database);
    expect([await text(fileSystem, '/dirty'), await text(fileSystem, '/before')]).toEqual(['dirty', 'BEFORE']);
  });
});

describe('a store that is', () => {
  const superblockOf = async (faulty: FaultyDatabase, change: (superblock: Record<string, unknown>) => unknown) => {
    const database = new Database('test', faulty.factory);
    await database.write('strict', (store) => {
      const found = store.get([...SUPERBLOCK_KEY]);
      found.onsuccess = () => {
        const changed = change(found.result);
        if (changed === undefined) store.delete([...SUPERBLOCK_KEY]);
        else store.put(changed, [...SUPERBLOCK_KEY]);
      };
    });
    return database;
  };
  const written = async () => {
    const faulty = new FaultyDatabase();
    const machine = await boot(faulty);
    write(machine.fileSystem, '/x', 'x');
    await flush(machine);
    return faulty;
  };

  it('of a newer version is refused', async () => {
    const faulty = await written();
    await superblockOf(faulty, (superblock) => ({ ...superblock, format: STORE_FORMAT + 1 }));
    await expect(boot(faulty).catch(codeOf)).resolves.toBe('store-newer');
    await superblockOf(faulty, (superblock) => ({ ...superblock, format: STORE_FORMAT }));
    expect(await text((await boot(faulty)).fileSystem, '/x')).toBe('x');
  });

  it('of an older version is migrated, in the transaction that takes it over', async () => {
    const faulty = await written();
    const database = await superblockOf(faulty, (superblock) => ({ ...superblock, format: STORE_FORMAT - 1 }));
    const steps: string[] = [];
    const migrations = Array.from({ length: STORE_FORMAT }, (_, from) => () => void steps.push(`from ${from}`));
    const { superblock } = await openStore(database, 0, migrations, 0);
    expect(steps).toEqual([`from ${STORE_FORMAT - 1}`]);
    expect(superblock.format).toBe(STORE_FORMAT);
  });

  it('without its superblock, or with records that make no tree, is refused', async () => {
    const faulty = await written();
    await superblockOf(faulty, () => undefined);
    await expect(boot(faulty).catch(codeOf)).resolves.toBe('store-damaged');
    const other = await written();
    const database = new Database('test', other.factory);
    await database.write('strict', (store) => void store.put([1, 'lost', 99], ['d', 1, 'lost']));
    await expect(boot(other).catch(codeOf)).resolves.toBe('store-damaged');
  });

  it('deleted while it is used is missed', async () => {
    const faulty = await written();
    const machine = await boot(faulty);
    const database = new Database('test', faulty.factory);
    await database.write('strict', (store) => void store.clear());
    write(machine.fileSystem, '/y', 'y');
    await expect(flush(machine).catch(codeOf)).resolves.toBe('store-evicted');
    expect(machine.told).toEqual(['store-evicted']);
  });
});
