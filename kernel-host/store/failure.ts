/** Why a commit failed, as far as somebody can do something about it. */
import { type ErrorCode, PortsideError } from '../../protocol/errors.js';
import { isSuperblock } from './records.js';

/** The store of another kernel, which has taken over: this one may not write any more. */
export class Fenced extends PortsideError {
  constructor() {
    super('store-taken-over');
  }
}

/** The records are gone, all of them, while they were in use. */
export class Emptied extends PortsideError {
  constructor() {
    super('store-evicted');
  }
}

/** Why a kernel may not go on with a store whose superblock is this: it has gone, or another has taken over. */
export function refusalOf(superblock: unknown, epoch: number): Fenced | Emptied | undefined {
  if (superblock === undefined) return new Emptied();
  return isSuperblock(superblock) && superblock.epoch === epoch ? undefined : new Fenced();
}

/** IndexedDB 5.5: what a transaction is aborted with when the disk, or the origin's share of it, is full. */
export const isQuotaExceeded = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'QuotaExceededError';

/** Why something was not stored, for people. */
export const failureCode = (error: unknown): ErrorCode =>
  isFinal(error) ? error.code : isQuotaExceeded(error) ? 'storage-full' : 'store-failing';

/** Nothing that this kernel does will make the next try succeed. */
export const isFinal = (error: unknown): error is PortsideError => error instanceof PortsideError;
