/** Real interpreters built for WASI. Downloads 48 MB the first time. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exitedStatus } from '../../kernel-host/abi/process.js';
import { writeFile } from '../../kernel-host/boot/root-tree.js';
import { HostInput } from '../../kernel-host/file/host-stream.js';
import { Machine } from '../support/machine.js';
import { unpack, wasiGuest, wasiGuests } from '../support/wasi-guests.js';

let machine: Machine;
beforeAll(async () => {
  machine = new Machine();
  await wasiGuests();
});
afterAll(() => machine.close());

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const put = (path: string, content: string): void =>
  writeFile(machine.kernel, path, new TextEncoder().encode(content), 0o644);

describe('PHP 8.2', () => {
  test('answers a CGI request with what a script reads, writes and lists', async () => {
    put(
      '/srv/page.php',
      `<?php
      header('X-Seen: yes');
      mkdir('/srv/data'); file_put_contents('/srv/data/b', 'two'); file_put_contents('/srv/data/a', str_repeat('x', 100000));
      rename('/srv/data/b', '/srv/data/c'); symlink('c', '/srv/data/l');
      $h = fopen('/srv/data/c', 'r+'); fseek($h, 0, SEEK_END); fwrite($h, '+'); fclose($h);
      echo json_encode([
        'query' => $_GET, 'body' => file_get_contents('php://input'), 'list' => scandir('/srv/data'),
        'sizes' => [filesize('/srv/data/a'), filesize('/srv/data/c')], 'link' => readlink('/srv/data/l'),
        'through' => file_get_contents('/srv/data/l'), 'missing' => @file_get_contents('/srv/none'),
        'removed' => unlink('/srv/data/l') && unlink('/srv/data/a') && unlink('/srv/data/c') && rmdir('/srv/data'),
      ]);`,
    );
    const input = new HostInput();
    input.push(new TextEncoder().encode('a body'));
    input.end();
    const ended = await machine.run(await wasiGuest('php-cgi-8.2.0'), {
      environment: [
        ...['GATEWAY_INTERFACE=CGI/1.1', 'REQUEST_METHOD=POST', 'SCRIPT_FILENAME=/srv/page.php', 'REDIRECT_STATUS=1'],
        ...['QUERY_STRING=k=v', 'CONTENT_LENGTH=6', 'CONTENT_TYPE=text/plain'],
      ],
      input,
    });
    expect(ended.status).toBe(exitedStatus(0));
    const [head, body] = text(ended.output).split('\r\n\r\n');
    expect(head).toContain('X-Seen: yes');
    expect(JSON.parse(body ?? '')).toEqual({
      query: { k: 'v' },
      body: 'a body',
      list: ['.', '..', 'a', 'c', 'l'],
      sizes: [100000, 4],
      link: 'c',
      through: 'two+',
      missing: false,
      removed: true,
    });
  });
});

describe('Python 3.11', () => {
  test('runs its standard library from the file system', async () => {
    await unpack(machine.kernel, 'python-3.11.3.tar.gz');
    put(
      '/srv/program.py',
      `import json, os, pathlib, sys, tempfile
root = pathlib.Path(tempfile.mkdtemp(dir='/tmp'))
for i in range(300):
    (root / f'file-{i}').write_text(str(i))
total = sum(int((root / name).read_text()) for name in os.listdir(root))
os.utime(root / 'file-1', (1, 2))
os.truncate(root / 'file-299', 1)
print(json.dumps({
    'arguments': sys.argv[1:], 'count': len(os.listdir(root)), 'total': total,
    'mtime': os.stat(root / 'file-1').st_mtime, 'cut': (root / 'file-299').read_text(), 'random': len(os.urandom(70000)),
    'input': sys.stdin.read(), 'environment': os.environ['GREETING'],
}))
sys.exit(3)
`,
    );
    const input = new HostInput();
    input.push(new TextEncoder().encode('from the host\n'));
    input.end();
    const ended = await machine.run(await wasiGuest('python-3.11.3'), {
      arguments: ['/srv/program.py', 'one', 'zwei ü'],
      environment: ['GREETING=hello', 'PYTHONHOME=/usr/local'],
      input,
    });
    expect(ended.errors).toBe('');
    expect(JSON.parse(text(ended.output))).toEqual({
      arguments: ['one', 'zwei ü'],
      count: 300,
      total: 44850,
      mtime: 2,
      cut: '2',
      random: 70000,
      input: 'from the host\n',
      environment: 'hello',
    });
    expect(ended.status).toBe(exitedStatus(3));
  });
});

describe('Ruby 3.2', () => {
  test('runs a program', async () => {
    put(
      '/srv/program.rb',
      'File.write("/tmp/ruby", "x" * 5); sleep 0.05; puts [File.size("/tmp/ruby"), Dir.children("/srv").include?("program.rb"), 2 ** 70].inspect',
    );
    const ended = await machine.run(await wasiGuest('ruby-3.2.0'), {
      arguments: ['--disable-gems', '/srv/program.rb'],
    });
    expect(text(ended.output)).toBe('[5, true, 1180591620717411303424]\n');
    expect(ended.status).toBe(exitedStatus(0));
  });
});

describe('QuickJS', () => {
  test('runs a script', async () => {
    put('/srv/script.js', 'print([1, 2, 3].map((x) => x * x).join())');
    const ended = await machine.run(await wasiGuest('wasmedge_quickjs'), { arguments: ['/srv/script.js'] });
    expect(text(ended.output)).toBe('1,4,9\n');
  });
});
