/**
 * The way out of a program, past whatever it would catch: `catch (...)` of C++ sees what JavaScript throws, but no trap (WebAssembly
 * JavaScript interface, 6: an exception that a trap made cannot be caught by WebAssembly).
 */

/** (module (func (export "trap") unreachable)) */
const TRAP = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x08, 0x01, 0x04, 0x74, 0x72, 0x61, 0x70, 0x00, 0x00],
  ...[0x0a, 0x05, 0x01, 0x03, 0x00, 0x00, 0x0b],
]);

let trap: (() => void) | null = null;

/** @throws WebAssembly.RuntimeError */
export function leaveProgram(): never {
  if (!trap) {
    const { trap: exported } = new WebAssembly.Instance(new WebAssembly.Module(TRAP)).exports;
    if (typeof exported === 'function') trap = () => void exported();
  }
  trap?.();
  throw new Error('the trap did not trap');
}
