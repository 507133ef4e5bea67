/** What a run measures, and the table of it: a line for each measure, a column for each target. */
export interface Figure {
  readonly measure: string;
  readonly target: string;
  readonly unit: string;
  readonly value: number;
}

export class Figures {
  readonly all: Figure[] = [];
  readonly notes: string[] = [];

  add(measure: string, target: string, value: number, unit: string): void {
    this.all.push({ measure, target, unit, value: round(value) });
    console.error(`  ${measure}, ${target}: ${round(value)} ${unit}`);
  }

  /** Something that a reader must know of the figures: a peer that was not to be had, a part that failed. */
  note(text: string): void {
    this.notes.push(text);
    console.error(`  ${text}`);
  }
}

/** Three digits that count. */
function round(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

/** The value below which the share `p` (0 to 1) of the values lies. @throws RangeError when there is none */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];
  if (value === undefined) throw new RangeError('nothing was measured');
  return value;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

export function table(figures: readonly Figure[]): string {
  const targets = [...new Set(figures.map(({ target }) => target))];
  const lines = new Map<string, Map<string, number>>();
  for (const { measure, unit, target, value } of figures) {
    const key = `${measure}, ${unit}`;
    lines.set(key, (lines.get(key) ?? new Map<string, number>()).set(target, value));
  }
  const rows = [
    ['', ...targets],
    ...[...lines].map(([measure, values]) => [
      measure,
      ...targets.map((target) => values.get(target)?.toString() ?? ''),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n');
}
