import { describe, expect, it, test } from 'vitest';
import { compilerArguments, isCxx, links, outputOf } from '../../../cli/cc/command-line.js';
import { declarationOf } from '../../../cli/cc/declare.js';
import { abiMismatch, detectAbi } from '../../../kernel-host/guest/abi.js';
import { ABI_VERSION, declarationSection, readDeclaration } from '../../../kernel-host/guest/posix/declaration.js';

const toolchain = { targetFlags: ['--target=wasm32'], sysroot: '/sysroot', cxx: undefined, builtins: '/builtins.a' };
const cxx = { ...toolchain, cxx: { folder: '/cxx', exceptionFlags: ['-fexceptions-of-wasm'] } };

describe('the command line of the compiler', () => {
  test.each([
    '-c',
    '-S',
    '-E',
    '-M',
    '-MM',
    '-fsyntax-only',
    '--version',
    '-dumpmachine',
    '-print-prog-name=ld',
    '-###',
  ])('%s links nothing', (flag) => {
    expect(links([flag, 'file.c'])).toBe(false);
    expect(compilerArguments([flag, 'file.c'], toolchain)).not.toContain('-lc');
  });

  it('links everything else, libc behind what is the program’s', () => {
    expect(links([])).toBe(false);
    const args = compilerArguments(['-MMD', 'file.c', '-lm'], toolchain);
    expect(args.indexOf('-lc')).toBeGreaterThan(args.indexOf('-lm'));
    expect(args.at(-1)).toBe('/builtins.a');
  });

  it('drops what is of ELF and of shared libraries, and keeps the rest of a flag', () => {
    const args = ['-fPIC', '-pthread', '-rdynamic', '-Wl,-z,relro,-z,now', '-Wl,-rpath,/lib,--strip-all', 'x.c'];
    const kept = compilerArguments(args, toolchain);
    for (const dropped of args.slice(0, 5)) expect(kept).not.toContain(dropped);
    expect(kept).toContain('-Wl,--strip-all');
  });

  it('drops a directory of shared libraries that is named as libtool does, in two arguments', () => {
    const args = [
      '-Wl,-rpath',
      '-Wl,/lib',
      '-Wl,--rpath',
      '-Wl,/other',
      '-Wl,-rpath-link',
      '-Wl,/third',
      '-Wl,-s',
      'x.o',
    ];
    const kept = compilerArguments(args, toolchain);
    for (const dropped of args.slice(0, 6)) expect(kept).not.toContain(dropped);
    expect(kept).toEqual(expect.arrayContaining(['-Wl,-s', 'x.o']));
  });

  it('lets a program have another stack and another limit of memory: the last one counts', () => {
    const args = compilerArguments(['x.c', '-Wl,-z,stack-size=65536', '-Wl,--max-memory=67108864'], toolchain);
    expect(args.findLastIndex((flag) => flag.includes('stack-size'))).toBe(args.indexOf('-Wl,-z,stack-size=65536'));
    expect(args.findLastIndex((flag) => flag.includes('max-memory'))).toBe(args.indexOf('-Wl,--max-memory=67108864'));
  });

  it('finds the headers of C++ before those of C, and links its library before libc', () => {
    const args = compilerArguments(['x.cc', '-lstdc++'], cxx);
    expect(args.indexOf('/cxx/include/c++/v1')).toBeLessThan(args.indexOf('/sysroot/include'));
    expect(args.indexOf('-lc++')).toBeLessThan(args.indexOf('-lc'));
    expect(args).toContain('-fexceptions-of-wasm');
    expect(args).not.toContain('-lstdc++');
  });

  it('leaves out of C++ what it is told to', () => {
    const args = compilerArguments(['-fno-exceptions', '-nostdinc++', '-nostdlib++', 'x.cc'], cxx);
    expect(args.filter((flag) => flag.includes('/cxx') || flag === '-fexceptions-of-wasm' || flag === '-lc++')).toEqual(
      [],
    );
  });

  test.each([
    [true, ['x.cpp']],
    [true, ['x.o', '-lstdc++']],
    [true, ['-x', 'c++', '-']],
    [true, ['-xc++', '-']],
    [false, ['x.c', '-o', 'c++']],
    [false, ['-x', 'c', 'y']],
  ])('C++: %s, of %j', (is, args) => {
    expect(isCxx(args)).toBe(is);
  });

  it('knows the file that is written', () => {
    expect(outputOf(['x.c'])).toBe('a.out');
    expect(outputOf(['x.c', '-o', 'one', '-otwo'])).toBe('two');
  });
});

/** Imports a function, a table, a global, and a memory of 2 to 300 pages. */
const MODULE = [
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 12, 1, 0x60, 7, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f],
];
const imports = (...entries: readonly (readonly number[])[]): number[] => {
  const body = [entries.length, ...entries.flat()];
  return [2, body.length, ...body];
};
const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
const KERNEL = [...name('kernel'), ...name('syscall'), 0, 0];
const MEMORY = [...name('env'), ...name('memory'), 2, 3, 2, 0xac, 2];
const TABLE = [...name('env'), ...name('t'), 1, 0x70, 0, 0];
const GLOBAL = [...name('env'), ...name('g'), 3, 0x7f, 0];

const moduleOf = (...parts: readonly (readonly number[] | Uint8Array)[]) =>
  new Uint8Array([...MODULE, ...parts.flatMap((part) => [...part])]);
describe('what a program declares', () => {
  it('is its version and the memory that it imports', () => {
    const bytes = moduleOf(imports(KERNEL, TABLE, GLOBAL, MEMORY));
    const section = declarationOf(bytes) ?? new Uint8Array();
    const module = new WebAssembly.Module(new Uint8Array([...bytes, ...section]));
    expect(readDeclaration(module)).toEqual({ version: ABI_VERSION, initial: 2, maximum: 300 });
    expect(detectAbi(module)).toBe('posix');
    expect(abiMismatch(module)).toBeNull();
  });

  it('is nothing where it imports no memory, or one without an end', () => {
    expect(declarationOf(moduleOf(imports(KERNEL)))).toBeNull();
    expect(declarationOf(moduleOf(imports([...name('env'), ...name('memory'), 2, 0, 2])))).toBeNull();
    expect(declarationOf(moduleOf())).toBeNull();
  });

  it('is refused for another version, naming both', () => {
    const other = declarationSection({ version: 7, initial: 1, maximum: 1 });
    const module = new WebAssembly.Module(moduleOf(imports(KERNEL), other));
    expect(detectAbi(module)).toBeNull();
    expect(abiMismatch(module)).toMatch(new RegExp(`version 7 .*version ${ABI_VERSION}$`));
  });

  test.each([
    { what: 'twice', sections: [[1, 2] as const, [1, 2] as const] },
    { what: 'with more at first than at most', sections: [[3, 2] as const] },
    { what: 'with nothing at first', sections: [[0, 2] as const] },
    { what: 'with more than there can be', sections: [[1, 65537] as const] },
  ])('$what makes no sense', ({ sections }) => {
    const bytes = sections.flatMap(([initial, maximum]) => [
      ...declarationSection({ version: ABI_VERSION, initial, maximum }),
    ]);
    const module = new WebAssembly.Module(moduleOf(imports(KERNEL), bytes));
    expect(readDeclaration(module)).toBeNull();
    expect(detectAbi(module)).toBeNull();
  });
});
