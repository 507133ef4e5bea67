/**
 * Builds programs of others for the kernel, each by its recipe in `ports/`: from Debian's source, with `portside cc` of this build.
 * A port goes to a folder of the cache that is named after all it was made from, and appears there whole.
 *
 * `node guest/build-ports.mjs [NAME...]` builds those named, or all, and prints where each lies.
 */
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sysroot } from './build-sysroot.mjs';
import { BuildError, cached, checkTools, contentHash, fetchSource, main, tool } from './building.mjs';

const script = fileURLToPath(import.meta.url);
const here = fileURLToPath(new URL('.', import.meta.url));
const recipes = join(here, 'ports');
const cli = fileURLToPath(new URL('../dist/cli/', import.meta.url));

/** @type {import('./build-ports.d.mts').portNames} */
export const portNames = () =>
  readdirSync(recipes)
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => basename(file, '.mjs'))
    .sort();

/** @type {import('./build-ports.d.mts').port} */
export async function port(name, onStep) {
  const recipeFile = join(recipes, `${name}.mjs`);
  const { recipe } = await import(pathToFileURL(recipeFile).href);
  const portside = join(cli, 'portside.js');
  if (!existsSync(portside)) throw new BuildError('Portside itself is not built. Run npm run build first.');
  const patch = patchOf(name);
  const hash = await contentHash(here, [script, recipeFile, ...(patch ? [patch] : [])]);
  hash.update(basename(await sysroot(onStep)));
  // Portside's tools rewrite programs with it.
  hash.update(createRequire(script)('binaryen/package.json').version);
  for (const part of await wrapper()) hash.update(part);
  const folder = await cached(`port-${name}-${hash.digest('hex').slice(0, 16)}`, async (work) => {
    checkTools({ make: 'make', tar: 'tar', xz: 'xz-utils', ...recipe.tools });
    onStep(`building ${name} ${recipe.version}; this is done once`);
    await build(recipe, work, portside);
    return join(work, 'port');
  });
  return { folder, ...JSON.parse(await readFile(join(folder, 'port.json'), 'utf8')) };
}

/** What a recipe changes in the source. */
function patchOf(name) {
  const patch = join(recipes, `${name}.patch`);
  return existsSync(patch) ? patch : undefined;
}

/** The compiler's wrapper, under names that the bundler gave its parts. */
async function wrapper() {
  const parts = readdirSync(cli)
    .filter((file) => /^(cc|configure|runnable|tools)/.test(file))
    .sort();
  if (parts.length === 0) throw new BuildError('Portside is built without its compiler. Run npm run build first.');
  return Promise.all(parts.map((part) => readFile(join(cli, part))));
}

/** Unpacks an archive of Debian's into `folder`. */
async function unpack(source, archive, folder) {
  await fetchSource(source, archive);
  await mkdir(folder, { recursive: true });
  await tool(source.name, folder, 'tar', ['-xf', archive, '--strip-components=1', '--no-same-owner']);
}

/** What recipes run, in a folder of theirs. */
const commandsIn = (name, folder, portside) => {
  const run = (command, ...args) => tool(name, folder, command, args);
  return { run, portside: (...args) => run(process.execPath, portside, ...args) };
};

/** Leaves the programs, what they are licensed under, and a list of them in `work`/port. */
async function build(recipe, work, portside) {
  const { name, version, programs, links, licence, libraries = {} } = recipe;
  const source = join(work, 'source');
  await unpack({ name, url: recipe.url, sha256: recipe.sha256 }, join(work, 'source.tar'), source);
  const licences = [`${name} ${version}\n\n${await readFile(join(source, licence), 'utf8')}`];
  const folderOf = (library) => join(work, 'libraries', library);
  for (const [library, archive] of Object.entries(libraries)) {
    const folder = folderOf(library);
    await unpack({ name: library, ...archive }, join(work, `${library}.tar`), folder);
    licences.push(`${library} ${archive.version}\n\n${await readFile(join(folder, archive.licence), 'utf8')}`);
  }
  const prefix = join(work, 'prefix');
  for (const part of ['include', 'lib']) await mkdir(join(prefix, part), { recursive: true });
  const patch = patchOf(name);
  const commands = commandsIn(name, source, portside);
  if (patch) await commands.run('patch', '-p1', '-s', '-i', patch);
  const own = (command) => `${process.execPath} ${portside} ${command}`;
  const made = await recipe.build({
    ...commands,
    source,
    prefix,
    in: (library) => commandsIn(library, folderOf(library), portside),
    cc: own('cc'),
    ar: own('ar'),
    ranlib: own('ranlib'),
    jobs: `-j${Math.min(2, availableParallelism())}`,
  });
  const port = join(work, 'port');
  await mkdir(join(port, 'bin'), { recursive: true });
  const installed = [];
  for (const [path, file] of Object.entries(programs)) {
    const target = join('bin', `${basename(path)}.wasm`);
    await copyFile(join(source, file), join(port, target));
    await commands.portside('strip', join(port, target));
    installed.push({ path, file: target });
  }
  await writeFile(join(port, 'LICENCE'), licences.map((text) => `${text.trim()}\n`).join('\n\n'));
  await writeFile(
    join(port, 'port.json'),
    JSON.stringify({ name, version, programs: installed, links: { ...links, ...made?.links } }),
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async (onStep) => {
    const known = portNames();
    const names = process.argv.length > 2 ? process.argv.slice(2) : known;
    const unknown = names.filter((name) => !known.includes(name));
    if (unknown.length > 0) throw new BuildError(`No port: ${unknown.join(', ')}. There are ${known.join(', ')}.`);
    const lines = [];
    for (const name of names) lines.push(`${name}: ${(await port(name, onStep)).folder}`);
    return lines.join('\n');
  });
}
