/** What is known of the suite's cases that do not pass, and the table of all. */

import type { Result } from './open-posix.js';
import exceptions from './open-posix.json' with { type: 'json' };

export interface Exception {
  readonly result: Exclude<Result, 'pass'>;
  readonly reason: string;
  /** It depends on priorities or on real-time scheduling, which a browser's threads have not. */
  readonly scheduling: boolean;
  /** It passes at other times: counted as one that does not. */
  readonly sometimes: boolean;
}

const byCase = new Map<string, Exception>();
for (const { result, reason, scheduling, sometimes = false, cases } of exceptions) {
  for (const name of cases) byCase.set(name, { result: kindOf(result), reason, scheduling, sometimes });
}

export const exceptionOf = (name: string): Exception | undefined => byCase.get(name);

/** Cases that are listed, and are not there. */
export const unknown = (cases: readonly string[]): readonly string[] =>
  [...byCase.keys()].filter((name) => !cases.includes(name));

function kindOf(result: string): Exception['result'] {
  switch (result) {
    case 'fail':
    case 'unresolved':
    case 'unsupported':
    case 'untested':
    case 'build':
    case 'hang':
    case 'death':
      return result;
    default:
      throw new TypeError(`open-posix.json: ${result} is no result.`);
  }
}

/** Neither passes nor fails: the suite leaves it out, or it cannot be built. */
const isCounted = (exception: Exception | undefined): boolean =>
  exception === undefined || !['unsupported', 'untested', 'build'].includes(exception.result);

/** The table, in Markdown. */
export function table(cases: readonly string[]): string {
  const counted = cases.filter((name) => isCounted(exceptionOf(name)));
  const passed = counted.filter((name) => !exceptionOf(name));
  const ordinary = counted.filter((name) => !exceptionOf(name)?.scheduling);
  const share = (of: readonly string[]): string => `${((100 * passed.length) / of.length).toFixed(1)} %`;
  const interfaces = [...new Set(cases.map((name) => name.slice(0, name.indexOf('/'))))];
  const rows = interfaces.map((name) => {
    const all = cases.filter((one) => one.startsWith(`${name}/`));
    const own = all.filter((one) => isCounted(exceptionOf(one)));
    const good = own.filter((one) => !exceptionOf(one));
    return [`\`${name}\``, `${good.length}`, `${own.length}`, `${all.length - own.length}`];
  });
  const groups = exceptions.map(
    ({ result, reason, scheduling, sometimes = false, cases: own }) =>
      `- **${result}${scheduling ? ', scheduling' : ''}${sometimes ? ', sometimes' : ''}**: ${reason}\n  ${own.map((name) => `\`${name}\``).join(', ')}`,
  );
  return `# The Open POSIX Test Suite

Debian's \`posixtestsuite\` 1.5.2: each case is built by \`portside cc\` and run by \`portside run\`, in a kernel of its own.

- ${cases.length} cases; ${counted.length} can be built and test something.
- ${passed.length} of these pass: ${share(counted)}, and ${share(ordinary)} of the ${ordinary.length} that depend neither on priorities nor on real-time scheduling.

CI runs a part of those that pass. \`PORTSIDE_CONFORMANCE=all npx vitest run --project conformance\` runs every case, and fails where this
page is not true; with \`-u\` it is written anew from \`open-posix.json\`.

## What does not pass

${groups.join('\n')}

## By interface

${aligned([['interface', 'pass', 'count', 'left out'], ...rows])}
`;
}

/** A table whose columns are as wide as their widest cell. */
function aligned(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
