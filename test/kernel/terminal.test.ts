/** `portside run` in a terminal of this machine, with somebody typing. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const portside = path('../../dist/cli/portside.js');
let folder = '';
const program = (): string => join(folder, 'interactive.wasm');
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portside-terminal-'));
  const source = path('tty/interactive.c');
  execFileSync(process.execPath, [portside, 'cc', '-O1', '-Wall', source, '-o', program()]);
}, 900_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

type Step = readonly ['expect' | 'type', string] | readonly ['resize', number, number];

function inTerminal(steps: readonly Step[], command: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    execFile(
      'python3',
      [path('../support/terminal.py'), JSON.stringify(steps), ...command],
      (error, stdout, stderr) => {
        if (error) reject(new Error(stderr, { cause: error }));
        else resolve(JSON.parse(stdout));
      },
    );
  });
}
const run = (...args: readonly string[]): readonly string[] => [process.execPath, portside, 'run', ...args];

test('lines are edited, keys reach the program, the size is followed, ^C ends it; the terminal is left as it was', async () => {
  const ended = await inTerminal(
    [
      ['expect', '24x80\r\n'],
      ['type', 'wrong words\x17\x17pé\x7féar\r'],
      ['expect', '<péar>\r\n'],
      ['resize', 40, 100],
      ['expect', '40x100\r\n'],
      ['type', 'end\x04\x04'],
      ['expect', '<end>\r\nkeys\n'],
      ['type', '\r\x03\x7fq'],
      ['expect', '(13)(3)(127)wait\r\n'],
      ['type', '\x1a'],
      ['expect', '^Z'],
      ['type', '\x03'],
    ],
    run(program()),
  );
  const wiped = (length: number): string => '\b \b'.repeat(length);
  expect(ended).toEqual({
    shown: `111 /dev/pts/0 1 1\r\n24x80\r\nwrong words${wiped(5)}${wiped(6)}pé\b \béar\r\n<péar>\r\n40x100\r\nend<end>\r\nkeys\n(13)(3)(127)wait\r\n^Z^C`,
    status: 128 + 2,
    restored: true,
  });
});

test('-t gives a terminal where there is none, and types what is piped there', async () => {
  const { stdout } = await new Promise<{ stdout: string }>((resolve) => {
    const child = execFile(process.execPath, run('-t', program()).slice(1), (_error, stdout) => resolve({ stdout }));
    child.stdout?.on('data', (shown: string) => {
      if (shown.endsWith('24x80\r\n')) child.stdin?.write('line\n\x04');
      if (shown.endsWith('keys\n')) child.stdin?.write('q');
      if (shown.endsWith('wait\r\n')) child.stdin?.end('\x03');
    });
  });
  expect(stdout).toBe('111 /dev/pts/0 1 1\r\n24x80\r\nline\r\n<line>\r\nkeys\nwait\r\n^C');
});

test('output that goes elsewhere stays out of the terminal', async () => {
  const output = join(folder, 'output');
  const ended = await inTerminal(
    [
      ['expect', 'elsewhere\r\n'],
      ['type', 'line\r\x04'],
    ],
    ['sh', '-c', `"$@" > ${output}`, 'sh', ...run(program(), 'lines')],
  );
  expect(ended).toEqual({ shown: 'elsewhere\r\nline\r\n', status: 0, restored: true });
  expect(await readFile(output, 'utf8')).toBe('101 /dev/pts/0 1 1\n24x80\n<line>\n');
});
