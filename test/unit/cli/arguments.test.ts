import { resolve } from 'node:path';
import type { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { parseBase, parseEnv, parseListen, parseMount, parsePort, parseWorkers } from '../../../cli/arguments.js';
import { createProgram, usageStatus } from '../../../cli/program.js';

/** What a command's action would be called with; output of commander is dropped. */
async function parse(...words: string[]) {
  const program = createProgram({ version: '1.2.3', build: '/build', guest: '/guest' });
  let called: { operands: readonly unknown[]; options: Record<string, unknown> } | undefined;
  for (const command of [program, ...program.commands]) {
    command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
    if (command === program) continue;
    command.action((...args: unknown[]) => {
      called = { operands: args.slice(0, -2), options: command.opts() };
    });
  }
  await program.parseAsync(words, { from: 'user' });
  return called;
}

/** The exit status of a command line that is refused. */
async function refusal(...words: string[]): Promise<number> {
  return parse(...words).then(
    () => 0,
    (error: CommanderError) => usageStatus(error),
  );
}

describe('pack', () => {
  test('has defaults', async () => {
    const expected = { out: 'dist', php: '8.4', workers: 2, ack: 'committed', base: '/' };
    expect(await parse('pack', 'site', '--out', 'dist')).toEqual({ operands: ['site'], options: expected });
  });

  test('takes everything', async () => {
    const flags = [
      '--php',
      '7.4',
      '--workers',
      '4',
      '--base',
      '/a/b',
      '--router',
      'r.php',
      '--name',
      'A site',
      '--ack',
      'durable',
    ];
    const expected = {
      out: 'o',
      php: '7.4',
      workers: 4,
      base: '/a/b/',
      router: 'r.php',
      name: 'A site',
      ack: 'durable',
    };
    expect(await parse('pack', ...flags, '--out=o', 'site')).toEqual({ operands: ['site'], options: expected });
  });
});

describe('run', () => {
  test("leaves the program's options to the program", async () => {
    const words = ['run', '--php', '8.2', 'php', '-r', 'echo 1;', '--php', 'x', '--', '--env', '-h', '--no-env'];
    const called = await parse(...words);
    expect(called?.operands).toEqual(['php', ['-r', 'echo 1;', '--php', 'x', '--', '--env', '-h', '--no-env']]);
    expect(called?.options).toEqual({ php: '8.2', cwd: '/' });
  });

  test('collects what may be repeated', async () => {
    const flags = ['--mount', 'a:/a', '--mount', '/b:/c:ro', '--listen', '8080:80', '--listen', '0:443'];
    const called = await parse('run', ...flags, 'php');
    expect(called?.options).toMatchObject({
      mount: [
        { host: resolve('a'), guest: '/a', readonly: false },
        { host: '/b', guest: '/c', readonly: true },
      ],
      listen: [
        { host: 8080, guest: 80 },
        { host: 0, guest: 443 },
      ],
    });
  });

  test('keeps --env and --no-env apart, in either order', async () => {
    const expected = { env: { A: '1', B: 'x=y' }, inheritEnv: false };
    const env = ['--env', 'A=1', '--env', 'B=x=y'];
    expect((await parse('run', ...env, '--no-env', 'php'))?.options).toMatchObject(expected);
    expect((await parse('run', '--no-env', ...env, 'php'))?.options).toMatchObject(expected);
    expect((await parse('run', 'php'))?.options).not.toHaveProperty('inheritEnv');
  });
});

test.each([
  [['frobnicate']],
  [['pack', 'site']],
  [['pack', '--out', 'o']],
  [['pack', 'site', '--from', 'site.tar', '--out', 'o']],
  [['pack', 'site', '--out', 'o', '--bogus']],
  [['pack', 'site', 'another', '--out', 'o']],
  [['pack', 'site', '--out', 'o', '--php', '5.6']],
  [['pack', 'site', '--out', 'o', '--workers', '0']],
  [['serve', 'dist', '--port', '65536']],
  [['serve', 'dist', '--port', 'http']],
  [['run']],
  [['run', '--bogus', 'php']],
])('%j is refused with status 2', async (words) => {
  expect(await refusal(...words)).toBe(2);
});

test.each([[['--help']], [['pack', '--help']], [['--version']], [['help', 'run']]])('%j is fine', async (words) => {
  expect(await refusal(...words)).toBe(0);
});

describe('values', () => {
  test('of ports and numbers', () => {
    expect(parsePort('0')).toBe(0);
    expect(parsePort('65535')).toBe(65535);
    for (const bad of ['-1', '1.5', '', ' 80', '0x50', '1e3']) expect(() => parsePort(bad)).toThrow();
    expect(() => parseWorkers('two')).toThrow();
  });

  test('of a base', () => {
    expect(parseBase('/')).toBe('/');
    expect(parseBase('/shop')).toBe('/shop/');
    expect(parseBase('/caf%C3%A9/')).toBe('/caf%C3%A9/');
    for (const bad of [
      'shop/',
      '//host/',
      '/a/../b/',
      '/a b/',
      '/café/',
      '/a?b/',
      '/a#b/',
      '/a//b/',
      '\\a\\',
      'http://x/',
    ]) {
      expect(() => parseBase(bad), bad).toThrow();
    }
  });

  test('of mounts', () => {
    expect(parseMount('C:\\site:/site')).toMatchObject([{ guest: '/site', readonly: false }]);
    for (const bad of ['/a', '/a:', ':/a', '/a:b', '/a:/b:rw', '/a:/b:ro:ro']) {
      expect(() => parseMount(bad), bad).toThrow();
    }
  });

  test('of environment variables and listeners', () => {
    expect(parseEnv('A=')).toEqual({ A: '' });
    for (const bad of ['A', '=1', '']) expect(() => parseEnv(bad), bad).toThrow();
    for (const bad of ['80', '80:', ':80', '8080:0', '1:2:3', 'a:b']) expect(() => parseListen(bad), bad).toThrow();
  });
});
