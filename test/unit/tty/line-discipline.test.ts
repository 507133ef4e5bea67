/** The line discipline beside that of this machine's Linux, by way of `test/kernel/tty/script.c`. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EAGAIN } from '../../../kernel-host/abi/errno.js';
import { POLLIN, POLLOUT } from '../../../kernel-host/abi/poll.js';
import { VSTART, VSTOP } from '../../../kernel-host/abi/termios.js';
import { PseudoTerminal } from '../../../kernel-host/tty/pseudo-terminal.js';
import { Termios } from '../../../kernel-host/tty/termios.js';
import { hex, scriptCase } from '../../support/tty-script.js';

const source = fileURLToPath(new URL('../../kernel/tty/script.c', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portside-tty-'));
  execFileSync('gcc', ['-O1', '-w', source, '-o', join(folder, 'script')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const onLinux = (cases: readonly string[], delay: number): string[] =>
  execFileSync(join(folder, 'script'), [String(delay)], { input: `${cases.join('\n')}\n`, maxBuffer: 2 ** 28 })
    .toString()
    .trimEnd()
    .split('\n');

/** Linux takes its time to hand over what is written: what differs is asked again with more of it. */
function expectSame(cases: readonly string[]): void {
  let left = cases;
  for (const delay of [0, 1000, 50_000]) {
    const theirs = onLinux(left, delay);
    left = left.filter((script, i) => inPortside(script) !== theirs[i]);
    if (left.length === 0) return;
  }
  const [shortest = ''] = left.toSorted((a, b) => a.length - b.length);
  expect(inPortside(shortest), shortest.slice(0, 1000)).toBe(onLinux([shortest], 50_000)[0]);
}

/** What the C program prints, of a terminal of ours. */
function inPortside(script: string): string {
  const terminal = new PseudoTerminal(() => {});
  terminal.openSlave();
  const { discipline } = terminal;
  const told: string[] = [];
  const buffer = new Uint8Array(131072);
  const tell = (end: string, result: number): void => {
    told.push(result < 0 ? `${end}!${result === -EAGAIN ? 'EAGAIN' : '?'}` : end + hex(buffer.subarray(0, result)));
  };
  const change = (how: (modes: Termios) => void): void => {
    const modes = new Termios();
    modes.assign(discipline.modes);
    how(modes);
    terminal.setModes(modes);
  };
  const steps: Readonly<Record<string, (argument: string) => void>> = {
    i: (argument) =>
      change((modes) => {
        const [input = 0, output = 0, local = 0] = argument.split(',').map(Number);
        modes.inputFlags = input;
        modes.outputFlags = output;
        modes.localFlags = local;
      }),
    c: (argument) =>
      change((modes) => {
        const [place = 0, value = 0] = argument.split(',').map(Number);
        modes.characters[place] = value;
      }),
    m: (argument) => told.push(`m${terminal.type(Buffer.from(argument, 'hex'))}`),
    s: (argument) => {
      const count = terminal.write(Buffer.from(argument, 'hex'));
      told.push(count < 0 ? 's!EAGAIN' : `s${count}`);
    },
    r: (argument) => {
      const count = terminal.read(buffer.subarray(0, Number(argument)));
      const needsNothing = !discipline.readsLines && discipline.minimum === 0 && discipline.time === 0;
      tell('S', count === -EAGAIN && needsNothing ? 0 : count);
    },
    f: (argument) => {
      if (argument === '0' || argument === '2') terminal.flushInput();
      if (argument === '1' || argument === '2') terminal.flushOutput();
      told.push(Number(argument) <= 2 ? 'f0' : 'f-1');
    },
    x: (argument) => {
      if (argument === '0' || argument === '1') discipline.suspend(argument === '0');
      if (argument === '2' || argument === '3') terminal.send(argument === '2' ? VSTOP : VSTART);
      told.push(Number(argument) <= 3 ? 'x0' : 'x-1');
    },
    p: (argument) => {
      terminal.packets = argument === '1';
    },
    q: () => told.push(`q${discipline.available},${(terminal.poll() & (POLLIN | POLLOUT)).toString(16)}`),
  };
  for (const word of script.split(' ')) {
    steps[word.charAt(0)]?.(word.slice(1));
    for (;;) {
      const count = terminal.take(buffer);
      if (count === -EAGAIN) break;
      tell('M', count);
    }
  }
  return told.map((word) => ` ${word}`).join('');
}

describe('the line discipline does what Linux does', () => {
  test('under any modes, with anything typed and written', () => {
    expectSame(fc.sample(scriptCase, 1200));
  });

  test('when more is typed than it has room for', () => {
    expectSame(
      ['0,5,35', '8,5,35', '16384,5,35', '0,5,0', '0,0,2'].flatMap((modes) =>
        [4094, 4095, 4096, 4097, 5000].map(
          (length) =>
            `i${modes} m${hex('x'.repeat(length - 1))} m79 q m7f q m7a0a q r10 r5000 m610a q r5000 r5000 r5000`,
        ),
      ),
    );
  });

  test('when the output is stopped for long', () => {
    expectSame([`m13 s${hex('y'.repeat(100))} m${hex('z'.repeat(3000))} m11 q`, 'm1361620a s6162 m11 x0 m11 q s61 x1']);
  });
});
