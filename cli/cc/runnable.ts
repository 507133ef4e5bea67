/** Programs that start where the build runs, as configure scripts want of what they try. */
import { rename, stat, writeFile } from 'node:fs/promises';

/** Set in the environment, it makes `portside cc` write programs that this machine's shell can start. */
export const RUNNABLE = 'PORTSIDE_RUNNABLE';

/** Where the program finds the directory that it was started in. */
const DIRECTORY = '/mnt/configure';

/** This `portside`, as words of a shell's command line. */
export const ownCommand = (): string => [process.execPath, process.argv[1] ?? ''].map(quoted).join(' ');

const quoted = (word: string): string => (/^[\w./+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** Puts in the program's place a script that runs it: the module goes beside it, as FILE.wasm. */
export async function makeRunnable(file: string): Promise<void> {
  if (!(await stat(file)).isFile()) return;
  await rename(file, `${file}.wasm`);
  const run = `exec ${ownCommand()} run --mount "$PWD:${DIRECTORY}" --cwd ${DIRECTORY} "$0.wasm" "$@"`;
  await writeFile(file, `#!/bin/sh\n${run}\n`, { mode: 0o755 });
}
