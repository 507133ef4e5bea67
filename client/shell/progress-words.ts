/** A boot's progress in words. */
import type { BootStep, FromMachine } from '../../protocol/machine.js';

export type Progress = Extract<FromMachine, { readonly type: 'progress' }>;
/** What comes before the machine can report anything, and its own steps. */
export type ShellStep = 'register' | 'wait' | BootStep;

export const stepWords: Readonly<Record<ShellStep, string>> = {
  register: 'Setting up this page',
  wait: 'Waiting for the tab that is starting this site',
  download: 'Downloading',
  unpack: 'Unpacking the files',
  compile: 'Preparing PHP',
  start: 'Starting the server',
  listen: 'Waiting for the first answer',
};

const KILO = 1000;

/** `12.5 MB` */
export const sizeInWords = (bytes: number): string =>
  bytes < KILO * KILO
    ? `${Math.ceil(bytes / KILO)} kB`
    : `${(bytes / KILO / KILO).toFixed(bytes < 100 * KILO * KILO ? 1 : 0)} MB`;

/** `3.2 of 12.5 MB`: decimal units, as file managers and browsers' own downloads count; empty where there is no measure. */
export function bytesInWords(loaded: number, total: number): string {
  if (total <= 0) return '';
  const [unit, size] = total >= KILO * KILO ? ['MB', KILO * KILO] : total >= KILO ? ['kB', KILO] : ['bytes', 1];
  const digits = size > KILO && total < 100 * size ? 1 : 0;
  return `${(loaded / size).toFixed(digits)} of ${(total / size).toFixed(digits)} ${unit}`;
}
