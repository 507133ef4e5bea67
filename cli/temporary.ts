import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';

/**
 * Runs `use` with a new directory whose path begins with `prefix`, and removes it after, also when the process is
 * told to end meanwhile.
 */
export async function withTemporaryDirectory<T>(prefix: string, use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(prefix);
  const remove = () => rmSync(directory, { recursive: true, force: true });
  // Without a handler these signals end the process with no 'exit' event. Its status is then 128 and the signal's number.
  const interrupted = () => process.exit(130);
  const terminated = () => process.exit(143);
  process.on('exit', remove).on('SIGINT', interrupted).on('SIGTERM', terminated);
  try {
    return await use(directory);
  } finally {
    process.off('exit', remove).off('SIGINT', interrupted).off('SIGTERM', terminated);
    remove();
  }
}
