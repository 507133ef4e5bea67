/** Programs that `portside cc` built, in a real Chromium: the library's kernel in a worker of a page. */
import { execFileSync } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SIGTERM } from '../../kernel-host/abi/signal.js';
import { type MachineHost, machineOf, serveMachine } from '../support/programs/browser-machine.js';
import { launchChromium } from '../support/shell-browser.js';

/** The ports are built first where they are not in the cache. */
const BUILD_TIMEOUT = 1_800_000;

let host: MachineHost;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  host = await serveMachine(['busybox', 'dash', 'lua', 'nginx', 'php', 'redis', 'sqlite3']);
  browser = await launchChromium();
}, BUILD_TIMEOUT);
afterAll(async () => {
  await browser?.close();
  await host?.close();
});

let machine: ReturnType<typeof machineOf>;
beforeEach(async () => {
  page = await browser.newPage();
  await page.goto(host.origin);
  machine = machineOf(page);
  await machine.setUp(host.setup);
});
afterEach(() => page.close());

async function run(...argv: string[]) {
  const { status, output } = await machine.ended(await machine.start(argv, false));
  return { status, output };
}

const SCRIPTS: Readonly<Record<string, string>> = {
  'a pipeline with a loop at each end': `for i in 1 2 3; do echo $i; done | { n=0; while read a; do n=$((n + a)); done; echo $n; }`,
  'a subshell and its status': `(exit 3); echo $?; x=$(echo sub $(echo nested)); echo "$x"`,
  'a here-document': `while read line; do echo "[$line]"; done <<END\nhome $((6 * 7))\nsecond\nEND`,
  'a trap': `trap 'echo trapped' USR1; kill -USR1 $$; echo after; trap 'echo bye' EXIT; exit 5`,
  'a job in the background': `(exit 9) & p=$!; wait $p; echo $?`,
};

describe('dash', () => {
  test.each(Object.entries(SCRIPTS))('%s', async (_name, script) => {
    let native = '';
    let status = 0;
    try {
      native = execFileSync('/usr/bin/dash', ['-c', script], { encoding: 'utf8' });
    } catch (error) {
      ({ status, stdout: native } = error as { status: number; stdout: string });
    }
    expect(await run('dash', '-c', script)).toEqual({ status: status << 8, output: native });
  });

  test('fifty programs in pipelines, one after another', async () => {
    const script = `n=0; while [ $n -lt 25 ]; do n=$(echo $n | lua -e 'print(io.read("n") + 1)'); done; echo $n`;
    expect(await run('dash', '-c', script)).toEqual({ status: 0, output: '25\n' });
    expect(await machine.running()).toEqual([]);
  });

  test('reads commands from a terminal, and its jobs are stopped, brought back and ended by keys', async () => {
    const pid = await machine.start(['dash', '-i'], true);
    await machine.said(pid, '# $');
    await machine.type(pid, `lua -e 'print("rea" .. "dy") io.read() print("read " .. "on")'\r`);
    await machine.said(pid, 'ready');
    await machine.type(pid, '\x1a');
    await machine.said(pid, 'Stopped[^]*# $');
    await machine.type(pid, 'jobs\r');
    expect(await machine.said(pid, 'jobs\r\n[^]*# $')).toContain('[1] + Stopped');
    await machine.type(pid, 'fg\r');
    await machine.type(pid, 'a line\r');
    await machine.said(pid, 'read on[^]*# $');
    await machine.type(pid, 'echo lo"op"; while :; do echo >/dev/null; done\r');
    await machine.said(pid, 'loop');
    await machine.type(pid, '\x03');
    await machine.said(pid, '# $');
    await machine.type(pid, 'exit 3\r');
    expect(await machine.ended(pid)).toMatchObject({ status: 3 << 8 });
  });
});

test('the commands of BusyBox, in pipelines of its own shell', async () => {
  const script = `set -e
mkdir -p /tmp/w/a/b && cd /tmp/w
seq 1 300 > a/numbers; echo 'pear
apple
fig' > a/b/fruit; ln -s b/fruit a/link; chmod 640 a/numbers
tar czf w.tgz a && mkdir out && tar xzf w.tgz -C out && diff -r a out/a && echo same
find out -type f | sort; stat -c '%a %F' out/a/numbers out/a/link
sort a/b/fruit | sed 's/^/- /' | awk '{ print NR, $2, length($2) }'
grep -c 7 a/numbers; head -n 3 a/numbers | tr '\\n' ' '; tail -n 1 a/numbers
md5sum < a/numbers; wc -l < a/b/fruit; expr 6 '*' 7; echo hello | rev; printf '%s\\n' x y | xargs -n 1 echo got
ps | grep -c '[b]usybox'
for i in 1 2 3; do (sleep 0.01; echo $i) & wait; done
vi --help 2>&1 | head -n 1 | cut -c 1-7`;
  const { status, output } = await run('busybox', 'sh', '-c', script);
  expect(output).toBe(
    [
      ...['same', 'out/a/b/fruit', 'out/a/numbers', '640 regular file', '777 symbolic link'],
      ...[
        '1 apple 5',
        '2 fig 3',
        '3 pear 4',
        '57',
        '1 2 3 300',
        'bf4fa7116e26846bba3502a134f9bcba  -',
        '3',
        '42',
        'olleh',
      ],
      ...['got x', 'got y', '1', '1', '2', '3', 'BusyBox', ''],
    ].join('\n'),
  );
  expect(status).toBe(0);
});

