/** The builder of the C library as its own program, where it cannot do its work. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const builder = fileURLToPath(new URL('../../../guest/build-sysroot.mjs', import.meta.url));
const TOOLS = ['clang-22', 'wasm-ld-22', 'llvm-ar-22', 'llvm-ranlib-22', 'make', 'patch', 'tar'];

let cache = '';
let tools = '';
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'portside-cache-'));
  tools = await mkdtemp(join(tmpdir(), 'portside-tools-'));
});
afterEach(async () => {
  await rm(cache, { recursive: true });
  await rm(tools, { recursive: true });
});

/** @param fetched what fetch() is in place of the network. */
const build = (fetched: string) =>
  new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    const options = { env: { PATH: tools, PORTSIDE_CACHE: cache } };
    const setUp = `data:text/javascript,globalThis.fetch = ${encodeURIComponent(fetched)}`;
    const child = execFile(process.execPath, ['--import', setUp, builder], options, (_error, stdout, stderr) =>
      resolve({ status: child.exitCode, stdout, stderr }),
    );
  });

it('names the tools that are missing, and the packages that bring them', async () => {
  const { status, stdout, stderr } = await build('null');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/clang-22.*llvm-ranlib-22.*apt-get install clang-22 lld-22 llvm-22/);
});

it.each([
  ['the network is', '() => Promise.reject(new TypeError("no route"))', /deb\.debian\.org.*no route/],
  ['the file is', '() => Promise.resolve(new Response("", { status: 404 }))', /status 404/],
  ['the right file is', '() => Promise.resolve(new Response("something else"))', /SHA-256.*should be 7d5b0b60/],
])('says that %s missing, and leaves nothing behind', async (_what, fetched, said) => {
  await Promise.all(TOOLS.map((tool) => writeFile(join(tools, tool), '')));
  const { status, stderr } = await build(fetched);
  expect(status).toBe(1);
  expect(stderr).toMatch(said);
  expect(await readdir(cache)).toEqual([]);
});
