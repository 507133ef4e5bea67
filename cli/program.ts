import { Command, type CommanderError, Option } from 'commander';
import { ACKNOWLEDGEMENTS, type Acknowledgement } from '../protocol/site.js';
import {
  type Listen,
  type Mount,
  parseBase,
  parseEnv,
  parseListen,
  parseMount,
  parsePort,
  parseWorkers,
} from './arguments.js';
import { DEFAULT_PHP, NATIVE_PHP, type PhpChoice, phpVersions } from './php/releases.js';

/** What this installation of Portside is. */
export interface Installation {
  readonly version: string;
  /** Folder of the bundles that packed sites carry. */
  readonly build: string;
  /** Folder of what C programs are built with. */
  readonly guest: string;
}

interface PackFlags {
  readonly php: PhpChoice;
  readonly workers: number;
  readonly ack: Acknowledgement;
  readonly base: string;
  readonly router?: string;
  readonly name?: string;
  readonly icon?: string;
  readonly status?: boolean;
  readonly outgoing?: boolean;
}

interface RunFlags {
  readonly mount?: readonly Mount[];
  readonly env?: Readonly<Record<string, string>>;
  readonly inheritEnv?: boolean;
  readonly cwd: string;
  readonly php: PhpChoice;
  readonly listen?: readonly Listen[];
  readonly tty?: boolean;
  readonly strace?: boolean;
  readonly profile?: boolean;
  readonly outgoing?: boolean;
  readonly with?: readonly string[];
}

/**
 * The command line of `portside`. What a command needs is loaded when it runs: none waits for another's libraries.
 * Parsing throws CommanderError instead of ending the process.
 */
export function createProgram({ version, build, guest }: Installation): Command {
  const program = new Command('portside')
    .description('Real servers hosted inside a browser page.')
    .version(version)
    .enablePositionalOptions()
    .showHelpAfterError('See portside --help.')
    .addHelpText('after', '\nExamples:\n  portside pack ./my-site --out dist\n  portside serve dist --port 8080')
    .exitOverride();

  const packing = program
    .command('pack')
    .showHelpAfterError('See portside pack --help.')
    .summary('make a PHP site into a folder for any static host')
    .description(
      'Packs DOCROOT, with PHP and all that runs it, into a folder for any static host.\n' +
        'Everything in DOCROOT can be read by the visitors of the site, PHP sources and dotfiles included.',
    )
    .argument('[docroot]', 'folder of the site, as `php -S -t` takes it')
    .option('--from <archive>', 'a .tar or .tar.gz in place of DOCROOT: exported from a site, or of a document root')
    .requiredOption('--out <dir>', 'folder to write; packed before, or new, or empty');
  withPackOptions(packing)
    .addHelpText(
      'after',
      '\nExamples:\n  portside pack ./my-site --out dist\n  portside pack . --out dist --php 8.2 --base /shop/ --router router.php\n' +
        '  portside pack --from export.tar --out dist',
    )
    .hook('preAction', (command) => {
      if (command.args.length > 0 === (command.opts().from !== undefined))
        command.error('error: either DOCROOT or --from ARCHIVE is expected');
    })
    .action(
      async (docroot: string | undefined, { from = '', ...flags }: PackFlags & { out: string; from?: string }) => {
        const { pack } = await import('./pack.js');
        await pack(docroot ?? from, { ...flags, build, guest, isArchive: docroot === undefined });
      },
    );

  const serving = program
    .command('serve')
    .showHelpAfterError('See portside serve --help.')
    .summary('look at a packed site, or at a folder, on this machine')
    .description(
      'Serves a packed site as a plain static host would. A folder that is not packed is packed for it first,\n' +
        'and the options for packing are taken then.',
    )
    .argument('<dir>', 'packed site, or folder of a PHP site')
    .option('--port <number>', 'TCP port; 0: any that is free', parsePort, 8080)
    .option('--host <address>', 'address to listen on', '127.0.0.1');
  withPackOptions(serving)
    .addHelpText('after', '\nExamples:\n  portside serve dist --port 8080\n  portside serve ./my-site --php 8.2')
    .action(async (folder: string, flags: PackFlags & { port: number; host: string }, command: Command) => {
      const { serve } = await import('./serve.js');
      const packSettingsGiven = PACK_OPTIONS.some((name) => command.getOptionValueSource(name) === 'cli');
      await serve(folder, { ...flags, build, guest, packSettingsGiven });
    });

  program
    .command('run')
    .showHelpAfterError('See portside run --help.')
    .summary('run PHP or another guest in this terminal')
    .description('Runs a guest on the same kernel in this terminal, with its input, output, exit status and signals.')
    .argument('<program>', 'php, a port such as dash, or a path to a .wasm file')
    .argument('[args...]', 'passed to the program as they are')
    .passThroughOptions()
    .option('--mount <hostdir:guestdir[:ro]>', 'show a folder to the guest; repeatable', parseMount)
    .option('--env <name=value>', 'set a variable of the environment; repeatable', parseEnv)
    .addOption(new InheritEnvOption('--no-env', 'do not pass on the environment of this terminal'))
    .option('--cwd <dir>', 'directory of the guest to start in', '/')
    .addOption(phpOption())
    .option(
      '--listen <hostport:guestport>',
      'lead a TCP port of this machine to one of the guest; repeatable',
      parseListen,
    )
    .option(
      '--with <port>',
      'have a port in the machine too, dash as /bin/sh; built first if need be; repeatable',
      (name: string, before: readonly string[] = []) => [...before, name],
    )
    .option('-t, --tty', 'give the guest a terminal, even where input or output are none')
    .option('--strace', 'print the system calls of all its processes on stderr, as strace -f does')
    .option('--outgoing', 'let guests ask other hosts, by an HTTP proxy at 127.0.0.1:3128')
    .option('--profile', 'print at the end how often each system call was made, and how long it took')
    .addHelpText(
      'after',
      "\nExamples:\n  portside run php -r 'echo PHP_VERSION;'\n" +
        '  portside run --mount .:/site --listen 8080:80 php -S 0.0.0.0:80 -t /site\n' +
        '  portside run --with lua dash',
    )
    .action(async (name: string, args: readonly string[], flags: RunFlags) => {
      const { run } = await import('./run.js');
      await run(name, args, {
        mounts: flags.mount ?? [],
        env: flags.env ?? {},
        inheritEnv: flags.inheritEnv ?? true,
        cwd: flags.cwd,
        php: flags.php,
        listen: flags.listen ?? [],
        terminal: flags.tty ?? false,
        ports: flags.with ?? [],
        strace: flags.strace ?? false,
        profile: flags.profile ?? false,
        outgoing: flags.outgoing ?? false,
        guest,
      });
    });

  for (const [name, language, what] of [
    ['cc', 'c', 'C'],
    ['c++', 'c++', 'C++'],
  ] as const) {
    withToolArguments(program.command(name).summary(`compile and link ${what} programs for the kernel`)).action(
      async (args: readonly string[]) => {
        const { compile } = await import('./cc.js');
        await compile(language, args, guest);
      },
    );
  }
  for (const [name, what] of [
    ['ar', 'for libraries of such programs'],
    ['ranlib', 'for libraries of such programs'],
    ['nm', 'which lists the names in objects'],
    ['objcopy', 'which changes objects'],
  ] as const) {
    withToolArguments(program.command(name).summary(`LLVM's ${name}, ${what}`)).action(
      async (args: readonly string[]) => {
        const { forward } = await import('./cc.js');
        await forward(`llvm-${name}-22`, args);
      },
    );
  }
  withToolArguments(program.command('strip').summary("LLVM's strip, for such programs")).action(
    async (args: readonly string[]) => {
      const { strip } = await import('./cc.js');
      await strip(args);
    },
  );
  program
    .command('configure')
    .showHelpAfterError('See portside configure --help.')
    .summary("run a package's configure script for the kernel")
    .description(
      'Runs SCRIPT with the compiler and the tools of this command in CC, CXX, AR and their like, and with --host where it is\n' +
        "Autoconf's. Programs that it tries are run on the kernel. `make` then builds for the kernel.",
    )
    .argument('<script>', 'such as ./configure')
    .argument('[args...]', 'passed to the script as they are')
    .passThroughOptions()
    .addHelpText('after', '\nExample:\n  portside configure ./configure --disable-shared && make')
    .action(async (script: string, args: readonly string[]) => {
      const { configure } = await import('./cc/configure.js');
      await configure(script, args);
    });

  return program;
}

