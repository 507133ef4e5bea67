/** How a program that stopped by itself is told of: by the signal that the same fault is on Linux, where hardware finds it. */
import { SIGFPE, SIGILL, SIGSEGV } from '../abi/signal.js';
import type { ProcessFailure } from '../platform/guest-workers.js';

/**
 * What engines say of a trap: V8 (src/common/message-template.h), SpiderMonkey (js/public/friend/ErrorNumbers.msg) and JavaScriptCore
 * (wasm/WasmExceptionType.h) each in their own words; the standard has none.
 */
const ARITHMETIC = /divi(de|sion) by zero|remainder by zero|divide result unrepresentable|integer overflow/i;
const UNREACHABLE = /^unreachable/i;

/** A division on x86 is SIGFPE, `__builtin_trap()` is `ud2`: SIGILL. Any other trap is of an address, or of a pointer to a function. */
export function trapSignal(error: unknown): number {
  if (!(error instanceof WebAssembly.RuntimeError)) return SIGSEGV;
  if (ARITHMETIC.test(error.message)) return SIGFPE;
  return UNREACHABLE.test(error.message) ? SIGILL : SIGSEGV;
}

export const failureOf = (error: unknown): ProcessFailure => ({
  type: 'failed',
  message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  signal: trapSignal(error),
});
