/**
 * Node numbers of procfs: a process, a descriptor and an entry packed into one number. Nothing is stored for a node, so
 * that none can outlive what it shows.
 */

/** fs/file.c: the most descriptors that Linux gives a process (sysctl_nr_open). */
const DESCRIPTORS = 2 ** 20;
/** Entries of one catalogue; 0 is no entry, so that no node is 0. */
const ENTRIES = 64;

/** Entries that are not in a catalogue: a descriptor's link, and the object that the link leads to. */
export const DESCRIPTOR_LINK = ENTRIES - 1;
export const DESCRIPTOR_OBJECT = ENTRIES - 2;
export const LARGEST_ENTRY = ENTRIES - 3;

export interface ProcNode {
  /** 0 for what belongs to no process. */
  readonly pid: number;
  readonly fd: number;
  readonly entry: number;
}

export const encodeNode = (pid: number, fd: number, entry: number): number =>
  (pid * DESCRIPTORS + fd) * ENTRIES + entry;

export function decodeNode(node: number): ProcNode {
  const rest = Math.floor(node / ENTRIES);
  return { pid: Math.floor(rest / DESCRIPTORS), fd: rest % DESCRIPTORS, entry: node % ENTRIES };
}
