/** How often each system call was made, and how long its callers waited, as strace -c tells it. */
import { syscallName } from './names.js';

interface Count {
  calls: number;
  errors: number;
  /** Milliseconds from the call to its answer, those that it slept among them. */
  time: number;
}

export interface ProfileEntry extends Readonly<Count> {
  readonly name: string;
}

export class Profile {
  readonly #counts = new Map<number, Count>();

  add(nr: number, time: number, failed: boolean): void {
    let count = this.#counts.get(nr);
    if (!count) {
      count = { calls: 0, errors: 0, time: 0 };
      this.#counts.set(nr, count);
    }
    count.calls++;
    count.time += time;
    if (failed) count.errors++;
  }

  /** The one that took longest first. */
  get entries(): readonly ProfileEntry[] {
    return [...this.#counts]
      .map(([nr, count]) => ({ name: syscallName(nr), ...count }))
      .sort((a, b) => b.time - a.time || b.calls - a.calls || a.name.localeCompare(b.name));
  }

  toString(): string {
    const { entries } = this;
    const rows = entries.map(({ name, calls, errors, time }) => [
      time.toFixed(3),
      ((1000 * time) / calls).toFixed(0),
      String(calls),
      errors === 0 ? '' : String(errors),
      name,
    ]);
    const sum = (of: (entry: ProfileEntry) => number): number => entries.reduce((total, entry) => total + of(entry), 0);
    const errors = sum((entry) => entry.errors);
    const total = [
      sum((entry) => entry.time).toFixed(3),
      '',
      String(sum((entry) => entry.calls)),
      `${errors || ''}`,
      'total',
    ];
    const table = [['ms', 'µs/call', 'calls', 'errors', 'system call'], ...rows, total];
    const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
    return table
      .map((row) => row.map((cell, column) => (column === 4 ? cell : cell.padStart(widths[column] ?? 0))).join('  '))
      .join('\n');
  }
}
