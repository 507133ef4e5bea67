/** Scripts for worker threads, from TypeScript: bundled in memory. */
import { build } from 'esbuild';

/** @param source imports paths relative to this folder. For a Worker with `eval: true`. */
export async function workerScript(source: string): Promise<string> {
  const bundle = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    write: false,
  });
  return bundle.outputFiles[0]?.text ?? '';
}
