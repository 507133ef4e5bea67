/**
 * Node numbers of procfs: a process, a descriptor or thread of it, and an entry packed into one number. Nothing is stored for a node, so
 * that none can outlive what it shows.
 */

/** fs/file.c: the most descriptors that Linux gives a process (sysctl_nr_open). Thread ids are smaller (PID_MAX). */
const PARTS = 2 ** 20;
/** Entries of one catalogue; 0 is no entry, so that no node is 0. */
const ENTRIES = 64;

/** Entries that are not in a catalogue: a descriptor's link, and the object that the link leads to. */
export const DESCRIPTOR_LINK = ENTRIES - 1;
export const DESCRIPTOR_OBJECT = ENTRIES - 2;
export const LARGEST_ENTRY = ENTRIES - 3;

export interface ProcNode {
  /** 0 for what belongs to no process. */
  readonly pid: number;
  /** A descriptor where the entry says so; otherwise the thread, or 0 for what is the whole process's. */
  readonly part: number;
  readonly entry: number;
}

export const encodeNode = (pid: number, part: number, entry: number): number => (pid * PARTS + part) * ENTRIES + entry;

export function decodeNode(node: number): ProcNode {
  const rest = Math.floor(node / ENTRIES);
  return { pid: Math.floor(rest / PARTS), part: rest % PARTS, entry: node % ENTRIES };
}
