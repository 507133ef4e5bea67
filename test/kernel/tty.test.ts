/** The line discipline in the kernel, beside that of this machine's Linux: the same program with the same scripts. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scriptCase } from '../support/tty-script.js';

const portside = fileURLToPath(new URL('../../dist/cli/portside.js', import.meta.url));
const source = fileURLToPath(new URL('tty/script.c', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portside-tty-'));
  execFileSync('gcc', ['-O1', '-w', source, '-o', join(folder, 'script')]);
  execFileSync(process.execPath, [portside, 'cc', '-O1', '-Wall', source, '-o', join(folder, 'script.wasm')]);
}, 900_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

function told(command: string, args: readonly string[], cases: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { maxBuffer: 2 ** 28 }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout.trimEnd().split('\n'));
    });
    child.stdin?.end(`${cases.join('\n')}\n`);
  });
}

test('a pair does what it does on Linux, whatever is typed, written and changed', async () => {
  const cases = fc.sample(scriptCase, 400);
  const ours = await told(process.execPath, [portside, 'run', join(folder, 'script.wasm')], cases);
  let left = cases.map((script, i) => ({ script, ours: ours[i] }));
  // Linux takes its time to hand over what is written: what differs is asked again with more of it.
  for (const delay of [0, 1000, 50_000]) {
    const scripts = left.map(({ script }) => script);
    const theirs = await told(join(folder, 'script'), [String(delay)], scripts);
    left = left.filter((one, i) => one.ours !== theirs[i]);
    if (left.length === 0) return;
    if (delay === 50_000) expect(left[0]?.ours, left[0]?.script).toBe(theirs[scripts.indexOf(left[0]?.script ?? '')]);
  }
});
