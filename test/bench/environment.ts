/** The machine that a run was made on, in words: figures mean nothing without it. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

export interface Environment {
  readonly date: string;
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memory: string;
  readonly load: string;
  readonly node: string;
  readonly chromium: string;
  readonly commit: string;
}

/** @param chromium as it names itself */
export function describeEnvironment(chromium: string): Environment {
  return {
    date: new Date().toISOString(),
    system: `${type()} ${release()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    load: describeLoad(),
    node: process.version,
    chromium,
    commit: commit(),
  };
}

/** Over the last 1, 5 and 15 minutes; above the number of cores, others take their share. */
export const describeLoad = (): string =>
  loadavg()
    .map((load) => load.toFixed(2))
    .join(' ');

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown: not in a git checkout';
  }
}
