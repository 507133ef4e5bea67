/** RFC 9110 section 14.1.2: which bytes a `Range` header asks for. Pure. */

/** Offsets of the first and of the last byte, both inclusive, as in Content-Range. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export type Selection =
  /** No single range of bytes, or one that can't be told: RFC 9110 section 14.2 lets a server ignore the header. */
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly range: ByteRange }
  | { readonly kind: 'unsatisfiable' };

const WHOLE: Selection = { kind: 'whole' };
const UNSATISFIABLE: Selection = { kind: 'unsatisfiable' };

/** One range, white space as section 5.6.1 allows it around the elements of a list. Empty elements of a list count for none. */
const SINGLE_RANGE = /^bytes=[\t ,]*(\d*)-(\d*)[\t ,]*$/i;

/** @param length of the whole, in bytes */
export function select(header: string, length: number): Selection {
  const [, first = '', last = ''] = SINGLE_RANGE.exec(header.trim()) ?? [];
  if (first === '') return last === '' ? WHOLE : suffix(Number(last), length);
  // Beyond 2 ** 53 the numbers are rounded, and far beyond any end all the same.
  const from = Number(first);
  const to = last === '' ? Number.POSITIVE_INFINITY : Number(last);
  if (to < from) return WHOLE; // Section 14.1.1: such a range is invalid, not unsatisfiable.
  if (from >= length) return UNSATISFIABLE;
  return part(from, Math.min(to, length - 1));
}

function suffix(size: number, length: number): Selection {
  if (size === 0) return UNSATISFIABLE;
  // Of nothing the last bytes are nothing, which Content-Range has no form for.
  return length === 0 ? WHOLE : part(Math.max(0, length - size), length - 1);
}

const part = (first: number, last: number): Selection => ({ kind: 'part', range: { first, last } });
