/** Programs of others, built for the kernel from the source that this machine's own come from. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { port, portNames } from '../../guest/build-ports.mjs';

const portside = fileURLToPath(new URL('../../dist/cli/portside.js', import.meta.url));
const terminal = fileURLToPath(new URL('../support/terminal.py', import.meta.url));
/** The C library and the ports are built first where they are not in the cache. */
const BUILD_TIMEOUT = 1_800_000;

const ended = (command: string, args: readonly string[], cwd?: string) =>
  new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(command, args, { cwd }, (_error, stdout, stderr) => {
      resolve({ status: child.exitCode, stdout, stderr });
    });
    child.stdin?.end();
  });
const run = (...args: string[]) => ended(process.execPath, [portside, 'run', ...args]);

beforeAll(async () => {
  for (const name of portNames()) await port(name, () => {});
}, BUILD_TIMEOUT);

const SCRIPTS: Readonly<Record<string, string>> = {
  'a pipeline with a loop at each end': `for i in 1 2 3; do echo $i; done | { n=0; while read a; do n=$((n + a)); done; echo $n; }`,
  'a subshell and its status': `(exit 3); echo $?; x=$(echo sub $(echo nested)); echo "$x"`,
  'a here-document': `while read line; do echo "[$line]"; done <<END\nhome $((6 * 7))\nsecond\nEND`,
  'a trap': `trap 'echo trapped' USR1; kill -USR1 $$; echo after; trap 'echo bye' EXIT; exit 5`,
  redirections: `{ echo out; echo err >&2; } 2>errors; read a <errors; echo "file: $a"`,
  'a job in the background': `(exit 9) & p=$!; wait $p; echo $?; kill -TERM $$; echo unreached`,
  'functions and local names': `a=outer; f() { local a=$1; echo "$a"; }; f 'x y'; echo "$a"; case $a in o*) echo match;; esac`,
  'a command that is not there': `nothing-of-this-name; echo $?`,
  expansions: `x=path/to/file.tar.gz; echo "\${x##*/} \${x%%.*} \${#x} \${y:-none} \${x:+set}"; set -- a 'b c'; echo $# "$2"; printf '%s-' "$@"`,
};

describe('dash', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portside-dash-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(Object.entries(SCRIPTS))('%s', async (_name, script) => {
    const native = await ended('/usr/bin/dash', ['-c', script], folder);
    expect(await run('dash', '-c', script)).toEqual({
      ...native,
      stderr: native.stderr.replaceAll('/usr/bin/dash', 'dash'),
    });
  });

  test('is /bin/sh for system and popen of other programs', async () => {
    const code = `print(io.popen("echo of a shell | { read x; echo got: $x; }"):read("a")) print(os.execute("exit 4"))`;
    expect(await run('--with', 'dash', 'lua', '-e', code)).toEqual({
      status: 0,
      stdout: 'got: of a shell\n\nnil\texit\t4\n',
      stderr: '',
    });
  });

  test('starts what a mounted folder has: scripts by their first line, and programs', async () => {
    const { folder: lua, programs } = await port('lua', () => {});
    const program = programs.find(({ path }) => path === '/usr/bin/lua');
    await copyFile(join(lua, program?.file ?? ''), join(folder, 'interpreter'));
    await chmod(join(folder, 'interpreter'), 0o755);
    await writeFile(join(folder, 'script'), '#!/usr/bin/lua\nprint("script of", ...)\n', { mode: 0o755 });
    await writeFile(join(folder, 'own'), '#!/m/interpreter -\nprint("own")\n', { mode: 0o755 });
    await writeFile(join(folder, 'text'), 'print("no program")\n', { mode: 0o644 });
    const script = `/m/script a; echo 'print(1 + 1)' | /m/interpreter -; /m/own </m/text; /m/text; echo $?`;
    expect(await run('--with', 'lua', '--mount', `${folder}:/m`, 'dash', '-c', script)).toEqual({
      status: 0,
      stdout: 'script of\ta\n2\nno program\n126\n',
      stderr: 'dash: 1: /m/text: Permission denied\n',
    });
  });

  test('reads commands from a terminal, and its jobs are stopped, brought back and ended by keys', async () => {
    const waiting = `lua -e 'print("rea" .. "dy") io.read() print("read " .. "on")'\r`;
    const steps = [
      ['expect', '# '],
      ['type', waiting],
      ['expect', 'ready'],
      ['type', '\x1a'],
      ['expect', 'Stopped'],
      ['type', 'jobs\r'],
      ['expect', '[1] + Stopped'],
      ['type', 'fg\r'],
      ['type', 'a line\r'],
      ['expect', 'read on'],
      ['type', 'echo lo"op"; while :; do echo >/dev/null; done\r'],
      ['expect', 'loop'],
      ['type', '\x03'],
      ['expect', '# '],
      ['type', 'exit 3\r'],
    ];
    const command = [process.execPath, portside, 'run', '--with', 'lua', 'dash'];
    const { stdout } = await ended('python3', [terminal, JSON.stringify(steps), ...command]);
    expect(JSON.parse(stdout)).toMatchObject({ status: 3, restored: true });
  });
});

