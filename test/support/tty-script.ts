/** Scripts for `test/kernel/tty/script.c`: one by one by hand, or many by chance. */
import fc from 'fast-check';
import * as modes from '../../kernel-host/abi/termios.js';

export const hex = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('hex');

const flags = (...all: readonly number[]): fc.Arbitrary<number> =>
  fc.subarray([...all]).map((some) => some.reduce((sum, flag) => sum | flag, 0));

const input = flags(
  modes.ISTRIP,
  modes.INLCR,
  modes.IGNCR,
  modes.ICRNL,
  modes.IUCLC,
  modes.IXON,
  modes.IXANY,
  modes.IUTF8,
  modes.PARMRK,
);
const output = flags(modes.OPOST, modes.OLCUC, modes.ONLCR, modes.OCRNL, modes.ONOCR, modes.ONLRET, modes.XTABS);
const local = flags(
  modes.ISIG,
  modes.ICANON,
  modes.ECHO,
  modes.ECHOE,
  modes.ECHOK,
  modes.ECHONL,
  modes.NOFLSH,
  modes.ECHOCTL,
  modes.ECHOPRT,
  modes.ECHOKE,
  modes.IEXTEN,
  modes.EXTPROC,
);
/** What is usual, with one thing or another changed, is met as often as any mixture. */
const usual = { input: 0x500, output: 5, local: 0x8a3b };
const either = (all: fc.Arbitrary<number>, common: number): fc.Arbitrary<number> =>
  fc.oneof(
    all,
    fc.constant(common),
    all.map((some) => some ^ common),
  );

/** ^C ^D BS TAB LF CR ^O ^Q ^R ^S ^U ^V ^W ^Z ^\ DEL, letters, parts of UTF-8 characters. */
const CHARACTERS = [3, 4, 4, 8, 9, 9, 10, 10, 13, 15, 17, 18, 19, 21, 21, 22, 23, 23, 26, 28, 127, 127, 127];
const byte = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...CHARACTERS) },
  { weight: 4, arbitrary: fc.constantFrom(...Buffer.from('aZ_ .é€')) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
);
/** Whether a signal's character still flushes what START has shown before it depends on Linux' scheduler. */
const raced = (list: readonly number[]): boolean =>
  list.includes(17) && [3, 26, 28].some((signal) => list.includes(signal));
const bytes = fc
  .array(byte, { minLength: 1, maxLength: 24 })
  .filter((list) => !raced(list))
  .map((list) => hex(Uint8Array.from(list)));

const step = fc.oneof(
  {
    weight: 1,
    arbitrary: fc
      .tuple(either(input, usual.input), either(output, usual.output), either(local, usual.local))
      .map((all) => `i${all.join()}`),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(2, 3, 4, 9, 11, 12, 14, 15, 16), byte).map((all) => `c${all.join()}`),
  },
  { weight: 8, arbitrary: bytes.map((all) => `m${all}`) },
  { weight: 3, arbitrary: bytes.map((all) => `s${all}`) },
  { weight: 4, arbitrary: fc.constantFrom(1, 2, 3, 7, 4096).map((count) => `r${count}`) },
  { weight: 1, arbitrary: fc.constantFrom('f0', 'f1', 'f2', 'f7', 'x0', 'x1', 'x1', 'x2', 'x3', 'x9') },
  { weight: 2, arbitrary: fc.constant('q') },
  { weight: 1, arbitrary: fc.constantFrom('p0', 'p1') },
);

/** Every case ends by reading whatever is left. */
export const scriptCase = fc
  .tuple(
    fc.tuple(either(input, usual.input), either(output, usual.output), either(local, usual.local)),
    fc.array(step, { minLength: 1, maxLength: 14 }),
  )
  .map(([first, steps]) => [`i${first.join()}`, ...steps, 'q', 'r4096', 'r4096'].join(' '));