test('PHP of our own runs other programs, and is run by them', async () => {
  const code = `echo PHP_VERSION, " ", PHP_INT_SIZE, "\n";
$p = proc_open(['lua', '-e', 'print(io.read("n") * 2)'], [['pipe', 'r'], ['pipe', 'w']], $pipes, '/tmp', ['PATH' => getenv('PATH')]);
fwrite($pipes[0], "21\n"); fclose($pipes[0]);
echo stream_get_contents($pipes[1]), proc_close($p), "\n";
exec('echo one; echo two; exit 3', $lines, $status); echo json_encode([$lines, $status]), "\n";
$f = popen('cat > /tmp/popen', 'w'); fwrite($f, 'written'); pclose($f); echo file_get_contents('/tmp/popen'), "\n";
$d = new PDO('sqlite:/tmp/php.db'); $d->exec('create table t(a)'); $d->exec("insert into t values ('kept')");
echo shell_exec('sqlite3 /tmp/php.db "select a from t"');`;
  expect(await run('php', '-n', '-r', code)).toEqual({
    status: 0,
    output: '8.2.32 8\n42\n0\n[["one","two"],3]\nwritten\nkept\n',
  });
  const endless = await run('php', '-n', '-d', 'max_execution_time=1', '-r', 'for (;;);');
  expect(endless.status).toBe(255 << 8);
  expect(endless.output).toContain('Maximum execution time of 1 second exceeded');
  expect(await run('dash', '-c', `echo 'a b' | php -n -r 'echo strtoupper(stream_get_contents(STDIN));'`)).toEqual({
    status: 0,
    output: 'A B\n',
  });
});

test('sqlite3 keeps a database in a file, for the next that opens it', async () => {
  const fill = `create table t(a integer primary key, b text); with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000) insert into t select i, 'row ' || i from n;`;
  const script = `sqlite3 /tmp/db "$1" && sqlite3 /tmp/db 'pragma integrity_check; select count(*), sum(a), max(b) from t'`;
  expect(await run('dash', '-c', script, 'dash', fill)).toEqual({ status: 0, output: 'ok\n1000|500500|row 999\n' });
});

test('nginx serves files with a master and two workers, until it is told to end', async () => {
  const large = 'x'.repeat(3_000_000);
  await machine.write([
    { path: '/m/html/index.html', content: { text: 'a page' } },
    { path: '/m/html/large', content: { text: large } },
    {
      path: '/m/nginx.conf',
      content: {
        text: `daemon off; worker_processes 2; error_log stderr notice; events { }
http {
  server { listen 80; root /m/html; location /behind/ { proxy_pass http://127.0.0.1:81/; } }
  server { listen 127.0.0.1:81; root /m/html; add_header Behind $server_port; }
}`,
      },
    },
  ]);
  const pid = await machine.start(['nginx', '-c', '/m/nginx.conf'], false);
  await machine.said(pid, 'start worker process \\d+\\n[^]*start worker process \\d+\\n');
  expect(await machine.running()).toHaveLength(3);
  const first = await machine.http(80, '/', {});
  expect([first.status, first.headers.server, first.body]).toEqual([200, 'nginx/1.22.1', 'a page']);
  expect((await machine.http(80, '/', { 'if-none-match': first.headers.etag ?? '' })).status).toBe(304);
  const part = await machine.http(80, '/large', { range: 'bytes=1000-1009' });
  expect([part.status, part.body]).toEqual([206, 'x'.repeat(10)]);
  const behind = await machine.http(80, '/behind/large', {});
  expect([behind.headers.behind, behind.body.length]).toEqual(['81', 3_000_000]);
  const many = await Promise.all(Array.from({ length: 40 }, () => machine.http(80, '/', {})));
  expect(new Set(many.map(({ body }) => body))).toEqual(new Set(['a page']));
  await machine.kill(pid, SIGTERM);
  expect(await machine.ended(pid)).toMatchObject({ status: 0 });
  expect(await machine.running()).toEqual([]);
});

test('redis-cli and redis-benchmark ask redis-server, which saves from a child', async () => {
  const server = await machine.start(['redis-server', '--dir', '/tmp', '--save', ''], false);
  await machine.said(server, 'Ready to accept connections');
  const script = `redis-cli set greeting hello; redis-cli get greeting; redis-cli eval "return redis.call('incrby', KEYS[1], 40) + #ARGV[1]" 1 n ab; redis-cli bgsave`;
  expect(await run('dash', '-c', script)).toEqual({
    status: 0,
    output: 'OK\nhello\n42\nBackground saving started\n',
  });
  await machine.said(server, 'Background saving terminated with success');
  const bench = await run('redis-benchmark', '-n', '1000', '-c', '10', '-t', 'ping,set,get,lpush', '--csv');
  expect(bench.status).toBe(0);
  expect(bench.output.match(/^"(PING_INLINE|PING_MBULK|SET|GET|LPUSH)","[\d.]+"/gm)).toHaveLength(5);
  await machine.kill(server, SIGTERM);
  expect(await machine.ended(server)).toMatchObject({ status: 0 });
});
