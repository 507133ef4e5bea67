import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test, vi } from 'vitest';
import { type RunSettings, run } from '../../../cli/run.js';

const { runGuest, phpGuest } = vi.hoisted(() => ({ runGuest: vi.fn(), phpGuest: vi.fn() }));
vi.mock('../../../kernel-host/platform/node/index.js', () => ({ runGuest }));
vi.mock('../../../cli/php/guest.js', () => ({ phpGuest }));

const settings: RunSettings = {
  mounts: [],
  env: {},
  inheritEnv: true,
  cwd: '/',
  php: '8.2',
  listen: [],
  terminal: false,
  ports: [],
  strace: false,
  profile: false,
  outgoing: false,
  guest: fileURLToPath(new URL('../../../guest', import.meta.url)),
};

beforeEach(() => {
  runGuest.mockReset().mockResolvedValue({ exitCode: 0 });
  phpGuest.mockReset().mockResolvedValue({ wasm: '/cache/php.wasm' });
});

test('runs PHP with its arguments, behind where to keep its opcode cache', async () => {
  await run('php', ['-r', 'exit(7);'], settings);
  expect(phpGuest.mock.lastCall?.[0]).toBe('8.2');
  const expected = {
    program: { path: '/usr/local/bin/php', file: '/cache/php.wasm' },
    args: expect.arrayContaining(['php', '-d', 'opcache.file_cache=/var/tmp', '-r', 'exit(7);']),
    programs: [],
    cwd: '/',
    mounts: [],
    listen: [],
  };
  expect(runGuest.mock.lastCall?.[0]).toMatchObject(expected);
});

test('runs a file of its own without PHP', async () => {
  await run('./tool.wasm', [], settings);
  expect(phpGuest).not.toHaveBeenCalled();
  expect(runGuest.mock.lastCall?.[0]).toMatchObject({
    program: { path: '/usr/local/bin/tool.wasm', file: resolve('tool.wasm') },
    args: ['./tool.wasm'],
  });
});

test('takes every name but php and those of ports for a path', async () => {
  await run('tool', [], settings);
  expect(phpGuest).not.toHaveBeenCalled();
  expect(runGuest.mock.lastCall?.[0]).toMatchObject({
    program: { path: '/usr/local/bin/tool', file: resolve('tool') },
    args: ['tool'],
  });
});

test('names the ports there are when one is wanted that is none', async () => {
  await expect(run('./tool.wasm', [], { ...settings, ports: ['bash'] })).rejects.toThrow(
    /bash\. There are .*dash.*lua/,
  );
  expect(runGuest).not.toHaveBeenCalled();
});

test('passes the environment on, unless told not to', async () => {
  vi.stubEnv('PORTSIDE_TEST', 'inherited');
  await run('php', [], { ...settings, env: { A: '1' } });
  expect(runGuest.mock.lastCall?.[0].env).toMatchObject({ PORTSIDE_TEST: 'inherited', A: '1' });
  await run('php', [], { ...settings, env: { PORTSIDE_TEST: 'given' } });
  expect(runGuest.mock.lastCall?.[0].env).toMatchObject({ PORTSIDE_TEST: 'given' });
  await run('php', [], { ...settings, env: { A: '1' }, inheritEnv: false });
  expect(runGuest.mock.lastCall?.[0].env).toEqual({ A: '1' });
  vi.unstubAllEnvs();
});
