export interface Port {
  readonly name: string;
  readonly version: string;
  /** On this machine; holds `LICENCE` too. */
  readonly folder: string;
  /** Guest paths, and the modules below `folder`. */
  readonly programs: readonly { readonly path: string; readonly file: string }[];
  /** Other names that guests know the programs by: symbolic links by guest path. */
  readonly links: Readonly<Record<string, string>>;
}

/** What a recipe in `ports/` exports as `recipe`. */
export interface Recipe {
  readonly name: string;
  readonly version: string;
  /** Of an archive of Debian's, whose one folder holds the source. */
  readonly url: string;
  readonly sha256: string;
  /** Guest paths, and the modules below the source's folder once it is built. */
  readonly programs: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, string>>;
  /** File of the source that says what it is licensed under. */
  readonly licence: string;
  /** Programs that the build runs besides make, and the Debian packages that bring them. */
  readonly tools?: Readonly<Record<string, string>>;
  /** What it is linked with, by the name of the folder that the source of each is in. */
  readonly libraries?: Readonly<Record<string, Library>>;
  /** May give more links, of which only the build knows. */
  build(building: Building): Promise<{ readonly links: Readonly<Record<string, string>> } | undefined>;
}

/** An archive of Debian's, as a recipe's own. */
export interface Library {
  readonly version: string;
  readonly url: string;
  readonly sha256: string;
  readonly licence: string;
}

/** What runs in the folder of a source. */
export interface Commands {
  run(command: string, ...args: string[]): Promise<void>;
  portside(...args: string[]): Promise<void>;
}

export interface Building extends Commands {
  /** Folder of the source. */
  readonly source: string;
  /** Command lines for makefiles. */
  readonly cc: string;
  readonly ar: string;
  readonly ranlib: string;
  /** make's flag for what this machine can do at once. */
  readonly jobs: string;
  /** Where libraries are installed to: has `include` and `lib`. */
  readonly prefix: string;
  /** In the folder of a library's source. */
  in(library: string): Commands;
}

/** Of all recipes. */
export function portNames(): readonly string[];

/**
 * A port, built first when it is not there.
 * @param onStep hears what a build does.
 * @throws BuildError
 */
export function port(name: string, onStep: (step: string) => void): Promise<Port>;
