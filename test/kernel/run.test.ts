/** `portside run`, from outside: the built command line as a program among programs, beside native PHP. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const portside = fileURLToPath(new URL('../../dist/cli/portside.js', import.meta.url));
const NATIVE = '/usr/bin/php8.2';

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, with `input` on its standard input. */
function ending(command: string, args: readonly string[], input = ''): Promise<Ending> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { maxBuffer: 2 ** 26 }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

const run = (...args: string[]) => [portside, 'run', '--php', '8.2', ...args];
const guest = (args: readonly string[], input?: string) => ending(process.execPath, run('php', ...args), input);
/** Without the settings that Debian ships. */
const native = (args: readonly string[], input?: string) => ending(NATIVE, ['-n', ...args], input);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

/** Resolves with the first line of standard output. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
  });
}

describe('a guest is a program like any other', () => {
  test.each([
    ['its exit status', 'echo 1; exit(7);', ''],
    ['what it reads and writes', 'echo strrev(trim(fgets(STDIN))); fwrite(STDERR, "to stderr\n");', 'straw\n'],
    ['all of a long input', 'echo md5(stream_get_contents(STDIN));', 'some bytes '.repeat(200_000)],
    ['all of a long output, line by line', 'for ($i = 0; $i < 50000; $i++) echo "line $i\n";', ''],
    ['an error that nobody catches', 'throw new LogicException("on purpose");', ''],
  ])('%s', async (_what, code, input) => {
    const [ours, theirs] = await Promise.all([guest(['-r', code], input), native(['-r', code], input)]);
    expect({ ...ours, stderr: '' }).toEqual({ ...theirs, stderr: '' });
  });

  test('starts other guests, and reads what they say to its end', async () => {
    const code = `$p = proc_open(['php', '-r', 'echo strtoupper(stream_get_contents(STDIN)); exit(3);'], [['pipe', 'r'], ['pipe', 'w']], $pipes);
      fwrite($pipes[0], 'quiet'); fclose($pipes[0]);
      echo stream_get_contents($pipes[1]), proc_close($p);`;
    expect(await guest(['-r', code])).toMatchObject({ code: 0, stdout: 'QUIET3' });
  });

  test('without a shell, a command line is ENOENT and no hang', async () => {
    const code = 'var_dump(@proc_open("ls", [], $p), @popen("ls", "r"), error_get_last()["message"]);';
    const { stdout } = await guest(['-r', code]);
    expect(stdout).toMatch(/bool\(false\)\nbool\(false\)\n.*No such file or directory/s);
  });

  test('a fiber is an Error that a script can catch, and not skipped', async () => {
    const code =
      'try { (new Fiber(fn () => print "ran"))->start(); } catch (Error $error) { echo $error->getMessage(); }';
    expect(await guest(['-r', code])).toMatchObject({
      code: 0,
      stdout: 'Fibers are not available in this build of PHP',
    });
  });

  test('dies of the signal that its terminal sends', async () => {
    const child = spawn(process.execPath, run('php', '-r', 'echo "up\n"; sleep(60);'));
    expect(await firstLine(child)).toBe('up');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([null, 'SIGINT']);
  });

  test('stops when nobody reads it any more', async () => {
    const child = spawn(process.execPath, run('php', '-r', 'while (true) echo "y\n";'));
    await firstLine(child);
    child.stdout?.destroy();
    const [code] = await once(child, 'exit');
    expect(code).not.toBeNull();
  });

  test.each([
    [
      'that makes calls',
      'set_time_limit(1); while (true) file_exists("/nowhere");',
      255,
      /Maximum execution time of 1 second/,
    ],
    ['that only computes', 'set_time_limit(1); while (true);', 128 + 27, /^$/],
  ])('a page %s does not outlive its time limit', async (_what, code, status, said) => {
    const { code: ended, stdout } = await guest(['-r', code]);
    expect(ended).toBe(status);
    expect(stdout).toMatch(said);
  });

  test('a page may sleep longer than its time limit, which counts what it computes', async () => {
    // As under Linux: beyond what the kernel waits until it ends a page that makes no call, too.
    const { code, stdout } = await guest(['-r', 'set_time_limit(1); sleep(4); usleep(200000); echo "awake";']);
    expect(stdout).toBe('awake');
    expect(code).toBe(0);
  });
});

test('a port of this machine leads to a server in the kernel', async () => {
  const port = await freePort();
  const child = spawn(process.execPath, run('--listen', `${port}:80`, 'php', '-S', '0.0.0.0:80', '-t', '/etc'));
  try {
    const body = await new Promise<string>((resolve, reject) => {
      const attempt = (): void => {
        get({ host: '127.0.0.1', port, path: '/hostname' }, (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () => resolve(text));
        }).on('error', (error: NodeJS.ErrnoException) => {
          // Until the child listens; from then on a connection waits for the guest.
          if (error.code === 'ECONNREFUSED' && child.exitCode === null) setImmediate(attempt);
          else reject(error);
        });
      };
      attempt();
    });
    expect(body).toBe('portside\n');
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});