describe('BusyBox', () => {
  const busybox = (script: string) => run('--no-env', '--with', 'busybox', 'busybox', 'sh', '-c', script);

  test('has the commands of a Unix system, which work together', async () => {
    const script = `mkdir -p /tmp/t/a && cd /tmp/t && seq 1 100 | awk '{ s += $1 } END { print s }'
printf 'b\\na\\nc\\n' | sort -r | sed -n '2s/b/middle/p' && echo text >a/file && ln -s file a/link && chmod 640 a/file
tar -czf all.tgz a && rm -r a && tar -xzf all.tgz && find . -type f -name fi* -exec cat {} + && stat -c '%a %s' a/file && readlink a/link
echo text | sha256sum | cut -c1-16 && expr 6 '*' 7 && date -u -d @86400 +%F && echo '2^70' | bc && diff a/file /dev/null | tail -n +2; echo $?`;
    expect(await busybox(script)).toEqual({
      status: 0,
      stdout:
        '5050\nmiddle\ntext\n640 5\nfile\n64e2ad3cfa23f5fb\n42\n1970-01-02\n1180591620717411303424\n@@ -1 +0,0 @@\n-text\n0\n'
          .replace('64e2ad3cfa23f5fb', createHash('sha256').update('text\n').digest('hex').slice(0, 16))
          .replace('@@ -1 +0,0 @@', '+++ /dev/null\n@@ -1 +0,0 @@'),
      stderr: '',
    });
  });

  test('shows the processes of the machine, and what they have', async () => {
    const { stdout } = await busybox(
      'ps -o pid,ppid,args; top -b -n 1; uptime; ls /proc/self/fd; free; sleep 0 & wait',
    );
    expect(stdout).toMatch(/^ +2 +1 busybox sh -c ps/m);
    expect(stdout).toMatch(/^ +3 +2 ps -o pid,ppid,args$/m);
    expect(stdout).toMatch(/^ +PID +PPID USER +STAT +VSZ %VSZ CPU %CPU COMMAND\n(.*\n)* +2 +1 root/m);
    expect(stdout).toMatch(/^Load average: (\d+\.\d\d ){3}\d+\/\d+ \d+$/m);
    expect(stdout).toMatch(/ up .* load average: \d+\.\d\d, \d+\.\d\d, \d+\.\d\d$/m);
    expect(stdout).toMatch(/^0\n1\n2\n3\n/m);
    expect(stdout).toMatch(/^Mem: +\d+ +\d+ +\d+/m);
  });
});

test('--strace tells of the system calls of all processes, with what they pass, and --profile of all together', async () => {
  const { status, stdout, stderr } = await run('--strace', '--profile', 'dash', '-c', 'echo a | { read x; exit 3; }');
  expect([status, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(/^\[pid 3\] write\(1, "a\\n", 2\) = 2$/m);
  expect(stderr).toMatch(/^\[pid 4\] exit_group\(3\) = \?$/m);
  expect(stderr).toMatch(/^\[pid 2\] wait4\(-1, 0x[\da-f]+, 0, NULL\) = [34]$/m);
  const calls = stderr.split('\n').filter((line) => line.startsWith('[pid ')).length;
  expect(stderr).toMatch(new RegExp(`^ *[\\d.]+ +${calls}( +\\d+)? +total$`, 'm'));
});

test('sqlite3 keeps a database in a file, with transactions, full text and JSON', async () => {
  const fill = `create table t(a integer primary key, b text); with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000) insert into t select i, 'row ' || i from n;
    create virtual table f using fts5(text); insert into f values ('a quick brown fox'), ('a lazy dog');`;
  const ask = `pragma integrity_check; select count(*), sum(a), max(b) from t; select text from f where f match 'fox'; select json_extract('{"a":[1,2]}', '$.a[1]');`;
  const script = `sqlite3 /tmp/db "$1" && sqlite3 /tmp/db 'pragma journal_mode=wal' "$2" && sqlite3 /tmp/db 'begin; delete from t; rollback; select count(*) from t'`;
  expect(await run('--with', 'sqlite3', 'dash', '-c', script, 'dash', fill, ask)).toEqual({
    status: 0,
    stdout: 'wal\nok\n1000|500500|row 999\na quick brown fox\n2\n1000\n',
    stderr: '',
  });
});

describe('portside configure', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portside-configure-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('gives a script the compiler and its tools, whose programs it can run where it is', async () => {
    const script = `#!/bin/sh
set -e
$CC -c conftest.c -o conftest.o
$AR rc libconf.a conftest.o; $RANLIB libconf.a; $NM libconf.a | grep -q main
$CC libconf.a -o conftest
$STRIP conftest.wasm
./conftest "$1" || echo "status $?"
cat made.txt
`;
    const source = `#include <stdio.h>
int main(int argc, char **argv) { fputs("made", fopen("made.txt", "w")); printf("%d %s\\n", (int) sizeof(long), argv[1]); return 3; }`;
    await writeFile(join(folder, 'conftest.c'), source);
    await writeFile(join(folder, 'configure'), script, { mode: 0o755 });
    const result = await ended(process.execPath, [portside, 'configure', './configure', 'an argument'], folder);
    expect(result).toEqual({ status: 0, stdout: '4 an argument\nstatus 3\nmade', stderr: '' });
  });

  test('tells of a script that is not there, and ends as the script does', async () => {
    const missing = await ended(process.execPath, [portside, 'configure', './nothing'], folder);
    expect(missing).toMatchObject({ status: 1, stderr: expect.stringContaining('program-unreadable') });
    await writeFile(join(folder, 'failing'), '#!/bin/sh\nexit 42\n', { mode: 0o755 });
    expect(await ended(process.execPath, [portside, 'configure', './failing'], folder)).toMatchObject({ status: 42 });
  });
});
