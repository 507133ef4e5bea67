/** Figures in words. */
import { KEPT_REQUESTS } from '../../protocol/inspect.js';

/** `812 B`, `3.2 kB`, `12 MB`: decimal units, as browsers' own tools count. */
export function bytesInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [unit, size] = bytes < 1_000_000 ? ['kB', 1000] : bytes < 1_000_000_000 ? ['MB', 1_000_000] : ['GB', 1e9];
  const value = bytes / size;
  return `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`;
}

/** `0.31 ms`, `18 ms`, `2.40 s`. */
export function durationInWords(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(2)} ms`;
  if (milliseconds < 1000) return `${milliseconds.toFixed(0)} ms`;
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** Time of day to the millisecond, of a time since the epoch. */
export function timeInWords(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}

/** Why the first requests are not there. */
export function droppedInWords(count: number): string {
  const which = count === 1 ? 'One earlier request is' : `${count.toLocaleString('en')} earlier requests are`;
  return `${which} no longer here: the last ${KEPT_REQUESTS} are kept.`;
}
