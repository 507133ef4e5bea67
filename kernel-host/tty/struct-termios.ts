/** The struct termios of TCGETS and TCSETS: four words of flags, c_line, c_cc (asm-generic/termbits.h). */
import { CREAD, CS8, CSIZE, PARENB, TERMIOS_SIZE } from '../abi/termios.js';
import type { UserMemory } from '../memory/user-memory.js';
import { Termios } from './termios.js';

const LINE = 16;
const CHARACTERS = 17;

/** @throws Errno EFAULT */
export function putModes(memory: UserMemory, address: number, modes: Termios): void {
  const { view, at } = memory.struct(address, TERMIOS_SIZE);
  view.setUint32(at, modes.inputFlags, true);
  view.setUint32(at + 4, modes.outputFlags, true);
  view.setUint32(at + 8, modes.controlFlags, true);
  view.setUint32(at + 12, modes.localFlags, true);
  view.setUint8(at + LINE, modes.line);
  for (const [i, character] of modes.characters.entries()) view.setUint8(at + CHARACTERS + i, character);
}

/** @throws Errno EFAULT */
export function getModes(memory: UserMemory, address: number): Termios {
  const { view, at } = memory.struct(address, TERMIOS_SIZE);
  const modes = new Termios();
  modes.inputFlags = view.getUint32(at, true);
  modes.outputFlags = view.getUint32(at + 4, true);
  // A pair has no line to set a width or a parity of (Linux: pty_set_termios()).
  modes.controlFlags = (view.getUint32(at + 8, true) & ~(CSIZE | PARENB)) | CS8 | CREAD;
  modes.localFlags = view.getUint32(at + 12, true);
  modes.line = view.getUint8(at + LINE);
  for (let i = 0; i < modes.characters.length; i++) modes.characters[i] = view.getUint8(at + CHARACTERS + i);
  return modes;
}
