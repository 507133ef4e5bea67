import { describe, expect, it, vi } from 'vitest';
import { groupLines, levelOf, logOutput } from '../../../client/output.js';

describe('levelOf', () => {
  it.each([
    [1, 'hello', 'log'],
    [2, '[Sun Nov 22 12:00:00 2026] 127.0.0.1:51234 Accepted', 'debug'],
    [2, '[Sun Nov 22 12:00:00 2026] [::1]:51234 Closing', 'debug'],
    [2, '[Sun Nov 22 12:00:00 2026] 127.0.0.1:51234 [200]: GET /', 'debug'],
    [2, '[Sun Nov 22 12:00:00 2026] 127.0.0.1:51234 [404]: GET /no - No such file or directory', 'debug'],
    [2, '[Sun Nov 22 12:00:00 2026] 127.0.0.1:51234 [500]: GET / - Uncaught Error: x in /index.php:3', 'error'],
    [2, '[Sun Nov 22 12:00:00 2026] 127.0.0.1:51234 [200]: GET / - Uncaught Error: x in /index.php:3', 'error'],
    [2, 'RangeError: Maximum call stack size exceeded', 'error'],
    [2, '[Sun Nov 22 12:00:00 2026] PHP Fatal error:  Uncaught Error: x in /index.php:3', 'error'],
    [2, '[Sun Nov 22 12:00:00 2026] PHP Warning:  Undefined variable $a in /index.php on line 3', 'warn'],
    [2, '[Sun Nov 22 12:00:00 2026] PHP 8.4.1 Development Server (http://0.0.0.0:80) started', 'info'],
  ] as const)('fd %i, %j: %s', (fd, line, level) => {
    expect(levelOf(fd, line)).toBe(level);
  });
});

describe('groupLines', () => {
  it('keeps a stack trace with its error, and splits levels', () => {
    const text = 'PHP Fatal error:  x\nStack trace:\n#0 {main}\n  thrown in /a.php on line 1\nplain\n';
    expect(groupLines(2, text)).toEqual([
      { level: 'error', text: 'PHP Fatal error:  x\nStack trace:\n#0 {main}\n  thrown in /a.php on line 1' },
      { level: 'info', text: 'plain' },
    ]);
  });

  it('keeps empty lines within, and drops the last end of line only', () => {
    expect(groupLines(1, 'a\n\nb\n\n')).toEqual([{ level: 'log', text: 'a\n\nb\n' }]);
  });
});

describe('logOutput', () => {
  it('names the process', () => {
    const target = { debug: vi.fn(), error: vi.fn(), info: vi.fn(), log: vi.fn(), warn: vi.fn() };
    logOutput({ type: 'output', pid: 7, fd: 2, text: 'PHP Warning:  w\n' }, target);
    expect(target.warn).toHaveBeenCalledExactlyOnceWith('[process 7] PHP Warning:  w');
  });
});
