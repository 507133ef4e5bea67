/** The same script in the same folder of the host: run by native PHP, and by the guest that the folder is mounted for. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasNativePhp, NATIVE_PHP } from '../support/native-php.js';

const run = promisify(execFile);
const portside = fileURLToPath(new URL('../../dist/cli/portside.js', import.meta.url));

const SCRIPT = `<?php
error_reporting(E_ALL);
// The guest's libc numbers its errors in another way.
set_error_handler(function ($number, $message) { echo preg_replace('/errno \\d+/', 'errno', $message), "\\n"; return true; });
umask(022);
function show(...$values) { foreach ($values as $value) echo json_encode($value), " "; echo "\\n"; }
function kind($path) { clearstatcache(); $s = @lstat($path); return $s ? sprintf('%o %d %d', $s['mode'], $s['nlink'], is_dir($path) ? 0 : $s['size']) : null; }

show(getcwd(), mkdir('a/b', 0750, true), kind('a/b'), mkdir('a'));
show(file_put_contents('a/one', str_repeat('0123456789', 30000)), file_put_contents('a/one', 'end', FILE_APPEND), filesize('a/one'), md5_file('a/one'));
$f = fopen('a/one', 'r+'); fseek($f, 65530); show(fread($f, 20), ftell($f)); ftruncate($f, 10); show(fstat($f)['size'], kind('a/one'));
unlink('a/one'); fseek($f, 0); show(fread($f, 100), file_exists('a/one')); fclose($f);
show(fopen('a/new', 'x') !== false, @fopen('a/new', 'x'), rename('a/new', 'a/b/moved'), kind('a/b/moved'), kind('a/new'));
show(symlink('b/moved', 'a/link'), readlink('a/link'), kind('a/link'), is_file('a/link'), realpath('a/link') === getcwd() . '/a/b/moved');
show(symlink('../..', 'a/b/up'), symlink('nowhere', 'dangling'), file_exists('dangling'), file_get_contents('dangling'));
show(chmod('a/b/moved', 0604), kind('a/b/moved'), touch('a/b/moved', 1600000000, 1500000000), clearstatcache(), filemtime('a/b/moved'), fileatime('a/b/moved'));
show(rmdir('a/b'), unlink('a/b'), rename('a', 'a/b/c'), rmdir('missing'), scandir('missing'));
for ($i = 0; $i < 300; $i++) touch("a/f$i");
foreach (scandir('a') as $name) if ($name[0] === 'f') unlink("a/$name");
show(scandir('a'), array_map('basename', glob('a/*')));
rename('a', 'z'); show(scandir('.'), kind('z'), kind('z/b/moved'), copy('z/b/moved', 'copy'), kind('copy'));
chdir('z/b'); show(basename(getcwd()), scandir('.'), file_exists('../../script.php'));
show(is_dir('/proc/self/fd'), readlink('/proc/self/cwd') === getcwd(), trim(file_get_contents('/proc/sys/kernel/ostype')));
show(mkdir('/proc/new'), unlink('/proc/version'), strlen(file_get_contents('/proc/sys/kernel/random/uuid')));
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portside-mounted-'));
  await writeFile(join(folder, 'script.php'), SCRIPT);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function empty(): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true })).sort();
  for (const name of await readdir(folder))
    if (name !== 'script.php') await rm(join(folder, name), { recursive: true });
  return names;
}

describe.skipIf(!hasNativePhp())('a mounted folder', () => {
  it('is to PHP what it is to native PHP', async () => {
    const native = await run(NATIVE_PHP, ['script.php'], { cwd: folder });
    const left = await empty();
    const guest = await run(process.execPath, [
      ...[portside, 'run', '--mount', `${folder}:${folder}`, '--cwd', folder],
      ...['php', `${folder}/script.php`],
    ]);
    expect(guest.stdout).toBe(native.stdout);
    expect(await empty()).toEqual(left);
    expect(left).toContain('copy');
  });

  it('stays as it is when it is mounted for reading only', async () => {
    const script = join(folder, 'script.php');
    await writeFile(
      script,
      `<?php foreach (['mkdir', 'unlink', 'file_put_contents', 'symlink', 'touch'] as $call) {
        error_clear_last();
        $ok = match ($call) {
          'mkdir' => @mkdir('/x/new'), 'unlink' => @unlink('/x/script.php'),
          'file_put_contents' => @file_put_contents('/x/script.php', ''),
          'symlink' => @symlink('a', '/x/link'), 'touch' => @touch('/x/new'),
        };
        echo $call, ' ', json_encode($ok), ' ', str_contains(error_get_last()['message'] ?? '', 'Read-only') ? 'read-only' : 'else', "\\n";
      }`,
    );
    const before = await readFile(script);
    const { stdout } = await run(process.execPath, [
      portside,
      ...['run', '--mount', `${folder}:/x:ro`, 'php', '/x/script.php'],
    ]);
    expect(stdout.trim().split('\n')).toEqual(
      ['mkdir', 'unlink', 'file_put_contents', 'symlink', 'touch'].map((call) => `${call} false read-only`),
    );
    expect(await readdir(folder)).toEqual(['script.php']);
    expect(await readFile(script)).toEqual(before);
  });
});
