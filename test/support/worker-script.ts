/** Scripts for worker threads, from TypeScript: bundled in memory. */
import { build } from 'esbuild';

/** For a Worker with `eval: true`. @param folder that the source's imports are relative to. */
export async function workerScript(source: string, folder: string): Promise<string> {
  const bundle = await build({
    stdin: { contents: source, resolveDir: folder, loader: 'ts' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    write: false,
  });
  return bundle.outputFiles[0]?.text ?? '';
}
