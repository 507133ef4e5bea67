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
  /** Lower-case hex digest of the guest. */
  readonly sha256: string;
}

/** Version of every package below; they are released together. */
export const PACKAGE_VERSION = '3.1.55';

export const phpReleases = {
  '7.4': {
    packageName: '@php-wasm/web-7-4',
    file: 'jspi/7_4_33/php_7_4.wasm',
    size: 13_696_632,
    sha256: 'a0980ea3636d07625429af81e827baa24a68cfc4e3443e705c38450287d30d67',
  },
  '8.0': {
    packageName: '@php-wasm/web-8-0',
    file: 'jspi/8_0_30/php_8_0.wasm',
    size: 14_003_347,
    sha256: '07b11a51c0bdfda38c08c7767376142858931b7038e9fefc14cd94edfa1ff18b',
  },
  '8.1': {
    packageName: '@php-wasm/web-8-1',
    file: 'jspi/8_1_34/php_8_1.wasm',
    size: 17_484_155,
    sha256: '038b6ee6b0ab901ce5a1648ce8e372ff1e52383c630cd13df2a99d39eddd6d78',
  },
  '8.2': {
    packageName: '@php-wasm/web-8-2',
    file: 'jspi/8_2_33/php_8_2.wasm',
    size: 17_737_453,
    sha256: '68f867b1376d0bbd8d9cb7ee5663d84fc3943b458ec46aca45354236f48643f3',
  },
  '8.3': {
    packageName: '@php-wasm/web-8-3',
    file: 'jspi/8_3_33/php_8_3.wasm',
    size: 18_031_719,
    sha256: '2239592224d963917c28e2d8a80b3ac33980c511307ef37336c242da10c7ef21',
  },
  '8.4': {
    packageName: '@php-wasm/web-8-4',
    file: 'jspi/8_4_25/php_8_4.wasm',
    size: 19_924_253,
    sha256: '88e14ad0b66c7ea6860cab6ecbf24ca32a25967be96af56c2bdd17e62be4fe1c',
  },
  '8.5': {
    packageName: '@php-wasm/web-8-5',
    file: 'jspi/8_5_10/php_8_5.wasm',
    size: 21_084_758,
    sha256: 'b88e689a6350ab4cd11ef077f3bebbe8c422d72f7d4f2b3ff56133b16f8d2e39',
  },
} as const satisfies Record<string, PhpRelease>;

export type PhpVersion = keyof typeof phpReleases;

export const phpVersions: readonly PhpVersion[] = ['7.4', '8.0', '8.1', '8.2', '8.3', '8.4', '8.5'];

export const DEFAULT_PHP: PhpVersion = '8.4';
