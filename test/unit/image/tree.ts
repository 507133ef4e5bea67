import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type ImageSource, writeImage } from '../../../kernel-host/image/writer.js';

/** All bytes of `pieces` in one array. */
export async function collect(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const list: Uint8Array[] = [];
  for await (const piece of pieces) list.push(piece);
  return new Uint8Array(Buffer.concat(list));
}

/** An image as its parts: what `writeImage` gives, with chunks that are stored as they are. */
export async function written(sources: readonly ImageSource[]) {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const index = await writeImage(sources, async (chunk) => {
    chunks.push(chunk);
    return { size: chunk.length, digest: createHash('sha256').update(chunk).digest() };
  });
  return { index, chunks };
}

export function directory(path: string): ImageSource {
  return { type: 'directory', path, permissions: 0o755, mtime: 1_700_000_000_000 };
}

export function file(path: string, content: Uint8Array | string, pieceSize = 1000): ImageSource {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  function* read() {
    for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize);
  }
  return { type: 'file', path, permissions: 0o644, mtime: 1_700_000_000_123, size: bytes.length, read };
}

export function link(path: string, target: string): ImageSource {
  return { type: 'link', path, permissions: 0o777, mtime: 0, target };
}

type Tree = { readonly [name: string]: Tree | Uint8Array | string };

const name = fc
  .oneof(fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }), fc.string({ minLength: 1, maxLength: 3 }))
  .filter((text) => !/[/\0]/.test(text) && text !== '.' && text !== '..' && text.isWellFormed());

const target = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }).filter((text) => !text.includes('\0'));

/** Random trees: directories, files (empty and larger ones too) and links (strings). */
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.dictionary(
    name,
    fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.uint8Array({ maxLength: 300 }), target, tie('tree')),
    { maxKeys: 5, noNullPrototype: true },
  ),
}));

/** The sources of a random tree, in random order. */
export const sources: fc.Arbitrary<ImageSource[]> = tree.chain((root) => {
  const list = [directory(''), ...flatten(root, '')];
  return fc.shuffledSubarray(list, { minLength: list.length });
});

function flatten(tree: Tree, prefix: string): ImageSource[] {
  return Object.entries(tree).flatMap(([name, node]) => {
    const path = prefix + name;
    if (node instanceof Uint8Array) return [file(path, node, 7)];
    if (typeof node === 'string') return [link(path, node)];
    return [directory(path), ...flatten(node, `${path}/`)];
  });
}
