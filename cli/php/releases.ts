/**
 * The PHP builds that Portside runs: made by the WordPress Playground project, published on npm, pinned here by version and digest.
 * Only the WebAssembly file of a package is used, and its licence.
 */
export interface PhpRelease {
  /** npm package that holds the build. */
  readonly packageName: string;
  /** Where the guest lies in the package. */
  readonly file: string;
  /** Bytes of the guest. */
  readonly size: number;
  /** Lower-case hex digest of the guest as it is published. */
  readonly sha256: string;
  /** The same once its select(2) has been mended, as it is kept in the cache and packed. */
  readonly mendedSha256: string;
}

/** Version of every package below; they are released together. */
export const PACKAGE_VERSION = '3.1.55';

export const phpReleases = {
  '7.4': {
    packageName: '@php-wasm/web-7-4',
    file: 'jspi/7_4_33/php_7_4.wasm',
    size: 13_696_632,
    sha256: 'a0980ea3636d07625429af81e827baa24a68cfc4e3443e705c38450287d30d67',
    mendedSha256: '8f52d17ffc3f6c6fcf5ce029464dfc72a148f3604e10919d1744cae55904b53a',
  },
  '8.0': {
    packageName: '@php-wasm/web-8-0',
    file: 'jspi/8_0_30/php_8_0.wasm',
    size: 14_003_347,
    sha256: '07b11a51c0bdfda38c08c7767376142858931b7038e9fefc14cd94edfa1ff18b',
    mendedSha256: 'ddc5438b715e9aa045c4c3c84e8e248c2db81e409a0a8bcc2e3a64334af96831',
  },
  '8.1': {
    packageName: '@php-wasm/web-8-1',
    file: 'jspi/8_1_34/php_8_1.wasm',
    size: 17_484_155,
    sha256: '038b6ee6b0ab901ce5a1648ce8e372ff1e52383c630cd13df2a99d39eddd6d78',
    mendedSha256: 'c960bbc384dd2088addd507004d76b5515fdb2b6e57c32918c93f68d1cbfa29b',
  },
  '8.2': {
    packageName: '@php-wasm/web-8-2',
    file: 'jspi/8_2_33/php_8_2.wasm',
    size: 17_737_453,
    sha256: '68f867b1376d0bbd8d9cb7ee5663d84fc3943b458ec46aca45354236f48643f3',
    mendedSha256: '3f009c15f34af56f63ac3ac373e440aa8d72c9b2bd0967c98f60ccbe831b9002',
  },
  '8.3': {
    packageName: '@php-wasm/web-8-3',
    file: 'jspi/8_3_33/php_8_3.wasm',
    size: 18_031_719,
    sha256: '2239592224d963917c28e2d8a80b3ac33980c511307ef37336c242da10c7ef21',
    mendedSha256: '9a823863d81bcd59f1742f3ed68d174fdaab4db67efe98f39abdf142c93bfc9b',
  },
  '8.4': {
    packageName: '@php-wasm/web-8-4',
    file: 'jspi/8_4_25/php_8_4.wasm',
    size: 19_924_253,
    sha256: '88e14ad0b66c7ea6860cab6ecbf24ca32a25967be96af56c2bdd17e62be4fe1c',
    mendedSha256: 'f8653ea8055715a8206b36643de6eaa768a5e4a662448c1f955832405c1cf7a5',
  },
  '8.5': {
    packageName: '@php-wasm/web-8-5',
    file: 'jspi/8_5_10/php_8_5.wasm',
    size: 21_084_758,
    sha256: 'b88e689a6350ab4cd11ef077f3bebbe8c422d72f7d4f2b3ff56133b16f8d2e39',
    mendedSha256: 'aa9751c6d5fef23deac7b0bb139a2750be824a4fb6983e4f0a36ae538dd6ceb1',
  },
} as const satisfies Record<string, PhpRelease>;

export type PhpVersion = keyof typeof phpReleases;

export const phpVersions: readonly PhpVersion[] = ['7.4', '8.0', '8.1', '8.2', '8.3', '8.4', '8.5'];

export const DEFAULT_PHP: PhpVersion = '8.4';

/** Of Portside's own making, from Debian's source (guest/ports/php.mjs), where the others are downloaded. */
export const NATIVE_PHP = 'native';

export type PhpChoice = PhpVersion | typeof NATIVE_PHP;
