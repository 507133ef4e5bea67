/**
 * `npm test`: installs what is missing, builds, checks types and style, runs every test, and closes with their count.
 * Runs on a fresh clone. Arguments go to vitest.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installIfStale, root, run, step } from '../demo/prepare.mjs';

/** Programs that the tests drive or compare with, and the Debian packages that bring them. */
const programs = [
  { path: '/usr/bin/chromium', packages: ['chromium'] },
  { path: '/usr/bin/firefox-esr', packages: ['firefox-esr'] },
  { path: '/usr/bin/openssl', packages: ['openssl'] },
  { path: '/usr/bin/gcc', packages: ['gcc', 'libc6-dev'] },
  { path: '/usr/bin/make', packages: ['make'] },
  { path: '/usr/bin/patch', packages: ['patch'] },
  { path: '/usr/bin/g++', packages: ['g++'] },
  { path: '/usr/bin/xz', packages: ['xz-utils'] },
  { path: '/usr/bin/bzip2', packages: ['bzip2'] },
  { path: '/usr/bin/tclsh', packages: ['tcl'] },
  { path: '/usr/bin/dash', packages: ['dash'] },
  { path: '/usr/bin/clang-22', packages: ['clang-22'] },
  { path: '/usr/bin/wasm-ld-22', packages: ['lld-22'] },
  { path: '/usr/bin/llvm-ar-22', packages: ['llvm-22'] },
  {
    path: '/usr/lib/llvm-22/lib/clang/22/lib/wasi/libclang_rt.builtins-wasm32.a',
    packages: ['libclang-rt-22-dev-wasm32'],
  },
  {
    path: '/usr/bin/php8.2',
    packages: [
      'php8.2-cli',
      'php8.2-sqlite3',
      'php8.2-mbstring',
      'php8.2-xml',
      'php8.2-gd',
      'php8.2-zip',
      'php8.2-curl',
    ],
  },
];

installIfStale();
installPrograms();
step('building', 'npx', 'rollup', '-c');
step('checking types', 'npx', 'tsc', '-b');
step('checking style', 'npx', 'biome', 'check');
// Once, and not by each of the projects that use them, which run side by side. A run of a part builds what it needs.
if (process.argv.length === 2) step('building the ports that are not in the cache', 'node', 'guest/build-ports.mjs');
const results = join(root, 'dist/test-results.json');
const status = run(
  'npx',
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=./test/support/stall-reporter.ts',
  '--reporter=json',
  `--outputFile.json=${results}`,
  ...process.argv.slice(2),
);
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(results, 'utf8'));
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests + numTodoTests} skipped`);
process.exit(status);

function installPrograms() {
  const missing = programs.filter(({ path }) => !existsSync(path));
  if (missing.length === 0) return;
  const packages = missing.flatMap((program) => program.packages);
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) {
    console.error(
      `portside: the tests need ${missing.map(({ path }) => path).join(' and ')}. Install ${packages.join(' ')}, or run this as root on Debian.`,
    );
    process.exit(1);
  }
  step('reading the list of packages', 'apt-get', 'update', '-q');
  step(`installing ${packages.join(' ')}`, 'apt-get', 'install', '-y', '-q', '--no-install-recommends', ...packages);
}