/** Everything behind the command's name is the tool's, its --help too. */
function withToolArguments(command: Command): Command {
  return command
    .argument('[args...]', 'as the tool takes them')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions();
}

const PACK_OPTIONS = [
  'php',
  'workers',
  'ack',
  'base',
  'router',
  'name',
  'icon',
  'status',
  'outgoing',
] as const satisfies readonly (keyof PackFlags)[];

function withPackOptions(command: Command): Command {
  return command
    .addOption(phpOption())
    .option('--workers <number>', 'PHP processes that share the requests', parseWorkers, 2)
    .addOption(
      new Option('--ack <when>', 'when a response to POST, PUT, PATCH or DELETE is complete')
        .choices(ACKNOWLEDGEMENTS)
        .default(ACKNOWLEDGEMENTS[1]),
    )
    .option('--base <path>', 'path of the site on its host', parseBase, '/')
    .option('--router <file>', 'PHP script that is asked first, as the last argument of `php -S`')
    .option('--name <text>', 'name to show while the site loads (default: name of the folder)')
    .option(
      '--icon <file>',
      'SVG or square PNG to install the site with (default: one in the folder, else a drawn one)',
    )
    .option('--status', 'show below the site whether it works without a network')
    .option('--outgoing', 'let PHP ask other sites that allow it (CORS), by an HTTP proxy at 127.0.0.1:3128');
}

function phpOption(): Option {
  return new Option(
    '--php <version>',
    `version of PHP; ${NATIVE_PHP}: a smaller 8.2 that is built here first, by clang`,
  )
    .choices([...phpVersions, NATIVE_PHP])
    .default(DEFAULT_PHP);
}

/** `--no-env` beside `--env NAME=VALUE`: commander would take the one for the other's negation and drop the values. */
class InheritEnvOption extends Option {
  override attributeName(): string {
    return 'inheritEnv';
  }
}

/** Exit status of a command line that is not understood, as shells and getopt programs have it. */
const USAGE = 2;

/** What the process should end with after `error`, which commander has reported already. */
export function usageStatus(error: CommanderError): number {
  return error.exitCode === 0 ? 0 : USAGE;
}
