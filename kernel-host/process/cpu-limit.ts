/** RLIMIT_CPU: a process that has computed for longer is told each second, and ended at the hard limit (setrlimit(2)). */
import { RLIMIT_CPU } from '../abi/resource.js';
import { SI_KERNEL, SIGKILL, SIGXCPU } from '../abi/signal.js';
import { usageOf } from './accounting.js';
import { PROCESSOR_LIMIT } from './interval-timers.js';
import type { Process } from './process.js';

/** Takes up the limit that is set now. */
export function limitProcessorTime(process: Process): void {
  const { soft } = process.limits.get(RLIMIT_CPU);
  if (soft === Number.POSITIVE_INFINITY) process.intervalTimers.set(PROCESSOR_LIMIT, { value: 0, interval: 0 });
  else {
    const value = Math.max(1, soft * 1000 - usageOf(process).time);
    process.intervalTimers.set(PROCESSOR_LIMIT, { value, interval: 1000 });
  }
}

export function processorTimeIsOver(process: Process): void {
  const over = usageOf(process).time >= process.limits.get(RLIMIT_CPU).hard * 1000;
  process.signals.raise(over ? SIGKILL : SIGXCPU, SI_KERNEL);
}
