import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GuestPhp, startGuestPhp } from '../support/compare-guest.js';

/** Two servers share the site's files: what one reads, changes and writes under a lock the other must not change meanwhile. */
let root: string;
let guest: GuestPhp;

const COUNT_IN_FILE = `<?php
for ($i = 0; $i < 200; $i++) {
  $file = fopen('/tmp/count', 'c+');
  flock($file, LOCK_EX);
  $count = (int) stream_get_contents($file);
  rewind($file);
  fwrite($file, $count + 1);
  fclose($file);
}`;
const COUNT_IN_SESSION = `<?php
session_id('harbour');
session_start();
$_SESSION['count'] = ($_SESSION['count'] ?? 0) + 1;`;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'portside-locks-'));
  await writeFile(join(root, 'file.php'), COUNT_IN_FILE);
  await writeFile(join(root, 'session.php'), COUNT_IN_SESSION);
  await writeFile(
    join(root, 'counts.php'),
    `${COUNT_IN_SESSION} echo file_get_contents('/tmp/count'), ' ', $_SESSION['count'];`,
  );
  guest = await startGuestPhp({ documentRoot: root, workers: 2 });
});
afterAll(async () => {
  await guest?.stop();
  await rm(root, { recursive: true, force: true });
});

test('no count is lost, in a file or in a session', async () => {
  const requests = Array.from({ length: 40 }, (_, index) => (index < 4 ? '/file.php' : '/session.php'));
  const answers = await Promise.all(requests.map((path) => fetch(guest.origin + path)));
  expect(answers.map(({ status }) => status)).toEqual(requests.map(() => 200));
  expect(await (await fetch(`${guest.origin}/counts.php`)).text()).toBe('800 37');
});
