/** The site that is measured: one file for each thing. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const STATIC_SIZE = 1024;
export const BODY_SIZE = 16 * 1024 * 1024;
/** Calls made by `crossing.php` and `local.php`. */
export const CALLS = 2000;

export const LARGE_BODY_PORT = 9100;

/** A server that reads and writes large bodies and keeps nothing of them; PHP's own takes a body into memory. */
const LARGE_BODY_SERVER = `<?php
$server = stream_socket_server('tcp://0.0.0.0:${LARGE_BODY_PORT}');
$block = str_repeat('x', 65536);
while ($client = stream_socket_accept($server, -1)) {
    $head = '';
    while (($line = fgets($client)) !== false && trim($line) !== '') $head .= $line;
    preg_match('/content-length: *([0-9]+)/i', $head, $length);
    preg_match('/[?]size=([0-9]+)/', $head, $size);
    $read = 0;
    $body = (int) ($length[1] ?? 0);
    while ($read < $body && ($piece = fread($client, min(65536, $body - $read))) !== false && $piece !== '') {
        $read += strlen($piece);
    }
    $answer = (string) $read;
    $sent = (int) ($size[1] ?? strlen($answer));
    fwrite($client, "HTTP/1.1 200 OK\\r\\nContent-Length: $sent\\r\\nConnection: close\\r\\n\\r\\n");
    if (!isset($size[1])) fwrite($client, $answer);
    else for ($left = $sent; $left > 0; $left -= 65536) fwrite($client, $left < 65536 ? substr($block, 0, $left) : $block);
    fclose($client);
}
`;

const FILES: Readonly<Record<string, string>> = {
  'one.txt': 'a'.repeat(STATIC_SIZE),
  'index.php': '<?php echo 1;',
  'echo.php': '<?php echo 1;',
  'sent.php': `<?php for ($i = 0; $i < ${BODY_SIZE / 65536}; $i++) echo str_repeat('x', 65536);`,
  'taken.php': "<?php echo strlen(file_get_contents('php://input'));",
  'start-large.php': `<?php proc_open(['php', __DIR__ . '/large.php'], [], $pipes); for (;;) {
    $server = @stream_socket_client('tcp://127.0.0.1:${LARGE_BODY_PORT}');
    if ($server) break;
    usleep(20000);
}`,
  'large.php': LARGE_BODY_SERVER,
  // About 40 ms of work and no system call.
  'work.php': '<?php $sum = 0; for ($i = 0; $i < 2000000; $i++) $sum = ($sum * 31 + $i) % 65521; echo $sum;',
  // chmod(2) changes an inode, which only the kernel does; it does little else.
  'crossing.php': measured('chmod($file, 0644);'),
  // lstat(2), which a process answers by itself.
  'local.php': measured('clearstatcache(); is_link($file);'),
};

/** A page that gives the microseconds that a statement takes, on average, less those of the loop around it. */
function measured(statement: string): string {
  return `<?php
$file = __DIR__ . '/one.txt';
${statement}
$begun = hrtime(true);
for ($i = 0; $i < ${CALLS}; $i++) { ${statement} }
$calls = hrtime(true) - $begun;
echo $calls / 1000 / ${CALLS};
`;
}

/** @returns its folder, made anew in `directory` */
export async function writeSite(directory: string): Promise<string> {
  const folder = join(directory, 'site');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(FILES)) await writeFile(join(folder, name), content);
  return folder;
}
