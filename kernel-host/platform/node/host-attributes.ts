/** What the host's stat tells, as a guest sees it. */
import type { BigIntStats } from 'node:fs';
import { type Attributes, S_IFMT } from '../../abi/stat.js';

const NANOSECONDS = 1_000_000_000n;

export const typeOf = (stats: BigIntStats): number => Number(stats.mode) & S_IFMT;

/** Device and inode numbers are the mount's own: those of the host need not be unique below one of its folders. */
export function fillAttributes(stats: BigIntStats, device: number, ino: number, out: Attributes): void {
  out.device = device;
  out.ino = ino;
  out.mode = Number(stats.mode);
  out.nlink = Number(stats.nlink);
  out.uid = Number(stats.uid);
  out.gid = Number(stats.gid);
  out.rdev = Number(stats.rdev);
  out.size = Number(stats.size);
  out.blockSize = Number(stats.blksize);
  out.blocks = Number(stats.blocks);
  out.atime = wholeSeconds(stats.atimeNs);
  out.atimeNanoseconds = remainder(stats.atimeNs);
  out.mtime = wholeSeconds(stats.mtimeNs);
  out.mtimeNanoseconds = remainder(stats.mtimeNs);
  out.ctime = wholeSeconds(stats.ctimeNs);
  out.ctimeNanoseconds = remainder(stats.ctimeNs);
}

/** Rounded down, before 1970 too: nanoseconds are never negative. */
const wholeSeconds = (time: bigint): number => Number((time - BigInt(remainder(time))) / NANOSECONDS);
const remainder = (time: bigint): number => Number(((time % NANOSECONDS) + NANOSECONDS) % NANOSECONDS);
