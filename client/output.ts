/** What guests write to stdout and stderr, on the console: labelled by process, lines of one level together. */
import type { FromMachine } from '../protocol/machine.js';

export type Output = Extract<FromMachine, { readonly type: 'output' }>;
export type Level = 'debug' | 'info' | 'log' | 'warn' | 'error';

/** PHP's built-in server: `[date] 127.0.0.1:1234 Accepted`, `… Closing`, `… [200]: GET /path`. */
const PHP_ACCESS = /^\[[^\]]+\] \[?[\d.:a-f]+\]?:\d+ (?:Accepted|Closing|\[[123]\d\d\]:|\[404\]:)/i;
/** … `[200]: GET /path - Uncaught Error: …`: of errors that end a page, this is all that is logged of those that it shows. */
const PHP_ACCESS_ERROR = /^\[[^\]]+\] \[?[\d.:a-f]+\]?:\d+ \[\d{3}\]: \S+ \S+ - (?!No such file or directory$)/i;
/** What ended a process whose program trapped: a name of JavaScript's, and a stack. */
const CRASH = /^\w*Error: /;
/** PHP, main/main.c: the names that `php_error_cb` gives to levels of errors. */
const PHP_ERROR = /\b(?:PHP )?(?:Fatal error|Parse error|Recoverable fatal error|Core error|Compile error):/;
const PHP_WARNING = /\b(?:PHP )?(?:Warning|Core warning|Compile warning):/;

export function levelOf(fd: 1 | 2, line: string): Level {
  if (fd === 1) return 'log';
  if (PHP_ACCESS_ERROR.test(line) || CRASH.test(line)) return 'error';
  if (PHP_ACCESS.test(line)) return 'debug';
  if (PHP_ERROR.test(line)) return 'error';
  if (PHP_WARNING.test(line)) return 'warn';
  return 'info';
}

/** Neighbouring lines of one level, in order; a line that is indented or a `#0` of a stack trace stays with the one above. */
export function groupLines(fd: 1 | 2, text: string): Array<{ readonly level: Level; readonly text: string }> {
  const groups: Array<{ level: Level; text: string }> = [];
  for (const line of text.replace(/\r?\n$/, '').split(/\r?\n/)) {
    const last = groups.at(-1);
    const level = last && /^(?:\s|#\d|Stack trace:)/.test(line) ? last.level : levelOf(fd, line);
    if (last?.level === level) last.text += `\n${line}`;
    else groups.push({ level, text: line });
  }
  return groups;
}

export function logOutput(output: Output, target: Pick<Console, Level> = console): void {
  for (const { level, text } of groupLines(output.fd, output.text)) target[level](`[process ${output.pid}] ${text}`);
}
