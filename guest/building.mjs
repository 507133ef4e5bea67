/** What builds of programs for the kernel have in common: the cache, Debian's sources, and failures that a person can mend. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A failure that a person can mend: its message says how. */
export class BuildError extends Error {}

/**
 * @typedef {object} Source an archive of Debian's.
 * @property {string} name for messages
 * @property {string} url
 * @property {string} sha256
 */

/** As in cli/php/cache.ts (XDG Base Directory Specification). */
function cacheDirectory() {
  const { PORTSIDE_CACHE: own, XDG_CACHE_HOME: xdg } = process.env;
  if (own) return resolve(own);
  return join(xdg?.startsWith('/') ? xdg : join(homedir(), '.cache'), 'portside');
}

/**
 * The folder `name` of the cache, which appears there whole.
 * @param {string} name holds a hash of all that the result is made from.
 * @param {(work: string) => Promise<string>} build leaves the result in a folder below `work`, and returns that.
 * @returns {Promise<string>}
 */
export async function cached(name, build) {
  const folder = join(cacheDirectory(), name);
  if (existsSync(folder)) return folder;
  await mkdir(cacheDirectory(), { recursive: true });
  const work = await mkdtemp(`${folder}.`);
  try {
    await rename(await build(work), folder).catch((error) => {
      // Another process was faster; it made the same of the same.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}

/**
 * Of files and of all that lies below folders, by name and content.
 * @param {string} base folder that names are relative to
 * @param {readonly string[]} places
 */
export async function contentHash(base, places) {
  const hash = createHash('sha256');
  for (const place of places) {
    const entries = await readdir(place, { recursive: true, withFileTypes: true }).catch((error) => {
      if (error.code !== 'ENOTDIR') throw error;
      return undefined;
    });
    const files = entries?.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const file of files?.sort() ?? [place]) {
      hash.update(`${file.slice(base.length)}\0`).update(await readFile(file));
    }
  }
  return hash;
}

/**
 * @param {Readonly<Record<string, string>>} tools programs, and the Debian packages that bring them
 * @throws {BuildError}
 */
export function checkTools(tools) {
  const folders = (process.env.PATH ?? '').split(':');
  const missing = Object.keys(tools).filter((tool) => !folders.some((folder) => existsSync(join(folder, tool))));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((tool) => tools[tool]))];
  throw new BuildError(`${missing.join(', ')} not found in PATH. On Debian: apt-get install ${packages.join(' ')}.`);
}

/**
 * Writes the archive to `file`, checked.
 * @param {Source} source
 * @param {string} file
 * @throws {BuildError}
 */
export async function fetchSource({ name, url, sha256 }, file) {
  const failed = (why) =>
    new BuildError(`The source of ${name} could not be had from ${url}: ${why}. Check the network and try again.`);
  const response = await fetch(url).catch((error) => {
    throw failed(error.cause?.message ?? error.message);
  });
  if (!response.ok || !response.body) throw failed(`HTTP status ${response.status}`);
  const hash = createHash('sha256');
  const hashed = async function* (chunks) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(Readable.fromWeb(response.body), hashed, createWriteStream(file)).catch((error) => {
    throw failed(error.message);
  });
  const found = hash.digest('hex');
  if (found !== sha256) throw failed(`its SHA-256 is ${found}, and should be ${sha256}`);
}

/**
 * Runs a program of the build.
 * @param {string} what is built, for messages
 * @throws {BuildError} with what it said.
 */
export async function tool(what, cwd, command, args) {
  await run(command, args, { cwd, maxBuffer: 2 ** 26 }).catch((error) => {
    const said = (error.stderr || error.message).trim().split('\n').slice(0, 12).join('\n');
    throw new BuildError(`Building ${what} failed: ${command} said:\n${said}`);
  });
}

/**
 * Runs a script that builds one thing, and prints where that lies.
 * @param {(onStep: (step: string) => void) => Promise<string>} build
 */
export async function main(build) {
  try {
    console.log(await build((step) => console.error(`portside: ${step}`)));
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(`portside: ${error.message}`);
    process.exitCode = 1;
  }
}
