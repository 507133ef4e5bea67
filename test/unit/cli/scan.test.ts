import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { scanFolder } from '../../../cli/pack/scan.js';
import { scratchFolder, writeFiles } from './scratch.js';

/** Path and type of each source, links with their targets, in order of paths. */
async function listing(folder: string, leaveOut: readonly string[] = []) {
  const { sources, notes } = await scanFolder(folder, 'r', new Set(leaveOut));
  const lines = sources.map((source) =>
    source.type === 'link' ? `${source.path} -> ${source.target}` : `${source.path} ${source.type}`,
  );
  return { lines: lines.sort(), notes };
}

test('everything in the folder is packed, dotfiles and node_modules too, but for version control and the output', async () => {
  const folder = await scratchFolder();
  await writeFiles(folder, {
    'index.php': '1',
    '.htaccess': '2',
    'node_modules/a/b.js': '3',
    '.git/config': '4',
    'sub/.git': 'gitdir: elsewhere',
    'sub/.svn/entries': '5',
    'dist/index.html': '6',
    '.gitignore': '7',
  });
  const { lines, notes } = await listing(folder, [join(folder, 'dist')]);
  expect(lines).toEqual([
    'r directory',
    'r/.gitignore file',
    'r/.htaccess file',
    'r/index.php file',
    'r/node_modules directory',
    'r/node_modules/a directory',
    'r/node_modules/a/b.js file',
    'r/sub directory',
  ]);
  expect(notes).toHaveLength(4);
});

test('links that stay inside stay links, and name nothing of the host', async () => {
  const folder = await scratchFolder();
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  await writeFiles(folder, {
    'a/file': '1',
    'a/near': { link: 'file' },
    'a/up': { link: '../b/./c' },
    'a/absolute': { link: join(folder, 'b') },
    'a/around': { link: `../../${name}/b/c` },
    'a/root': { link: '..' },
    'a/dangling': { link: 'nothing' },
    'b/c': '2',
  });
  const { lines, notes } = await listing(folder);
  expect(lines.filter((line) => line.includes('->'))).toEqual([
    'r/a/absolute -> ../b',
    'r/a/around -> ../b/c',
    'r/a/dangling -> nothing',
    'r/a/near -> file',
    'r/a/root -> ..',
    'r/a/up -> ../b/./c',
  ]);
  expect(notes).toEqual([]);
});

test('what links lead to outside is packed in their place, and said', async () => {
  const parent = await scratchFolder();
  await writeFiles(parent, {
    'site/index.php': '1',
    'site/plugin': { link: '../plugin' },
    'site/settings.php': { link: '../settings.php' },
    'site/missing': { link: '../missing' },
    'site/everything': { link: '..' },
    'plugin/main.php': '2',
    'plugin/self': { link: 'main.php' },
    'plugin/loop': { link: '../plugin-two' },
    'plugin-two/back': { link: '../plugin' },
    'settings.php': '3',
  });
  const { lines, notes } = await listing(join(parent, 'site'));
  expect(lines).toEqual([
    'r directory',
    'r/index.php file',
    'r/plugin directory',
    'r/plugin/loop directory',
    'r/plugin/main.php file',
    'r/plugin/self -> main.php',
    'r/settings.php file',
  ]);
  const verbs = notes.map((note) => note.split(' ').slice(0, 3).join(' '));
  expect(verbs.sort()).toEqual([
    `Left out ${join(parent, 'plugin-two/back')}:`,
    `Left out ${join(parent, 'site/everything')}:`,
    `Left out ${join(parent, 'site/missing')}:`,
    'Packed the file',
    'Packed the folder',
    'Packed the folder',
  ]);
});

test('what is neither file nor folder is left out, and said', async () => {
  const folder = await scratchFolder();
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const server = createServer().listen(join(folder, 'socket'));
  onTestFinished(() => {
    server.close();
  });
  await mkdir(join(folder, 'empty'));
  const { lines, notes } = await listing(folder);
  expect(lines).toEqual(['r directory', 'r/empty directory']);
  expect(notes).toHaveLength(2);
});

test('a name that is not UTF-8 is a clear error', async () => {
  const folder = await scratchFolder();
  execFileSync('sh', ['-c', 'touch "$(printf \'caf\\351\')"'], { cwd: folder });
  await expect(scanFolder(folder, 'r', new Set())).rejects.toMatchObject({ code: 'image-bad-name' });
});
